// Lets what was just said reach the others before a peer that ran only for one command goes away.

import { setTimeout as pause } from "node:timers/promises";
import type { Conversation, EntryId } from "../../core/ids.ts";
import type { Chat } from "../../core/ports/chat.ts";
import type { OwnPeer } from "./command.ts";

/** What the waiting is for. */
export type Said = { readonly id: EntryId; readonly room: Conversation };

/** How long others may take to hold it, and how long a peer looks for anybody at all, milliseconds. */
const DELIVER_MS = 3000;
const FIND_MS = 1000;
const STEP_MS = 20;

/** Resolves with true once all of it is delivered, with false when it will have to wait for the next run: nobody is here, or they do not answer. */
export async function letArrive(chat: Chat, own: OwnPeer, said: readonly Said[], signal: AbortSignal): Promise<boolean> {
  const giveUp = new AbortController();
  const stop = AbortSignal.any([signal, giveUp.signal, AbortSignal.timeout(DELIVER_MS)]);
  const delivered = Promise.all(said.map(({ id }) => chat.delivered(id, stop))).then(
    () => true,
    () => false,
  );
  const hopeless = nobodyToHear(chat, own, said, stop);
  const arrived = await Promise.race([delivered, hopeless]);
  giveUp.abort();
  return arrived;
}

/** Resolves with false once a while has passed and those who should hear it are not here; never where they are. */
async function nobodyToHear(chat: Chat, own: OwnPeer, said: readonly Said[], stop: AbortSignal): Promise<false> {
  const until = performance.now() + FIND_MS;
  while (performance.now() < until && !stop.aborted) await pause(STEP_MS);
  const anybody = own.linked().length > 0 && (await someoneIsHere(chat, said));
  if (!anybody || stop.aborted) return false;
  return new Promise((resolve) => stop.addEventListener("abort", () => resolve(false), { once: true }));
}

/** Whether one of the rooms is open to whoever is linked, or one of the persons is here. */
async function someoneIsHere(chat: Chat, said: readonly Said[]): Promise<boolean> {
  if (said.some(({ room }) => room.startsWith("#"))) return true;
  const here = new Set((await chat.people()).filter(({ status }) => status !== "offline").map(({ id }) => `@${id}`));
  return said.some(({ room }) => here.has(room));
}
