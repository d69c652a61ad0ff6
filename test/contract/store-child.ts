// A process that says one thing after the other into a store and tells on stdout, line by line, what was acknowledged. Killed by its test.

import { writeSync } from "node:fs";
import { LOBBY } from "../../src/core/room.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { authorOf } from "./store-entries.ts";

const [path = "", seed = "1"] = process.argv.slice(2);
const store = await openSqliteStore({ path });
const author = authorOf(Number(seed));
writeSync(1, "open\n");
for (let count = 0; ; count++) {
  const batches = Array.from({ length: 1 + (count % 4) }, (_, index) => author.says(LOBBY, [`word${seed}x${count}x${index}`]));
  await Promise.all(
    batches.map(async (batch) => {
      await store.append(batch);
      writeSync(1, `${batch[0]?.entry.id}\n`);
    }),
  );
}
