// Moments and spans as people read them.

/** A moment as people read it: `until 2026-11-21 14:05 UTC`, or `for good`. */
export function untilText(until: number | null): string {
  if (until === null || !Number.isFinite(until)) return "for good";
  return `until ${momentText(until)}`;
}

/** Microseconds since 1970 as `2026-11-21 14:05 UTC`. */
export const momentText = (at: number): string => `${new Date(at / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Minutes as `for 10 minutes`; 0 is for good. */
export const spanText = (minutes: number): string => (minutes === 0 ? "for good" : `for ${minutes} minute${minutes === 1 ? "" : "s"}`);
