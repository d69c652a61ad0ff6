// How a benchmark tells what it measured: rows of one Markdown table, and notes.

import { round } from "./statistics.ts";

export type Figure = {
  /** What was measured. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with in the same run, by the same unit. */
  readonly reference?: { readonly what: string; readonly value: number };
  /** What it should be, if anything. */
  readonly goal?: { readonly text: string; readonly met: boolean };
};

export const TABLE_HEAD = "| what | measured | reference in the same run | ratio | goal | |\n|---|---|---|---|---|---|";

/** Prints one row. */
export function report({ what, value, unit, reference, goal }: Figure): void {
  const beside = reference ? `${reference.what}: ${round(reference.value)} ${unit}` : "";
  const ratio = reference ? round(value / reference.value) : "";
  console.log(
    `| ${what} | ${round(value)} ${unit} | ${beside} | ${ratio} | ${goal?.text ?? ""} | ${goal ? (goal.met ? "met" : "missed") : ""} |`,
  );
}

/** Says on stderr what is going on. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Ends the benchmark unless what was measured was also right. */
export function insist(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(`wrong, so nothing was measured: ${otherwise}`);
}
