// What a hub measures of itself, in Prometheus' text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).

import { monitorEventLoopDelay } from "node:perf_hooks";

/** One number of a family. Samples of one family have the same name, kind and help, and differ in labels. */
export type Sample = {
  /** `earshot_guests`, and so on: `[a-z_:][a-z0-9_:]*`, units spelled out at the end; a counter's ends in `_total`. */
  readonly name: string;
  readonly kind: "counter" | "gauge";
  /** A sentence about the family. */
  readonly help: string;
  readonly labels?: { readonly [label: string]: string };
  readonly value: number;
};

/** Asked at every scrape; families in any order. */
export type MetricsSource = () => readonly Sample[];

/** The media type of `formatMetrics`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** The samples as text, each family once and whole, in the order of its first sample. */
export function formatMetrics(samples: readonly Sample[]): string {
  const families = Map.groupBy(samples, ({ name }) => name);
  return [...families.values()].map(formatFamily).join("");
}

function formatFamily(samples: readonly Sample[]): string {
  const [first] = samples;
  if (!first) return "";
  const { name, kind, help } = first;
  const lines = samples.map((sample) => `${name}${formatLabels(sample.labels)} ${formatValue(sample.value)}\n`);
  return `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n# TYPE ${name} ${kind}\n${lines.join("")}`;
}

function formatLabels(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels ?? {}).map(([label, value]) => `${label}="${value.replace(/[\\\n"]/g, escaped)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (char: string): string => (char === "\n" ? "\\n" : `\\${char}`);

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

const NANOSECONDS = 1e9;
const QUANTILES = [0.5, 0.9, 0.99] as const;
/** Milliseconds between two looks at the clock. */
const RESOLUTION = 20;

/** This process: memory, processor, age, and how late its event loop was since the last scrape. The loop is watched from the first scrape on. */
export class ProcessMetrics {
  #delays: ReturnType<typeof monitorEventLoopDelay> | null = null;

  samples(): readonly Sample[] {
    const { user, system } = process.cpuUsage();
    return [
      gauge("process_resident_memory_bytes", "Memory of the process that is held in RAM.", process.memoryUsage.rss()),
      gauge("process_uptime_seconds", "How long the process has run.", process.uptime()),
      { ...gauge("process_cpu_seconds_total", "Processor time used.", (user + system) / 1e6), kind: "counter" },
      ...this.#delaySamples(),
    ];
  }

  /** Watches no more. */
  close(): void {
    this.#delays?.disable();
  }

  #delaySamples(): readonly Sample[] {
    if (!this.#delays) {
      this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION });
      this.#delays.enable();
      return [];
    }
    const delays = this.#delays;
    const help = "How late the event loop was, since the last scrape.";
    const samples = [
      ...QUANTILES.map((quantile) => [String(quantile), delays.percentile(quantile * 100)] as const),
      ["1", delays.max] as const,
    ].map(([quantile, nanoseconds]) => ({
      ...gauge("earshot_event_loop_delay_seconds", help, Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION / 1000)),
      labels: { quantile },
    }));
    delays.reset();
    return samples;
  }
}

const gauge = (name: string, help: string, value: number): Sample => ({ name, kind: "gauge", help, value });
