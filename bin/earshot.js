import { enableCompileCache } from "node:module";

enableCompileCache?.();
await import("../src/main/earshot.ts");
