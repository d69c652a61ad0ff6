// A WebSocket as the client needs it, by whatever class the platform has.

/** What a socket tells. After `closed` it tells nothing more. */
export type Heard = { text(text: string): void; closed(): void };

export type Dialled = { send(text: string): void; close(): void };

/** Opens a WebSocket; failures come as `closed`. */
export type Dial = (url: string, protocols: readonly string[], heard: Heard) => Dialled;

/** The part of the WebSocket API (WHATWG) that is used. */
type SocketClass = new (
  url: string,
  protocols: string[],
) => {
  send(text: string): void;
  close(): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: () => void): void;
  addEventListener(type: "error", listener: () => void): void;
};

/** Dials by the platform's own class, which loads slowly in Node; or by another of the same interface. */
export function dialBy(platformClass?: SocketClass): Dial {
  return (url, protocols, heard) => {
    const Platform: SocketClass = platformClass ?? WebSocket;
    const socket = new Platform(url, [...protocols]);
    let open = true;
    const over = () => {
      if (open) heard.closed();
      open = false;
    };
    socket.addEventListener("message", ({ data }) => {
      if (open && typeof data === "string") heard.text(data);
    });
    socket.addEventListener("close", over);
    socket.addEventListener("error", over);
    return { send: (text) => socket.send(text), close: () => socket.close() };
  };
}
