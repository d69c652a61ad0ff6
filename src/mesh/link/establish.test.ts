import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import type { Address } from "../../core/address.ts";
import { createIdentity, randomOf } from "../../core/identity.ts";
import type { Hello } from "../../wire/frame.ts";
import { FrameReader } from "../../wire/frame-reader.ts";
import { decodeFrame, encodeFrame } from "../../wire/link.ts";
import { linkProof, networkOf } from "../../wire/network.ts";
import { credentialsOf } from "./certificate.ts";
import { acceptLink, dialLink, type LinkOptions } from "./establish.ts";
import { accepting, Inbox, LAN, linked, listen, optionsOf } from "./fixtures.ts";
import { LinkRefused } from "./refusal.ts";
import { tlsClientOptions } from "./tls.ts";

const refusedAs = (reason: string) => (error: unknown) => error instanceof LinkRefused && error.reason === reason;

/** A stranger's TLS connection to a peer, by default with a key and the right protocol. */
async function connectStranger(t: TestContext, address: Address, more: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ ...tlsClientOptions(createIdentity()), ...address, ...more });
  socket.on("error", () => {});
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

/** A hello as the dialer of this connection would say it. */
function helloOn(socket: TLSSocket, more: Partial<Hello> = {}): Hello {
  const material = socket.exportKeyingMaterial(32, "EXPORTER-earshot-link/1", Buffer.alloc(0));
  const proof = linkProof(LAN, material, "dialer");
  return { kind: "hello", versions: [1], network: "lan", proof, port: 1, clock: 1, instance: randomOf(8), ...more };
}

/** The first frame that the peer sends. */
async function answerTo(socket: TLSSocket) {
  const reader = new FrameReader();
  for await (const chunk of socket) {
    reader.push(chunk);
    const bytes = reader.next();
    if (bytes) return decodeFrame(bytes);
  }
  return null;
}

/** How a peer takes what a stranger does on a connection. */
async function outcomeOf(t: TestContext, act: (socket: TLSSocket) => void, more: ConnectionOptions = {}) {
  const { address, outcomes } = await accepting(t, optionsOf({ handshakeTimeout: 150 }));
  const socket = await connectStranger(t, address, more);
  act(socket);
  return { outcome: await outcomes.take(), socket };
}

test("a hello with the right proof makes a link", async (t) => {
  const { outcome, socket } = await outcomeOf(t, (stranger) => stranger.write(encodeFrame(helloOn(stranger))));
  assert.ok(!(outcome instanceof Error), String(outcome));
  assert.equal((await answerTo(socket))?.kind, "hello");
});

test("a hello of versions that include ours makes a link", async (t) => {
  const { outcome } = await outcomeOf(t, (socket) => socket.write(encodeFrame(helloOn(socket, { versions: [1, 2, 9] }))));
  assert.ok(!(outcome instanceof Error));
});

const refusals: readonly (readonly [string, string, (socket: TLSSocket) => void, ConnectionOptions?])[] = [
  ["silence after TLS", "silent", () => {}],
  ["half a hello and then silence", "silent", (socket) => socket.write(encodeFrame(helloOn(socket)).subarray(0, 20))],
  ["garbage", "protocol", (socket) => socket.write("GET / HTTP/1.1\r\n\r\n")],
  ["a first frame of a megabyte", "protocol", (socket) => socket.write(Uint8Array.of(0, 0x10, 0, 0, 1))],
  ["a first frame that is no hello", "protocol", (socket) => socket.write(encodeFrame({ kind: "ping", nonce: 1, clock: 1 }))],
  ["a wrong proof", "network", (socket) => socket.write(encodeFrame(helloOn(socket, { proof: new Uint8Array(32) })))],
  ["another network's name", "network", (socket) => socket.write(encodeFrame(helloOn(socket, { network: "wan" })))],
  ["only later versions", "version", (socket) => socket.write(encodeFrame(helloOn(socket, { versions: [2, 3] })))],
  ["a connection that ends before a hello", "unreachable", (socket) => socket.end()],
  ["TLS without a key", "no-key", () => {}, { key: undefined, cert: undefined } as unknown as ConnectionOptions],
  ["TLS for another protocol", "no-key", () => {}, { ALPNProtocols: ["http/1.1"] }],
];
for (const [name, reason, act, more] of refusals) {
  test(`refused by the accepting side: ${name}`, async (t) => {
    const { address, outcomes } = await acceptingAny(t, optionsOf({ handshakeTimeout: 150 }));
    act(await connectStranger(t, address, more));
    assert.ok(refusedAs(reason)(await outcomes.take()));
  });
}

/** As the door does: it takes other protocols beside links. */
async function acceptingAny(t: TestContext, options: LinkOptions) {
  const outcomes = new Inbox<unknown>();
  const accept = (socket: TLSSocket) => void acceptLink(socket, options).then(outcomes.put, outcomes.put);
  const address = await listen(t, options.identity, accept, { ALPNProtocols: ["earshot/1", "http/1.1"] });
  return { address, outcomes };
}

test("refused: a hello replayed from another connection", async (t) => {
  const { outcome: first, socket } = await outcomeOf(t, (stranger) => stranger.write(encodeFrame(helloOn(stranger))));
  assert.ok(!(first instanceof Error));
  const captured = encodeFrame(helloOn(socket));
  const { outcome } = await outcomeOf(t, (stranger) => stranger.write(captured));
  assert.ok(refusedAs("network")(outcome));
});

test("refused: our own proof sent back to us", async (t) => {
  const mirror = await listen(t, createIdentity(), (socket) => socket.pipe(socket));
  await assert.rejects(dialLink(mirror, optionsOf()), refusedAs("network"));
});

test("a refusal is told before the connection ends, and nothing else is", async (t) => {
  const { socket } = await outcomeOf(t, (stranger) => stranger.write(encodeFrame(helloOn(stranger, { network: "wan" }))));
  const answer = await answerTo(socket);
  assert.deepEqual(answer?.kind === "bye" && answer.code, "network");
});

test("TLS 1.2 is refused", async (t) => {
  const { address } = await accepting(t, optionsOf());
  await assert.rejects(connectStranger(t, address, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }));
});

test("a key that is not the one expected is refused, by id", async (t) => {
  const bob = optionsOf();
  const { address } = await accepting(t, bob);
  await assert.rejects(dialLink(address, { ...optionsOf(), expected: createIdentity().id }), refusedAs("other-peer"));
  const link = await dialLink(address, { ...optionsOf(), expected: bob.identity.id });
  assert.equal(link.peer, bob.identity.id);
  link.close("leaving", "");
});

test("a certificate without its key shows nobody", async (t) => {
  const { address } = await accepting(t, optionsOf());
  const cert = credentialsOf(createIdentity()).cert;
  await assert.rejects(async () => connectStranger(t, address, { cert }));
});

test("another secret under the same name is refused on both sides", async (t) => {
  const { address, outcomes } = await accepting(t, optionsOf({ network: networkOf("lan", "mango") }));
  const dial = dialLink(address, optionsOf({ network: networkOf("lan", "papaya") }));
  await assert.rejects(dial, (error) => refusedAs("network")(error) && (error as LinkRefused).code === "wrong-network");
  assert.ok(refusedAs("network")(await outcomes.take()));
});

test("the same secret makes a link", async (t) => {
  const network = networkOf("lan", "mango");
  const { dialed } = await linked(t, optionsOf({ network }), optionsOf({ network }));
  assert.equal(dialed.hello.network, "lan");
});

test("dialing oneself is told apart from a copied machine", async (t) => {
  const me = optionsOf();
  const { address, outcomes } = await accepting(t, me);
  await assert.rejects(dialLink(address, me), refusedAs("self"));
  assert.ok(refusedAs("self")(await outcomes.take()));
  await assert.rejects(dialLink(address, { ...me, instance: randomOf(8) }), refusedAs("copy"));
  assert.ok(refusedAs("copy")(await outcomes.take()));
});

test("nobody there, a silent host and a host that is no peer are refused in time", async (t) => {
  const silent = await listenTcp(t, () => {});
  await assert.rejects(dialLink(silent, optionsOf({ handshakeTimeout: 100 })), refusedAs("silent"));
  const other = await listenTcp(t, (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await assert.rejects(dialLink(other, optionsOf()), refusedAs("unreachable"));
  const mute = await listen(t, createIdentity(), () => {});
  await assert.rejects(dialLink(mute, optionsOf({ handshakeTimeout: 100 })), refusedAs("silent"));
  const gone = await listenTcp(t, (socket) => socket.destroy());
  await assert.rejects(dialLink(gone, optionsOf()), refusedAs("unreachable"));
  await assert.rejects(dialLink({ host: "127.0.0.1", port: 1 }, optionsOf()), refusedAs("unreachable"));
});

test("a dial can be given up", async (t) => {
  const silent = await listenTcp(t, () => {});
  const giveUp = new AbortController();
  const dial = dialLink(silent, { ...optionsOf(), signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(dial, refusedAs("unreachable"));
  await assert.rejects(dialLink(silent, { ...optionsOf(), signal: AbortSignal.abort() }), refusedAs("unreachable"));
});

test("half a TLS hello leaves nothing behind", async (t) => {
  const { address, outcomes } = await accepting(t, optionsOf());
  const socket = connectTcp(address.port, address.host);
  await once(socket, "connect");
  socket.end(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00));
  await once(socket.resume(), "close");
  assert.equal(outcomes.size, 0);
});

async function listenTcp(t: TestContext, accept: (socket: Socket) => void): Promise<Address> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    accept(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}
