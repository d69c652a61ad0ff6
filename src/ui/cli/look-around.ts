// A peer that was just started, for one command alone, first hears what it missed.

import { setTimeout as pause } from "node:timers/promises";
import type { ChatContext } from "./command.ts";

/** It was quiet for so long, or it took so long; milliseconds. */
const QUIET_MS = 500;
const MOST_MS = 3000;
const STEP_MS = 50;

/** Where a peer runs for this command alone, waits until no more news of people and no more messages come. */
export async function lookAround({ chat, own, signal }: Pick<ChatContext, "chat" | "own" | "signal">): Promise<void> {
  if (!own) return;
  const start = performance.now();
  let heard = start;
  const event = () => {
    heard = performance.now();
  };
  const watch = await chat.watch({ event });
  while (!signal.aborted && performance.now() - heard < QUIET_MS && performance.now() - start < MOST_MS) await pause(STEP_MS);
  watch.stop();
}
