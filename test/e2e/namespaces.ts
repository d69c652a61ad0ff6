// Network namespaces by way of `ip`: made, entered, and never left behind.

import { execFile, execFileSync } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";

const PREFIX = "earlab";
const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;
let made = 0;
let guarded = false;
const alive = new Set<string>();

/** Why there can be no lab here, or false: fits a test's `skip`. */
export function labMissing(...programs: readonly string[]): string | false {
  if (process.platform !== "linux") return "needs Linux network namespaces";
  if (process.getuid?.() !== 0) return "needs root, for network namespaces";
  if (!mayMakeNamespaces()) return "needs the rights of a real root (CAP_SYS_ADMIN, CAP_NET_ADMIN), for network namespaces";
  const absent = ["ip", "nft", "tc", ...programs].filter((program) => !onPath(program));
  return absent.length > 0 ? `needs ${absent.join(", ")}` : false;
}

/** A root without these, as in most containers, can make none (capabilities(7)). */
function mayMakeNamespaces(): boolean {
  const [, held = "0"] = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return [CAP_NET_ADMIN, CAP_SYS_ADMIN].every((right) => (BigInt(`0x${held}`) >> right) & 1n);
}

/** Whether there is such a program here. */
export function onPath(program: string): boolean {
  return [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"].some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A name for a namespace of this process: `earlab-PID-N-what`. */
export const namespaceName = (group: number, what: string): string => `${PREFIX}-${process.pid}-${group}-${what}`;

/** A number no other lab of this process has. */
export const nextGroup = (): number => ++made;

/** Makes an empty namespace; it goes when this process ends, at the latest. */
export async function addNamespace(name: string): Promise<void> {
  if (!guarded) guard();
  alive.add(name);
  await command("ip", ["netns", "add", name]);
}

/** Kills whatever runs in the namespace, and removes it. */
export function dropNamespace(name: string): void {
  if (!alive.delete(name)) return;
  remove(name);
}

/** Runs `ip` commands in a namespace, one a line, in one process. */
export const ip = (namespace: string, lines: readonly string[]): Promise<string> =>
  command("ip", ["-n", namespace, "-batch", "-"], `${lines.join("\n")}\n`);

/** Sets kernel parameters of a namespace: `net/ipv6/conf/default/accept_dad` to 0, say. */
export async function setParameters(namespace: string, values: Readonly<Record<string, number>>): Promise<void> {
  const script = Object.entries(values).map(([path, value]) => `echo ${value} > /proc/sys/${path}`);
  await command("ip", ["netns", "exec", namespace, "sh", "-c", script.join("; ")]);
}

/** Runs a program to its end; its stdout. Rejects with its stderr when it fails. */
export function command(program: string, args: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(" ")}: ${stderr || error.message}\n${input}`));
      else resolve(stdout);
    });
    child.stdin?.on("error", () => {}); // EPIPE from a program that reads nothing
    child.stdin?.end(input);
  });
}

/** Sees to it that nothing is left behind: by this process, and by earlier ones that could not. */
function guard(): void {
  guarded = true;
  process.once("exit", dropAll);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  sweep();
}

function dropAll(): void {
  for (const name of alive) remove(name);
  alive.clear();
}

/** Namespaces of processes that died without cleaning up. */
function sweep(): void {
  for (const name of namespaces()) {
    const [prefix, pid] = name.split("-");
    if (prefix === PREFIX && pid && !isAlive(Number(pid))) remove(name);
  }
}

function namespaces(): string[] {
  try {
    return readdirSync("/run/netns");
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function remove(name: string): void {
  try {
    for (const pid of execFileSync("ip", ["netns", "pids", name], { encoding: "utf8", stdio: "pipe" }).split("\n")) kill(Number(pid));
    execFileSync("ip", ["netns", "del", name], { stdio: "pipe" });
  } catch {
    // gone already
  }
}

function kill(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}
