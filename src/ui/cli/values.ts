// Reads the values of options. Each throws UsageError with a sentence that says what is wrong and what would be right.

import { isIP, isIPv4, isIPv6 } from "node:net";
import { cleanLine, parseName, parseNetwork } from "../../core/name.ts";
import { LOG_LEVELS, type LogLevel } from "../../core/ports/logger.ts";
import { shown } from "../../talk/words.ts";
import { UsageError } from "./usage-error.ts";

/** A TCP port, 0 for any free one. */
export function readPort(text: string, option = "--port"): number {
  const port = wholeNumber(text);
  if (port === null || port > 65_535) throw wrong(option, text, "a number from 0 to 65535");
  return port;
}

/** A count of at least 1. */
export function readLimit(text: string): number {
  const limit = wholeNumber(text);
  if (limit === null || limit < 1 || !Number.isSafeInteger(limit)) throw wrong("--limit", text, "a whole number from 1 on");
  return limit;
}

/** An address of this computer. */
export function readBind(text: string): string {
  if (text === "localhost") return "127.0.0.1";
  if (isIP(text) === 0) throw wrong("--bind", text, "an address of this computer, such as 192.168.1.5");
  return text;
}

const DEFAULT_PORT = 3277;
const MAX_TITLE = 64;

/** HOST or HOST:PORT, IPv6 with a port in brackets; answers with `host:port`. */
export function readHost(option: string, text: string): string {
  if (isIPv6(text)) return `[${text}]:${DEFAULT_PORT}`;
  const [, bracketed, plain = "", digits] = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = Number(digits ?? DEFAULT_PORT);
  const good = bracketed === undefined ? isHost(plain) : isIPv6(bracketed);
  if (!good || port < 1 || port > 65_535) {
    throw wrong(option, text, "HOST or HOST:PORT, such as 192.168.1.5 or [fe80::1%eth0]:3277");
  }
  return `${bracketed === undefined ? plain : `[${bracketed}]`}:${port}`;
}

/** A name as others may read it. */
export function readName(text: string): string {
  const name = parseName(text);
  if (name === null) {
    throw new UsageError(
      `--name ${shown(text)} cannot be a name: 1 to 48 characters that can be read, without "·" and "/", not beginning with "#" or "@"`,
    );
  }
  return name;
}

/** What a hub is called: one line. */
export function readTitle(text: string): string {
  const title = cleanLine(text, MAX_TITLE);
  if (title === "" || title !== text.trim()) throw wrong("--title", text, `one line of at most ${MAX_TITLE} characters that can be read`);
  return title;
}

export function readNetwork(text: string): string {
  const network = parseNetwork(text);
  if (network === null) throw wrong("--network", text, "a name of 1 to 64 bytes that can be read");
  return network;
}

export function readSecret(text: string): string {
  if (text === "") throw new UsageError("--secret needs a word: leave the option out for an open network");
  return text;
}

export function readLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) throw wrong("--log", text, `one of ${LOG_LEVELS.join(", ")}`);
  return level;
}

export function readWait(text: string): "delivered" {
  if (text !== "delivered") throw wrong("--wait", text, "the word delivered");
  return text;
}

export function readHome(text: string): string {
  if (text === "" || text.includes("\0")) throw new UsageError("--home needs a folder");
  return text;
}

const wrong = (option: string, text: string, right: string): UsageError =>
  new UsageError(`${option} ${shown(text)} cannot be used: give ${right}`);

const wholeNumber = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

function isHost(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return text.length <= 253 && /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}_])?(?:\.[\p{L}\p{M}\p{N}_-]{1,63})*\.?$/u.test(text);
}
