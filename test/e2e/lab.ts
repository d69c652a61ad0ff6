// A network to test on: hosts as network namespaces on a switch that can be cut, filtered, listened to and made bad. Root only.

import { fileURLToPath } from "node:url";
import { type Capture, startCapture } from "./capture.ts";
import { addNamespace, command, dropNamespace, ip, namespaceName, nextGroup, setParameters } from "./namespaces.ts";
import { type Running, type StartOptions, start } from "./running.ts";

export type LabOptions = {
  readonly hosts: number;
  /** Default both. */
  readonly family?: "both" | "ipv4" | "ipv6";
  /** Give hosts a default route (to nowhere). Default none, as on a network without a router. */
  readonly defaultRoute?: boolean;
  /** Hosts (by index) that have a second interface, `eth1`, on a second switch. */
  readonly second?: readonly number[];
  /** Everything a host sends is delayed by `delay` milliseconds, and lost with probability `loss`. */
  readonly lossy?: Bad;
};

type Bad = { readonly delay: number; readonly loss: number; readonly seed?: number };

/** Builds a network. Hosts are 10.77.0.1, .2, … and fd77::1, ::2, …; on the second switch 10.78.0.x and fd78::x. `await using`, or `close` it. */
export async function lab(options: LabOptions): Promise<Lab> {
  const network = new Lab(options);
  try {
    await network.build();
  } catch (error) {
    network.close();
    throw error;
  }
  return network;
}

/** One computer of the lab. */
export class Host {
  readonly address: string;
  readonly address6: string;
  readonly index: number;
  readonly namespace: string;
  readonly #switch: string;

  constructor(index: number, namespace: string, switchNamespace: string) {
    this.index = index;
    this.namespace = namespace;
    this.address = `10.77.0.${index + 1}`;
    this.address6 = `fd77::${(index + 1).toString(16)}`;
    this.#switch = switchNamespace;
  }

  /** Starts a program on this host. It is killed with the lab. */
  spawn(program: string, args: readonly string[], options: StartOptions = {}): Running {
    return start("ip", ["netns", "exec", this.namespace, program, ...args], options);
  }

  /** Pulls the cable at the switch. */
  async unplug(): Promise<void> {
    await ip(this.#switch, [`link set h${this.index} down`]);
  }

  async plug(): Promise<void> {
    await ip(this.#switch, [`link set h${this.index} up`]);
  }

  /** Records every frame that this host sends or that reaches it, as `Lab.capture` does. */
  async capture(filter = ""): Promise<Capture> {
    return await captureIn(this.namespace, "eth0", filter);
  }

  /** Runs an `ip` command on this host: `link set eth1 down`, say. */
  async ip(line: string): Promise<string> {
    return await ip(this.namespace, [line]);
  }
}

export class Lab {
  readonly hosts: readonly Host[];
  readonly #options: LabOptions;
  readonly #switch: string;
  readonly #rules = { groups: [] as readonly (readonly number[])[], multicast: false, broadcast: false };
  #wire: Running | null = null;

  constructor(options: LabOptions) {
    const group = nextGroup();
    this.#options = options;
    this.#switch = namespaceName(group, "switch");
    this.hosts = Array.from({ length: options.hosts }, (_, n) => new Host(n, namespaceName(group, `h${n}`), this.#switch));
  }

  /** For `lab` alone. */
  async build(): Promise<void> {
    await addNamespace(this.#switch);
    await setParameters(this.#switch, { "net/ipv6/conf/default/disable_ipv6": 1 });
    await ip(
      this.#switch,
      ["br0", "br1"].flatMap((bridge) => [`link add ${bridge} type bridge mcast_snooping 0`, `link set ${bridge} up`]),
    );
    for (const host of this.hosts) await this.#addHost(host);
    await this.#connect();
    await Promise.all(this.hosts.map((host) => this.#configure(host)));
  }

  /** Cuts the network: hosts of different groups do not hear each other. Replaces an earlier partition. */
  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    this.#rules.groups = groups;
    await this.#applyRules();
  }

  async heal(): Promise<void> {
    await this.partition([]);
  }

  /** The switch swallows UDP multicast, IPv4 and IPv6; neighbours still find each other's hardware addresses. */
  async dropMulticast(drop = true): Promise<void> {
    this.#rules.multicast = drop;
    await this.#applyRules();
  }

  /** The switch swallows UDP broadcast; ARP passes. */
  async dropBroadcast(drop = true): Promise<void> {
    this.#rules.broadcast = drop;
    await this.#applyRules();
  }

  /** Records every frame on the switch from now on that fits the filter (`tcp port 3277`). Needs tcpdump. */
  async capture(filter = ""): Promise<Capture> {
    return await captureIn(this.#switch, "br0", filter);
  }

  /** Kills what runs on the hosts and takes the network down. */
  close(): void {
    this.#wire?.kill();
    for (const host of this.hosts) dropNamespace(host.namespace);
    dropNamespace(this.#switch);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #addHost(host: Host): Promise<void> {
    await addNamespace(host.namespace);
    const all = { "net/ipv6/conf/default/accept_dad": 0, "net/ipv6/conf/default/dad_transmits": 0 };
    const none = { "net/ipv6/conf/default/disable_ipv6": 1 };
    await setParameters(host.namespace, this.#options.family === "ipv4" ? none : all);
  }

  async #connect(): Promise<void> {
    const netem = this.#options.lossy ? await hasNetem(this.#switch) : false;
    if (this.#options.lossy && !netem) await this.#connectByWire(this.#options.lossy);
    else await this.#connectByCable();
    await ip(
      this.#switch,
      this.hosts.flatMap(({ index }) => [`link set h${index} master br0`, `link set h${index} up`]),
    );
    if (this.#options.lossy && netem) await Promise.all(this.hosts.map((host) => addNetem(host.namespace, this.#options.lossy as Bad)));
    await ip(
      this.#switch,
      this.#second().flatMap(({ index, namespace }) => cable(`s${index}`, "eth1", namespace, "br1")),
    );
  }

  async #connectByCable(): Promise<void> {
    await ip(
      this.#switch,
      this.hosts.map(({ index, namespace }) => `link add h${index} type veth peer name eth0 netns ${namespace}`),
    );
  }

  async #connectByWire({ delay, loss, seed = 1 }: Bad): Promise<void> {
    const program = fileURLToPath(new URL("./wire.py", import.meta.url));
    const numbers = [this.hosts.length, delay, loss, seed].map(String);
    this.#wire = start("ip", ["netns", "exec", this.#switch, "python3", program, ...numbers]);
    await this.#wire.line(/^ready$/);
    await ip(
      this.#switch,
      this.hosts.map(({ index, namespace }) => `link set t${index} netns ${namespace} name eth0`),
    );
  }

  async #configure(host: Host): Promise<void> {
    const { family = "both", defaultRoute = false } = this.#options;
    const lines = ["link set lo up", "link set eth0 up"];
    if (family !== "ipv6") lines.push(`addr add ${host.address}/24 brd + dev eth0`);
    if (family !== "ipv4") lines.push(`addr add ${host.address6}/64 dev eth0 nodad`);
    if (defaultRoute && family !== "ipv6") lines.push("route add default via 10.77.0.254");
    if (defaultRoute && family !== "ipv4") lines.push("-6 route add default via fd77::ffff");
    if (this.#second().includes(host)) {
      lines.push("link set eth1 up");
      if (family !== "ipv6") lines.push(`addr add ${host.address.replace("77", "78")}/24 brd + dev eth1`);
      if (family !== "ipv4") lines.push(`addr add ${host.address6.replace("77", "78")}/64 dev eth1 nodad`);
    }
    await ip(host.namespace, lines);
  }

  #second(): readonly Host[] {
    return this.hosts.filter((host) => this.#options.second?.includes(host.index));
  }

  async #applyRules(): Promise<void> {
    const { groups, multicast, broadcast } = this.#rules;
    const rules = cuts(groups);
    if (multicast) rules.push("meta l4proto udp ip daddr 224.0.0.0/4 drop", "meta l4proto udp ip6 daddr ff00::/8 drop");
    if (broadcast) rules.push("meta l4proto udp ether daddr ff:ff:ff:ff:ff:ff drop");
    const table = `add table bridge lab\ndelete table bridge lab\ntable bridge lab {\n  chain forward {\n    type filter hook forward priority 0; policy accept;\n${rules.map((rule) => `    ${rule}\n`).join("")}  }\n}\n`;
    await command("ip", ["netns", "exec", this.#switch, "nft", "-f", "-"], table);
  }
}

function captureIn(namespace: string, device: string, filter: string): Promise<Capture> {
  const options = ["-i", device, "--immediate-mode", "-U", "-s", "0", "-w", "-"];
  return startCapture(["netns", "exec", namespace, "tcpdump", ...options, ...filter.split(" ").filter(Boolean)]);
}

const cable = (port: string, device: string, namespace: string, bridge: string): string[] => [
  `link add ${port} type veth peer name ${device} netns ${namespace}`,
  `link set ${port} master ${bridge}`,
  `link set ${port} up`,
];

const ports = (group: readonly number[]): string => `{ ${group.map((index) => `"h${index}"`).join(", ")} }`;

/** One rule for each ordered pair of groups. */
const cuts = (groups: readonly (readonly number[])[]): string[] =>
  groups.flatMap((from) => groups.filter((to) => to !== from).map((to) => `iifname ${ports(from)} oifname ${ports(to)} drop`));

const netem = ({ delay, loss }: Bad): string[] => ["root", "netem", "delay", `${delay}ms`, "loss", `${loss * 100}%`, "limit", "10000"];

async function hasNetem(namespace: string): Promise<boolean> {
  try {
    await command("tc", ["-n", namespace, "qdisc", "add", "dev", "br1", ...netem({ delay: 1, loss: 0 })]);
    await command("tc", ["-n", namespace, "qdisc", "del", "dev", "br1", "root"]);
    return true;
  } catch {
    return false;
  }
}

async function addNetem(namespace: string, bad: Bad): Promise<void> {
  await command("tc", ["-n", namespace, "qdisc", "add", "dev", "eth0", ...netem(bad)]);
}
