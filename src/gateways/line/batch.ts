// What goes out in one tick, made once for all who are told the same.

/** A piece of text that may go to many; told apart by identity. */
export type Piece = { readonly text: string };

/**
 * Text that goes to one or many readers: some pieces in their order. Readers who are told the same, piece by piece, hold the same
 * batch, and so its bytes are made once.
 */
export class Batch {
  readonly #before: Batch | null;
  readonly #text: string;
  #latest: { readonly piece: Piece; readonly batch: Batch } | null = null;
  #others: Map<Piece, Batch> | null = null;
  #lf: Buffer | null = null;
  #crlf: Buffer | null = null;

  constructor(before: Batch | null = null, text = "") {
    this.#before = before;
    this.#text = text;
  }

  /** This and a piece more; the same batch for the same piece. */
  and(piece: Piece): Batch {
    if (this.#latest?.piece === piece) return this.#latest.batch;
    const known = this.#others?.get(piece);
    if (known) return known;
    const batch = new Batch(this, piece.text);
    if (this.#latest) {
      this.#others ??= new Map();
      this.#others.set(this.#latest.piece, this.#latest.batch);
    }
    this.#latest = { piece, batch };
    return batch;
  }

  /** UTF-8, with lines that end in LF, or in CRLF. Shared: not to be written to. */
  bytes(crlf: boolean): Buffer {
    if (crlf) {
      this.#crlf ??= Buffer.from(this.#all().replaceAll("\n", "\r\n"));
      return this.#crlf;
    }
    this.#lf ??= Buffer.from(this.#all());
    return this.#lf;
  }

  #all(): string {
    const texts: string[] = [];
    for (let batch: Batch | null = this; batch; batch = batch.#before) texts.push(batch.#text);
    return texts.reverse().join("");
  }
}
