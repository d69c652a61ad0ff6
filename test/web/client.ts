// A client of the web gateway that sends what it likes, good or bad, and keeps all that it hears.

import assert from "node:assert/strict";
import { WebSocket } from "ws";
import type { WebPeer } from "./peer.ts";

export type Frame = Readonly<Record<string, unknown>>;

export class Client {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  closeCode = 0;
  closeReason = "";
  readonly #waiting: (() => void)[] = [];

  /** Shows the owner's token, another, or none. */
  constructor(peer: WebPeer, token: string | null = peer.token) {
    this.socket = new WebSocket(peer.url, token === null ? ["earshot.v1"] : ["earshot.v1", `token.${token}`]);
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.socket.on("close", (code, reason) => {
      this.closeCode = code;
      this.closeReason = String(reason);
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The first frame that fits, also of those that came before. */
  async until(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found) return found;
      assert.equal(this.closeCode, 0, "closed before the frame came");
      await this.#change();
    }
  }

  async closed(): Promise<number> {
    while (this.closeCode === 0) await this.#change();
    return this.closeCode;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async ask(id: number, method: string, params: unknown = {}, nonce?: string): Promise<Frame> {
    this.socket.send(JSON.stringify({ id, method, params, nonce }));
    return this.until((frame) => frame.id === id);
  }
}
