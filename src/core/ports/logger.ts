// Where the inside of Earshot says what it does; the edge decides what is seen.

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line each, plain text. Never throws. */
export type Logger = {
  readonly error: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly info: (text: string) => void;
  readonly debug: (text: string) => void;
};

/** Writes lines of `level` and graver ones. */
export function createLogger(level: LogLevel, write: (line: string) => void): Logger {
  const rank = LOG_LEVELS.indexOf(level);
  const at = (name: Exclude<LogLevel, "silent">) =>
    LOG_LEVELS.indexOf(name) <= rank ? (text: string) => write(`${name}: ${text}`) : () => {};
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** Says nothing. */
export const silent: Logger = createLogger("silent", () => {});
