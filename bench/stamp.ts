// Messages for measuring: each carries when it was said, by the clock that all processes of a computer share, and its number.

/** A text of so many bytes. */
export const stamped = (number: number, bytes: number): string => `${sharedNow()} ${number} `.padEnd(bytes, "x");

/** What `stamped` put into a text; null for other texts. Microseconds. */
export function readStamp(text: string): { readonly at: number; readonly number: number } | null {
  const [at = "", number = ""] = text.slice(0, 40).split(" ", 2);
  return at !== "" && number !== "" ? { at: Number(at), number: Number(number) } : null;
}

/** Microseconds since the computer started. */
export function sharedNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1_000);
}
