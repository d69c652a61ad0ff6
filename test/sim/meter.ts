// What a run is measured by: copies per entry, frames, hops, and the time until an entry is everywhere.

import type { Entry } from "../../src/core/entry.ts";

type Trace = { readonly saidAt: number; readonly hops: Map<string, number> };

/** Percentiles of a sample, or 0 of an empty one. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export class Meter {
  /** Entries that came over links, and how many of them were new to the receiver. */
  copies = 0;
  fresh = 0;
  readonly frames = new Map<string, number>();
  readonly latencies: number[] = [];
  readonly hopCounts: number[] = [];
  #traces: WeakMap<Entry, Trace> | null = null;

  reset(traces: boolean): void {
    this.copies = 0;
    this.fresh = 0;
    this.frames.clear();
    this.latencies.length = 0;
    this.hopCounts.length = 0;
    this.#traces = traces ? new WeakMap() : null;
  }

  said(entry: Entry, by: string, now: number): void {
    this.#traces?.set(entry, { saidAt: now, hops: new Map([[by, 0]]) });
  }

  sent(kind: string): void {
    this.frames.set(kind, (this.frames.get(kind) ?? 0) + 1);
  }

  stored(entry: Entry, way: { readonly from: string; readonly to: string }, now: number): void {
    this.fresh++;
    const trace = this.#traces?.get(entry);
    if (!trace) return;
    const hops = (trace.hops.get(way.from) ?? 0) + 1;
    trace.hops.set(way.to, hops);
    this.hopCounts.push(hops);
    this.latencies.push(now - trace.saidAt);
  }

  /** Copies per receiver. */
  redundancy(): number {
    return this.fresh === 0 ? 0 : this.copies / this.fresh;
  }
}
