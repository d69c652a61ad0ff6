// What is asked of a hub beyond talk, in JSON.

import * as v from "valibot";
import type { HubAction } from "../core/ports/hub.ts";
import { conversation, personId, whole } from "./web-values.ts";

/** Short texts: names, reasons, passwords. */
const text = v.pipe(v.string(), v.maxLength(1000));
const minutes = v.pipe(whole, v.maxValue(10_000_000));

export const hubAction = v.variant("kind", [
  v.strictObject({ kind: v.literal("register"), password: text }),
  v.strictObject({ kind: v.literal("login"), name: text, password: text }),
  v.strictObject({ kind: v.literal("kick"), person: personId, reason: text }),
  v.strictObject({ kind: v.literal("ban"), whom: text, minutes, reason: text }),
  v.strictObject({ kind: v.literal("unban"), whom: text }),
  v.strictObject({ kind: v.picklist(["bans", "members"]) }),
  v.strictObject({ kind: v.literal("mute"), person: personId, minutes }),
  v.strictObject({ kind: v.literal("unmute"), person: personId }),
  v.strictObject({ kind: v.literal("slow"), room: conversation, seconds: v.pipe(whole, v.maxValue(86_400)) }),
  v.strictObject({ kind: v.literal("close"), room: conversation, to: v.picklist(["guests", "everyone", "nobody"]) }),
  v.strictObject({ kind: v.literal("announce"), text: v.pipe(v.string(), v.maxLength(10_000)) }),
  v.strictObject({ kind: v.literal("role"), name: text, role: v.picklist(["moderator", "member"]) }),
  v.strictObject({ kind: v.literal("audit"), limit: v.pipe(whole, v.maxValue(10_000)) }),
]) satisfies v.GenericSchema<unknown, HubAction>;
