// The certificate for HTTPS, self-signed and kept in the home, so that an exception made in a browser holds for the next run.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname, type NetworkInterfaceInfo } from "node:os";
import { join } from "node:path";
import { createWebKey, randomOf } from "../core/identity.ts";
import { ECDSA_SHA256, writeCertificate } from "../wire/x509.ts";

/** What TLS needs, both PEM. */
export type WebCredentials = { readonly key: string; readonly cert: string };

type Kept = WebCredentials & { readonly hosts: readonly string[] };

const FILE = "https.json";
/** Those of earlier networks are kept, too, the latest first: who comes back to one finds the same certificate. */
const MOST_HOSTS = 100;

/** The certificate of this home, made anew where there is none for all of these hosts. Throws what the file system does. */
export function webCredentials(dir: string, hosts: readonly string[]): WebCredentials {
  const path = join(dir, FILE);
  const kept = readKept(path);
  if (kept && hosts.every((host) => kept.hosts.includes(host))) return kept;
  const made = make([...new Set([...hosts, ...(kept?.hosts ?? [])])].slice(0, MOST_HOSTS));
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(made)}\n`, { mode: 0o600 });
  renameSync(draft, path);
  return made;
}

/** By what names and addresses browsers may reach this computer. */
export function webHosts(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>, name = hostname()): readonly string[] {
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []);
  const own = name.split(".")[0] ?? "";
  const names = /^[a-z0-9-]{1,63}$/i.test(own) ? [own, `${own}.local`] : [];
  return [...new Set(["localhost", ...names, "127.0.0.1", "::1", ...addresses.map(({ address }) => address)])];
}

function make(hosts: readonly string[]): Kept {
  const key = createWebKey();
  const cert = writeCertificate({
    name: "Earshot on this network",
    ...{ publicKey: key.publicKey, algorithm: ECDSA_SHA256, serial: randomOf(8), hosts, sign: key.sign },
  });
  return { key: key.pem, cert, hosts };
}

/** Null where there is none, or none that can be read. */
function readKept(path: string): Kept | null {
  try {
    const { key, cert, hosts } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    if (typeof key !== "string" || typeof cert !== "string" || !Array.isArray(hosts)) return null;
    return { key, cert, hosts: hosts.filter((host) => typeof host === "string") };
  } catch {
    return null;
  }
}
