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

/** What is told of a line that was kept to oneself. */
export const SECRET = "not said, since it looks like a password: /register PASSWORD and /login NAME PASSWORD begin with one slash";

/** `hint` says where to look. */
export const nobody = (name: string, hint = '"earshot people" lists who is known'): ChatError =>
  new ChatError("not-found", `nobody here is called ${shown(name)}: ${hint}`);
