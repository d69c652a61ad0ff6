// Moments and spans as people read them.

/** A moment as people read it: `until 2026-11-21 14:05`, or `for good`. */
export function untilText(until: number | null): string {
  if (until === null || !Number.isFinite(until)) return "for good";
  return `until ${momentText(until)}`;
}

/** Microseconds since 1970 as the clock of this computer shows it: `2026-11-21 14:05`. */
export function momentText(at: number): string {
  const date = new Date(at / 1000);
  if (Number.isNaN(date.getTime())) return "an unknown time";
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Minutes as `for 10 minutes`; 0 is for good. */
export const spanText = (minutes: number): string => (minutes === 0 ? "for good" : `for ${minutes} minute${minutes === 1 ? "" : "s"}`);

const two = (value: number): string => String(value).padStart(2, "0");
