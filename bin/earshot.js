// Starts Earshot: from its sources in a checkout, from emitted JavaScript in a published package.

import { existsSync } from "node:fs";
import module from "node:module";

const OLDEST_NODE = 26;
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Earshot needs Node ${OLDEST_NODE} or newer; this is ${process.version}.\n`);
  process.exit(1);
}
module.enableCompileCache();
const isCheckout = existsSync(new URL("../src/main/earshot.ts", import.meta.url));
const home = `${import.meta.url.slice(0, -"bin/earshot.js".length)}${isCheckout ? "src/" : "dist/"}`;
const format = isCheckout ? "module-typescript" : "module";

// Our own files are named in full, so that nothing needs to be looked for: that would take a fifth of a start.
module.registerHooks({
  resolve: (specifier, context, next) =>
    specifier[0] === "." && context.parentURL?.startsWith(home)
      ? { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true }
      : next(specifier, context),
});
if (isCheckout) await import("../src/main/earshot.ts");
else await import("../dist/main/earshot.js");
