// A WebSocket as the client needs it, by whatever class the platform has.

import { ChatError } from "../core/errors.ts";
import { NOT_WELCOME } from "../wire/web.ts";

/** Why a socket closed: the code of RFC 6455 §7.4.1 (1006 where none was said), and the reason where one is known. */
export type Closure = { readonly code: number; readonly reason: ChatError | null };

/** What a socket tells. After `closed` it tells nothing more. */
export type Heard = { text(text: string): void; closed(closure: Closure): void };

export type Dialled = { send(text: string): void; close(): void };

/** Opens a WebSocket; failures come as `closed`. */
export type Dial = (url: string, protocols: readonly string[], heard: Heard) => Dialled;

/** The part of the WebSocket API (WHATWG) that is used. */
export type SocketClass = new (
  url: string,
  protocols: string[],
) => {
  send(text: string): void;
  close(): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  addEventListener(type: "error", listener: () => void): void;
};

/** It closed without a word (RFC 6455 §7.1.5). */
export const SILENTLY: Closure = { code: 1006, reason: null };

/** Dials by the platform's own class, which loads slowly in Node; or by another of the same interface. */
export function dialBy(platformClass?: SocketClass): Dial {
  return (url, protocols, heard) => {
    const Platform: SocketClass = platformClass ?? WebSocket;
    const socket = new Platform(url, [...protocols]);
    let open = true;
    const over = (closure: Closure) => {
      if (open) heard.closed(closure);
      open = false;
    };
    socket.addEventListener("message", ({ data }) => {
      if (open && typeof data === "string") heard.text(data);
    });
    socket.addEventListener("close", ({ code, reason }) => over({ code, reason: code === NOT_WELCOME ? notWelcome(reason) : null }));
    // a close follows, with its code where there is one
    socket.addEventListener("error", () => {});
    return { send: (text) => socket.send(text), close: () => socket.close() };
  };
}

const notWelcome = (reason: string): ChatError => new ChatError("not-allowed", reason || "this hub lets nobody in from here");
