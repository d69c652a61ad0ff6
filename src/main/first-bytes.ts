// What a new connection is, by its first bytes: read, told apart, and put back for who takes it over.

import type { Socket } from "node:net";
import { readHello } from "../wire/client-hello.ts";
import { type Sniffed, sniff } from "../wire/sniff.ts";

/** `link` and `secure` are TLS, the one asking for the mesh, the other for whatever else; `nonsense` is TLS that cannot be. */
export type Opening = Exclude<Sniffed, "tls" | "undecided"> | "link" | "secure" | "nonsense";

/** The ALPN name by which a link is asked for (RFC 7301). */
const LINK_PROTOCOL = "earshot/1";

/** Reads until the protocol is plain, or for so many milliseconds of a person's silence: that is how those with `nc` begin. The socket is paused then. */
export function readFirst(socket: Socket, silence: number, decided: (opening: Opening) => void): void {
  let got: Buffer = Buffer.alloc(0);
  const finish = (opening: Opening) => {
    stop();
    socket.pause();
    if (got.length > 0) socket.unshift(got);
    decided(opening);
  };
  const onData = (chunk: Buffer) => {
    got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
    const opening = openingOf(got);
    if (opening !== null) finish(opening);
  };
  const stop = () => {
    clearTimeout(timer);
    socket.off("data", onData).off("close", stop);
  };
  const timer = setTimeout(() => sniff(got) === "tls" || finish("line"), silence).unref();
  socket.on("data", onData).once("close", stop);
}

/** Null while more bytes are needed. */
function openingOf(bytes: Uint8Array): Opening | null {
  const kind = sniff(bytes);
  if (kind === "undecided") return null;
  return kind === "tls" ? secureOpening(bytes) : kind;
}

function secureOpening(bytes: Uint8Array): Opening | null {
  const hello = readHello(bytes);
  if (hello.kind === "undecided") return null;
  if (hello.kind === "malformed") return "nonsense";
  return hello.protocols.includes(LINK_PROTOCOL) ? "link" : "secure";
}
