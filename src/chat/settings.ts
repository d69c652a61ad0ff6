// Small settings that the store remembers, as JSON.

/** What a setting says; null where there is none, or one that is damaged: then its default holds. */
export function parseSetting(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A setting that is a list, as it should be; empty otherwise. */
export function parseList(text: string | null): readonly unknown[] {
  const value = parseSetting(text);
  return Array.isArray(value) ? value : [];
}
