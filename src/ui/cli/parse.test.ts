import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCommandLine } from "./parse.ts";
import { UsageError } from "./usage-error.ts";

const refused: readonly (readonly [line: string, why: RegExp])[] = [
  ["frobnicate", /"frobnicate" is not a command/],
  ["hitsory", /did you mean "earshot history"\?/],
  ["run --prot 1", /has no option "--prot": did you mean --port\?/],
  ["run --json", /"earshot run" has no option "--json"/],
  ["send -x", /has no option "-x"/],
  ["--nonsense", /has no option "--nonsense"/],
  ["--constructor", /has no option "--constructor"/],
  ["run --port", /--port needs a value: --port N/],
  ["run --port --json", /--port needs a value/],
  ["people --json=yes", /--json takes no value/],
  ["send", /something is missing: earshot send TARGET TEXT…/],
  ["send #lobby", /something is missing/],
  ["history", /something is missing: earshot history TARGET/],
  ["people x", /"x" is one too many: earshot people/],
  ["chat a b", /"b" is one too many: earshot chat \[ROOM\]/],
  ["run --port 70000", /--port "70000" cannot be used: give a number from 0 to 65535/],
  ["run --port -1", /--port "-1"/],
  ["run --port 1e3", /--port "1e3"/],
  ["run --bind nowhere", /--bind "nowhere"/],
  ["run --bind 1.2.3.400", /--bind "1.2.3.400"/],
  ["run --peer host:99999", /--peer "host:99999"/],
  ["run --peer host:0", /--peer "host:0"/],
  ["run --peer [::1", /--peer "\[::1"/],
  ["run --peer [::1]x", /--peer/],
  ["run --peer 1.2.3", /--peer "1.2.3"/],
  ["run --peer host:", /--peer "host:"/],
  ["run --peer http://host", /--peer/],
  ["run --secret=", /--secret needs a word/],
  ["run --network=", /--network ""/],
  ["run --name=#ann", /--name "#ann" cannot be a name/],
  [`run --name=${"x".repeat(10_000)}`, /cannot be a name/],
  ["run --name=a\x07b", /--name "ab" cannot be a name/],
  ["run --log loud", /--log "loud" cannot be used: give one of silent, error, warn, info, debug/],
  ["history #a --limit 0", /--limit "0"/],
  ["history #a --limit -1", /--limit "-1"/],
  ["history #a --limit abc", /--limit "abc"/],
  ["history #a --limit 1.5", /--limit "1.5"/],
  ["history #a --before yesterday", /--before "yesterday"/],
  ["history #a --since 2026-13-01", /--since "2026-13-01"/],
  ["send #a b --wait read", /--wait "read"/],
  ["run --hub room12", /"earshot run" has no option "--hub"/],
  ["chat --hub", /--hub needs a value: --hub HOST\[:PORT\]/],
  ["chat --hub 1.2.3", /--hub "1.2.3" cannot be used/],
  ["chat --hub room12 --port 0", /--port is for an Earshot of one's own, and with --hub none runs/],
  ["people --no-discovery --hub room12:80", /--no-discovery is for an Earshot of one's own/],
  ["help frobnicate", /is not a command/],
];

for (const [line, why] of refused) {
  test(`refused with the reason: ${line.slice(0, 60)}`, () => {
    assert.throws(
      () => parseCommandLine(line.split(" ")),
      (error) => error instanceof UsageError && why.test(error.message) && !error.message.includes("\n"),
    );
  });
}

const run = (line: string) => {
  const parsed = parseCommandLine(line.split(" ").filter(Boolean));
  assert.equal(parsed.kind, "run");
  return parsed.kind === "run" ? { command: parsed.command.name, args: parsed.args, options: parsed.options } : assert.fail();
};

test("no command means open", () => {
  assert.deepEqual(run("--no-open --name ann"), { command: "open", args: [], options: { noOpen: true, name: "ann" } });
});

test("options may stand before, between and after the arguments", () => {
  const options = { home: "/x", wait: "delivered" };
  assert.deepEqual(run("--home /x send @ben hello --wait=delivered there"), { command: "send", args: ["@ben", "hello", "there"], options });
});

test("after -- everything is text, and a single dash is an argument", () => {
  assert.deepEqual(run("send #lobby -- --json -x").args, ["#lobby", "--json", "-x"]);
  assert.deepEqual(run("send #lobby -").args, ["#lobby", "-"]);
});

test("--peer may be given several times", () => {
  assert.deepEqual(run("run --peer a --peer 10.0.0.1:4 --peer [fe80::1%eth0]:5 --peer ::1").options.peers, [
    "a:3277",
    "10.0.0.1:4",
    "[fe80::1%eth0]:5",
    "[::1]:3277",
  ]);
});

test("--hub names a place, at the port of Earshot unless told otherwise", () => {
  assert.equal(run("chat #tea --hub room12 --name ann").options.hub, "room12:3277");
  assert.equal(run("send --hub ::1 #a b").options.hub, "[::1]:3277");
});

test("--help wins over what is wrong beside it, and help names a command", () => {
  for (const line of ["send --help", "--help send", "help send", "send -h --frob"]) {
    const parsed = parseCommandLine(line.split(" "));
    assert.equal(parsed.kind === "help" && parsed.command?.name, "send");
  }
  assert.deepEqual(parseCommandLine(["--help"]), { kind: "help", command: null });
  assert.deepEqual(parseCommandLine(["run", "--version"]), { kind: "version" });
});

test("times are local unless they name a zone, and a message's id is a place", () => {
  const since = (text: string) => run(`history #a --since ${text}`).options.since;
  assert.deepEqual(since("2026-11-21"), { kind: "time", time: new Date(2026, 10, 21).getTime() * 1000 });
  assert.deepEqual(since("2026-11-21T10:30"), { kind: "time", time: new Date(2026, 10, 21, 10, 30).getTime() * 1000 });
  assert.deepEqual(since("2026-11-21T10:30:00.000Z"), { kind: "time", time: Date.UTC(2026, 10, 21, 10, 30) * 1000 });
  assert.deepEqual(since("a".repeat(64)), { kind: "message", id: "a".repeat(64) });
});

test("whatever is typed is read or refused in one line", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--port", "--json", "send", "--", "-", "--peer", "run", "--limit", "--before"));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        parseCommandLine(argv);
      } catch (error) {
        assert.ok(error instanceof UsageError, String(error));
        assert.doesNotMatch(error.message, /[\p{Cc}]/u);
      }
    }),
    { numRuns: 3000 },
  );
});
