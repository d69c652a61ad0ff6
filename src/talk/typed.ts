// What a typed line is: something to say, a command, or the end. One reading for all doors.

/** `secret`: a line that holds a password, and must not be said whatever becomes of it. */
export type Typed =
  | { readonly kind: "nothing" | "exit" | "secret" }
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "command"; readonly line: string };

/** Lines that begin with a slash are commands, and with two slashes say a line that begins with one. */
export function readTyped(line: string): Typed {
  const text = line.trim();
  if (text === "") return { kind: "nothing" };
  if (text === "exit") return { kind: "exit" };
  if (holdsPassword(line)) return /^\/(?!\/)/.test(text) ? { kind: "command", line: text } : { kind: "secret" };
  if (line.startsWith("//")) return { kind: "say", text: line.slice(1) };
  return line.startsWith("/") ? { kind: "command", line } : { kind: "say", text: line };
}

/** Whether a line was meant for a command with a password: it is kept in no history and said to nobody. */
export const holdsPassword = (line: string): boolean => /^[\s/]*\/\s*(?:register|login)(?!\p{L})/iu.test(line);
