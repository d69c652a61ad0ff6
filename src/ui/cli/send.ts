// `earshot send`: says one thing and leaves.

import { ChatError } from "../../core/errors.ts";
import { cleanText } from "../../core/name.ts";
import type { Message } from "../../core/ports/chat.ts";
import { letArrive } from "./arrive.ts";
import type { ChatContext } from "./command.ts";
import { readTarget, resolveTarget } from "./target.ts";
import { UsageError } from "./usage-error.ts";

export async function send(context: ChatContext): Promise<void> {
  const [goal = "", ...words] = context.args;
  const target = readTarget(goal);
  const text = words.length === 1 && words[0] === "-" ? await readAll(context.input) : words.join(" ");
  if (cleanText(text).trim() === "") throw new UsageError("there is nothing to say: the text is empty");
  const room = await resolveTarget(target, context);
  const message = await context.chat.say(room, text);
  if (context.options.wait === "delivered") return untilDelivered(context, message);
  if (!context.own) return;
  const arrived = await letArrive(context.chat, context.own, [message], context.signal);
  if (!arrived) context.err.write("earshot: nobody has it yet. It is stored, and goes out when Earshot runs here again.\n");
}

async function untilDelivered({ chat, hub, signal }: ChatContext, { id }: Message): Promise<void> {
  try {
    await chat.delivered(id, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const when = hub ? "once the other side is there" : "when Earshot runs here and the other side is there";
    throw new ChatError("unreachable", `not delivered yet. It is stored, and goes out ${when}`);
  }
}

/** All of the input as text, without line ends at its end. */
async function readAll(input: NodeJS.ReadStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) throw new ChatError("too-large", "the input is too long for one message: earshot chat takes it line by line");
  }
  const bytes = Buffer.concat(chunks);
  const end = bytes.findLastIndex((byte) => byte !== 0x0a && byte !== 0x0d) + 1;
  return new TextDecoder().decode(bytes.subarray(0, end));
}

/** Far more than a message holds; what is between is refused by name of its size. */
const MOST_BYTES = 1_000_000;
