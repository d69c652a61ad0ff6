// What a TLS client asks for before anything is encrypted: the protocols in the ALPN extension of its hello
// (TLS records RFC 8446 §5.1, ClientHello §4.1.2, ALPN RFC 7301 §3.1). Pure; only as much is read as the door needs.

/** The protocols offered, most wanted first, none where the client names none; `undecided` wants more bytes; `malformed` is no hello. */
export type Hello =
  | { readonly kind: "hello"; readonly protocols: readonly string[] }
  | { readonly kind: "undecided" }
  | { readonly kind: "malformed" };

/** That many bytes always decide: four times what browsers send, post-quantum keys included. */
export const MAX_HELLO = 8192;

/** No client spreads its hello over more; each costs work anew whenever bytes come. */
const MAX_RECORDS = 16;
const RECORD_HEADER = 5;
const HANDSHAKE = 0x16;
const CLIENT_HELLO = 0x01;
const HELLO_HEADER = 4;
/** Version and random. */
const FIXED_PART = 2 + 32;
const ALPN = 16;

/** Reads the hello that a TLS connection begins with. More bytes never change an answer other than `undecided`. */
export function readHello(bytes: Uint8Array): Hello {
  try {
    return { kind: "hello", protocols: protocolsOf(helloOf(new Reader(bytes))) };
  } catch (error) {
    if (error instanceof Malformed) return { kind: "malformed" };
    if (!(error instanceof Missing)) throw error;
    return { kind: bytes.length < MAX_HELLO ? "undecided" : "malformed" };
  }
}

/** More bytes are needed. */
class Missing extends Error {}
/** No bytes that may follow make this a hello. */
class Malformed extends Error {}

/** Reads forward; what is beyond the end throws `Missing`. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Missing();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A number of so many bytes, the highest first. */
  number(width: number): number {
    return this.take(width).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /** What a length of so many bytes announces. */
  vector(width: number): Uint8Array {
    return this.take(this.number(width));
  }
}

/** The body of the hello, put together from the records over which it may be spread. */
function helloOf(records: Reader): Uint8Array {
  let message = nextRecord(records);
  for (let count = 1; message.length < lengthOf(message); count++) {
    if (count === MAX_RECORDS) throw new Malformed();
    message = join(message, nextRecord(records));
  }
  return message.subarray(HELLO_HEADER, lengthOf(message));
}

/** How long a message says that it is, its header included; of a part, at least the header. */
function lengthOf(message: Uint8Array): number {
  if (message[0] !== CLIENT_HELLO) throw new Malformed();
  if (message.length < HELLO_HEADER) return HELLO_HEADER;
  const length = HELLO_HEADER + new Reader(message.subarray(1)).number(3);
  if (length > MAX_HELLO) throw new Malformed();
  return length;
}

function nextRecord(records: Reader): Uint8Array {
  const header = new Reader(records.take(RECORD_HEADER));
  if (header.number(1) !== HANDSHAKE) throw new Malformed();
  header.take(2);
  const length = header.number(2);
  if (length === 0 || length > MAX_HELLO) throw new Malformed();
  return records.take(length);
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

/** Inside the hello everything is there, or never will be. */
function protocolsOf(hello: Uint8Array): readonly string[] {
  try {
    const reader = new Reader(hello);
    reader.take(FIXED_PART);
    reader.vector(1); // session
    reader.vector(2); // ciphers
    reader.vector(1); // compression
    return reader.isDone ? [] : offeredIn(new Reader(reader.vector(2)));
  } catch (error) {
    if (error instanceof Missing) throw new Malformed();
    throw error;
  }
}

function offeredIn(extensions: Reader): readonly string[] {
  while (!extensions.isDone) {
    const type = extensions.number(2);
    const value = extensions.vector(2);
    if (type === ALPN) return namesIn(new Reader(new Reader(value).vector(2)));
  }
  return [];
}

function namesIn(list: Reader): readonly string[] {
  const names: string[] = [];
  while (!list.isDone) names.push(String.fromCharCode(...list.vector(1)));
  return names;
}
