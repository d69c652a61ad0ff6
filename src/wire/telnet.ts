// Takes the commands of telnet (RFC 854) out of a stream of bytes: options are never agreed on, and nothing of them is text.

const IAC = 255;
const SE = 240;
const SB = 250;
/** WILL, WONT and DO (and DONT) name an option in a third byte. */
const WILL = 251;
const DONT = 254;
/** The lowest command that is known: EOF (RFC 1184). */
const LOWEST = 236;

/** A subnegotiation that is longer is none. */
const MAX_SUB = 512;

/** Where in a command the stream is: `sub` and `sub-iac` are within IAC SB … IAC SE. */
type Place = "text" | "iac" | "option" | "sub" | "sub-iac";

export class TelnetFilter {
  #place: Place = "text";
  #subLength = 0;
  #wasSpoken = false;

  /** Whether any command came. */
  get wasSpoken(): boolean {
    return this.#wasSpoken;
  }

  /** The bytes that are text; the very same array where all are. A byte 255 that begins no command is text. */
  filter(bytes: Uint8Array): Uint8Array {
    if (this.#place === "text" && !bytes.includes(IAC)) return bytes;
    const text: number[] = [];
    for (const byte of bytes) this.#take(byte, text);
    return Uint8Array.from(text);
  }

  #take(byte: number, text: number[]): void {
    switch (this.#place) {
      case "text":
        if (byte === IAC) this.#place = "iac";
        else text.push(byte);
        return;
      case "iac":
        return this.#command(byte, text);
      case "option":
        this.#place = "text";
        return;
      case "sub":
      case "sub-iac":
        this.#place = this.#afterSub(byte);
    }
  }

  #afterSub(byte: number): Place {
    if (++this.#subLength > MAX_SUB || (this.#place === "sub-iac" && byte === SE)) return "text";
    return this.#place === "sub" && byte === IAC ? "sub-iac" : "sub";
  }

  #command(byte: number, text: number[]): void {
    // nothing is offered here, so nobody says DONT: FF FE is the byte order mark of UTF-16
    const isText = byte < LOWEST || byte === IAC || byte === DONT;
    this.#place = "text";
    if (isText) {
      text.push(IAC);
      if (byte !== IAC) text.push(byte);
      return;
    }
    this.#wasSpoken = true;
    this.#subLength = 0;
    if (byte === SB) this.#place = "sub";
    else if (byte >= WILL) this.#place = "option";
  }
}
