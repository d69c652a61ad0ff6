// `earshot id`: my name and the id of my key.

import type { IdentityContext } from "./command.ts";
import { jsonLine } from "./json.ts";
import { write } from "./output.ts";

export async function id({ owner, options, out }: IdentityContext): Promise<void> {
  const fingerprint = owner.id.match(/.{1,4}/g)?.join(" ") ?? "";
  const text = `name         ${owner.name}\nid           ${owner.id}\nfingerprint  ${fingerprint}\n`;
  await write(out, options.json ? jsonLine({ id: owner.id, name: owner.name }) : text);
}
