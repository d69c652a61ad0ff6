// How many connections others may hold with us, overall and from one address, whoever they say they are: keys cost nothing.

/** A connection, as far as it matters here. */
type Arrival = { readonly remoteAddress?: string | undefined; once(event: "close", listener: () => void): unknown };

/** Most connections that were dialled by others, links included. An honest mesh needs some 50. */
const MOST = 512;
/** Most of these from one address. This computer itself is bounded by MOST alone. */
const MOST_PER_ADDRESS = 64;

const THIS_COMPUTER = /^(::1|(::ffff:)?127\.[0-9.]+)$/i;

/** Counts connections from when they came until they are closed. */
export class Arrivals {
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  /** Counts the connection in; false where there are too many already. */
  admit(socket: Arrival): boolean {
    const address = socket.remoteAddress ?? "";
    const siblings = this.#byAddress.get(address) ?? 0;
    if (this.#all >= MOST || (siblings >= MOST_PER_ADDRESS && !THIS_COMPUTER.test(address))) return false;
    this.#all++;
    this.#byAddress.set(address, siblings + 1);
    socket.once("close", () => this.#left(address));
    return true;
  }

  #left(address: string): void {
    this.#all--;
    const siblings = (this.#byAddress.get(address) ?? 1) - 1;
    if (siblings === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, siblings);
  }
}
