// Who may import whom. What this table does not allow is forbidden.

import { existsSync, globSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { type Import, importsOf } from "./house/imports.ts";

export type Room = {
  /** A folder or a file; the longest that fits counts. */
  readonly path: string;
  /** Folders or files it may import, besides itself. */
  readonly rooms: readonly string[];
  readonly packages?: readonly string[];
  /** Modules of Node, without `node:`. */
  readonly node?: readonly string[];
};

const CORE = "src/core";
const WIRE = "src/wire";
/** What is typed and read as plain lines, whatever the door. */
const TALK = "src/talk";
const NODE_FOR_MAIN = [
  "fs",
  "fs/promises",
  "module",
  "net",
  "os",
  "path",
  "process",
  "readline",
  "readline/promises",
  "stream",
  "tls",
  "timers/promises",
  "url",
  "util",
];

export const HOUSE: readonly Room[] = [
  { path: CORE, rooms: ["src/core/identity.ts"] },
  { path: "src/core/identity.ts", rooms: [CORE], node: ["crypto"] },
  { path: WIRE, rooms: [CORE], packages: ["valibot"] },
  { path: "src/chat", rooms: [CORE] },
  { path: "src/store", rooms: [CORE], node: ["fs", "path", "sqlite", "timers/promises", "worker_threads"] },
  {
    path: "src/mesh",
    rooms: [CORE, WIRE, "src/mesh/discovery", "src/mesh/link", "src/mesh/replica", "src/mesh/topology"],
    node: ["dgram", "dns", "net", "os", "tls"],
  },
  { path: "src/mesh/discovery", rooms: [CORE, WIRE], node: ["dgram", "dns/promises", "os"] },
  { path: "src/mesh/link", rooms: [CORE, WIRE], node: ["net", "stream", "tls"] },
  { path: "src/mesh/replica", rooms: [CORE, WIRE] },
  { path: "src/mesh/topology", rooms: [CORE, WIRE] },
  { path: TALK, rooms: [CORE] },
  { path: "src/hub", rooms: [CORE], packages: ["smol-toml", "valibot"], node: ["fs", "fs/promises", "net", "path"] },
  { path: "src/gateways/web", rooms: [CORE, WIRE], packages: ["ws"], node: ["fs", "http", "net", "path", "perf_hooks", "stream"] },
  { path: "src/gateways/line", rooms: [CORE, WIRE, TALK], node: ["net"] },
  { path: "src/client", rooms: [CORE, WIRE], packages: ["valibot"] },
  {
    path: "src/ui/cli",
    rooms: [CORE, TALK, "src/client"],
    packages: ["commander"],
    node: ["net", "readline", "timers/promises", "tty", "util"],
  },
  { path: "src/main", rooms: ["src"], packages: ["ws"], node: NODE_FOR_MAIN },
  { path: "bin", rooms: ["src/main"], node: ["fs", "module"] },
];

/** Rooms that a browser loads, and what it has not got. */
const BROWSER = ["src/client", "src/ui/web"];
const NOT_IN_BROWSERS = "src/core/identity.ts";

type Edge = Import & { readonly from: string /** Path of the file below the root, for imports of files. */; readonly to: string | null };

/** Every import in src/ and bin/ below `root` that the house does not allow, one sentence each. Tests may import what they like. */
export function offences(root: string, house: readonly Room[] = HOUSE): string[] {
  const files = globSync(["src/**/*.{ts,js,mts,cts,mjs,cjs}", "bin/**/*.{ts,js,mjs,cjs}"], { cwd: root }).filter((file) => !isTest(file));
  const edges = files.flatMap((file) => importsOf(join(root, file)).map((found) => edge(file, found)));
  const homeless = files.filter((file) => !roomOf(file, house)).map((file) => `${file} is in no room of test/layers.ts`);
  const missing = edges.flatMap((e) =>
    e.to !== null && !existsSync(join(root, e.to)) ? [`${place(e)} imports ${e.to}, which does not exist`] : [],
  );
  const wrong = edges.flatMap((e) => complaint(e, house) ?? []);
  return [...homeless, ...missing, ...wrong, ...browserOffences(edges)];
}

/** Tests, and what stands beside them for them alone. */
const isTest = (file: string): boolean => /\.test\.[cm]?ts$|\/testing\/|\/fixtures\.ts$/.test(file);
const place = (e: Edge): string => `${e.from}:${e.line}`;
const within = (file: string, path: string): boolean => file === path || file.startsWith(`${path}/`);

function edge(from: string, found: Import): Edge {
  const relative = found.specifier?.startsWith(".") ? found.specifier : null;
  return { ...found, from, to: relative === null ? null : sourceOf(posix.normalize(posix.join(dirname(from), relative))) };
}

/** The source of an emitted file. */
const sourceOf = (file: string): string => file.replace(/^dist\/(.*)\.js$/, "src/$1.ts");

function roomOf(file: string, house: readonly Room[]): Room | undefined {
  return house.filter((room) => within(file, room.path)).sort((a, b) => b.path.length - a.path.length)[0];
}

function complaint(e: Edge, house: readonly Room[]): string | null {
  const room = roomOf(e.from, house);
  if (!room) return null;
  if (e.specifier === null) return `${place(e)} imports something computed: write out what`;
  if (e.to !== null) return fileComplaint(e, e.to, room, house);
  const [list, name] = e.specifier.startsWith("node:") ? [room.node, e.specifier.slice(5)] : [room.packages, packageOf(e.specifier)];
  return list?.includes(name) ? null : `${place(e)} imports ${e.specifier}: ${room.path} may not`;
}

function fileComplaint(e: Edge, to: string, room: Room, house: readonly Room[]): string | null {
  if (isTest(to)) return `${place(e)} imports the test ${to}`;
  const allowed = roomOf(to, house) === room || room.rooms.some((path) => within(to, path));
  return allowed ? null : `${place(e)} imports ${to}: ${room.path} may not`;
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** Follows run-time imports from every file that a browser loads. */
function browserOffences(edges: readonly Edge[]): string[] {
  const byFile = Map.groupBy(
    edges.filter((e) => !e.typeOnly),
    (e) => e.from,
  );
  const ways = new Map([...byFile.keys()].filter((file) => BROWSER.some((path) => within(file, path))).map((file) => [file, file]));
  const found: string[] = [];
  for (const [file, way] of ways) {
    for (const e of byFile.get(file) ?? []) {
      if (e.specifier?.startsWith("node:") || e.to === NOT_IN_BROWSERS) found.push(`a browser would load ${e.specifier}: ${way}`);
      else if (e.to !== null && !ways.has(e.to)) ways.set(e.to, `${way} → ${e.to}`);
    }
  }
  return found;
}
