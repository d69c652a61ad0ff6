// How much one answer of a store holds at most (see `Query`).

export const MOST_ENTRIES = 10_000;
/** Bytes of headers and bodies. */
export const MOST_BYTES = 8 << 20;
