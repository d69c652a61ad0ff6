// Starts Earshot: from its sources in a checkout, from emitted JavaScript in a published package.

import { existsSync } from "node:fs";
import module from "node:module";

const OLDEST_NODE = 26;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Earshot needs Node ${OLDEST_NODE} or newer; this is ${process.version}.\n`);
  process.exit(1);
}
module.enableCompileCache();
if (existsSync(new URL("../src/main/earshot.ts", import.meta.url))) await import("../src/main/earshot.ts");
else await import("../dist/main/earshot.js");
