// The words that all doors of plain lines share.

import { ChatError } from "../core/errors.ts";
import { cleanLine } from "../core/name.ts";
import type { Status } from "../core/presence.ts";

export const ALONE = "Nobody is here yet. Others on this network show up by themselves once they start Earshot.";

/** How a status is called and marked. */
export const STATUS_WORDS: Readonly<Record<Status, readonly [mark: string, word: string]>> = {
  online: ["●", "here"],
  away: ["◐", "away"],
  busy: ["⊘", "busy"],
  offline: ["○", "offline"],
};

/** What was typed, as it may stand in a line of ours. */
export const shown = (text: string): string => JSON.stringify(cleanLine(text, 60));

export const nobody = (name: string): ChatError =>
  new ChatError("not-found", `nobody here is called ${shown(name)}: "earshot people" lists who is known`);
