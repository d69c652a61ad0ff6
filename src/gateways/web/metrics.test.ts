// The text that Prometheus reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMetrics, ProcessMetrics, type Sample } from "./metrics.ts";

const sample = (value: number, more: Partial<Sample> = {}): Sample => ({
  name: "x_total",
  kind: "counter",
  help: "So many.",
  value,
  ...more,
});

test("a family has its help and type once, its samples together", () => {
  const samples = [
    sample(1, { labels: { door: "web" } }),
    { ...sample(7), name: "y", kind: "gauge", help: "Other." } as const,
    sample(2, { labels: { door: "line", why: "busy" } }),
  ];
  assert.equal(
    formatMetrics(samples),
    `# HELP x_total So many.
# TYPE x_total counter
x_total{door="web"} 1
x_total{door="line",why="busy"} 2
# HELP y Other.
# TYPE y gauge
y 7
`,
  );
});

test("what would end a line or a label is escaped", () => {
  const text = formatMetrics([sample(1, { help: 'a\\b\n"c"', labels: { room: 'a"b\\c\nd} 9' } })]);
  assert.equal(text, `# HELP x_total a\\\\b\\n"c"\n# TYPE x_total counter\nx_total{room="a\\"b\\\\c\\nd} 9"} 1\n`);
});

test("numbers that are none have their names", () => {
  for (const [value, text] of [
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
    [1e21, "1e+21"],
    [0.5, "0.5"],
  ] as const) {
    assert.ok(formatMetrics([sample(value)]).endsWith(` ${text}\n`));
  }
});

test("nothing measured is nothing told", () => assert.equal(formatMetrics([]), ""));

test("the process tells its memory, and from the second time on how late it was", async () => {
  const metrics = new ProcessMetrics();
  const names = (): readonly string[] => metrics.samples().map(({ name }) => name);
  assert.ok(metrics.samples().every(({ value }) => value >= 0));
  assert.ok(!names().includes("process_nothing") && names().includes("process_resident_memory_bytes"));
  assert.equal(names().filter((name) => name === "earshot_event_loop_delay_seconds").length, 4);
  metrics.close();
});
