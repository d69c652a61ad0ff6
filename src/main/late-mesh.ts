// The mesh of a peer, begun right after the peer is ready: its code is half of all, and talk on this computer needs none of it.

import type { TLSSocket } from "node:tls";
import type { PeerId } from "../core/ids.ts";
import type { Logger } from "../core/ports/logger.ts";
import type { Mesh, MeshOptions } from "../mesh/mesh.ts";

export class LateMesh {
  readonly #begun: Promise<Mesh | null>;
  #mesh: Mesh | null = null;
  #isClosed = false;

  /** Begins in the next turn of the event loop, and asks for the options only then: a secret takes 50 ms. */
  constructor(options: () => MeshOptions, logger: Logger) {
    this.#begun = nextTurn()
      .then(() => this.#begin(options))
      .catch((error: unknown) => failed(logger, error));
  }

  /** The peers that are linked now. */
  linked(): readonly PeerId[] {
    return this.#mesh?.linked() ?? [];
  }

  /** Takes over a connection that asked for a link; one that comes too early waits. */
  accept(socket: TLSSocket): void {
    void this.#begun.then((mesh) => (mesh ? mesh.accept(socket) : socket.destroy()));
  }

  /** Says goodbye to everyone. Resolves once all links have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#begun)?.close();
  }

  async #begin(options: () => MeshOptions): Promise<Mesh | null> {
    const { Mesh } = await import("../mesh/mesh.ts");
    if (!this.#isClosed) this.#mesh = new Mesh(options());
    return this.#mesh;
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function failed(logger: Logger, error: unknown): null {
  logger.error(`no other peer can be reached: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return null;
}
