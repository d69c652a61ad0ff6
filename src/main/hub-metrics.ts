// What a hub tells at /metrics of the people and the talk it holds.

import type { Log } from "../core/ports/log.ts";
import type { LineGateway } from "../gateways/line/gateway.ts";
import type { Sample } from "../gateways/web/metrics.ts";
import type { HubCounts } from "../hub/open.ts";
import type { Door } from "./listening.ts";

export type Measured = {
  /** Null before the first guest came. */
  readonly hub: HubCounts | null;
  readonly lines: LineGateway["stats"];
  readonly doors: readonly Door[];
  readonly log: Log;
};

const NOTHING: HubCounts = { connections: 0, visits: 0, guests: 0, members: 0, accounts: 0, refused: 0, limited: 0 };

export function hubSamples({ hub, lines, doors, log }: Measured): readonly Sample[] {
  const counts = hub ?? NOTHING;
  const sockets = doors.reduce((sum, door) => sum + door.count(), 0);
  const rooms = log.rooms();
  const byDoor = { web: counts.connections - lines.connections, line: lines.connections };
  return [
    gauge("earshot_sockets", "TCP connections of any kind, links to other peers included.", sockets),
    ...Object.entries(byDoor).map(([door, value]) => ({
      ...gauge("earshot_connections", "Connections of guests, by door.", value),
      labels: { door },
    })),
    gauge("earshot_guests", "People here without an account.", counts.guests),
    gauge("earshot_members", "People here with an account.", counts.members),
    gauge("earshot_accounts", "Accounts.", counts.accounts),
    gauge("earshot_rooms", "Rooms held, direct talk included.", rooms.length),
    gauge(
      "earshot_entries",
      "Entries held: messages, edits, joins and the like.",
      rooms.reduce((sum, room) => sum + held(log, room), 0),
    ),
    ...refusals(counts, lines),
  ];
}

function refusals({ refused, limited }: HubCounts, { dropped }: LineGateway["stats"]): readonly Sample[] {
  const help = "What was refused since the start, by reason.";
  const counters = { entrance: refused, rate: limited, behind: dropped };
  return Object.entries(counters).map(([reason, value]) => ({
    name: "earshot_refused_total",
    kind: "counter",
    help,
    labels: { reason },
    value,
  }));
}

function held(log: Log, room: Parameters<Log["frontier"]>[0]): number {
  let count = 0;
  for (const seq of log.frontier(room).values()) count += seq;
  return count;
}

const gauge = (name: string, help: string, value: number): Sample => ({ name, kind: "gauge", help, value });
