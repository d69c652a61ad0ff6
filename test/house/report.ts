// How a test run reads: a line per file, then what failed, what was skipped, what was slow, and the count.

import { styleText } from "node:util";
import type { FileResult } from "./run-file.ts";

const SLOWEST = 5;

/** One line when a file is through. */
export function fileLine(result: FileResult): string {
  const mark = result.failures.length > 0 ? styleText("red", "FAIL") : styleText("green", "ok  ");
  const skips = result.skips.length > 0 ? `, ${result.skips.length} skipped` : "";
  return `${mark} ${seconds(result.took)} ${result.file} (${result.passed} passed${skips})`;
}

/** All that is to be said at the end, the count as its last line, alone: `12 passed, 0 failed, 1 skipped`. */
export function summary(results: readonly FileResult[]): string {
  return [...failureLines(results), ...skipLines(results), ...slowLines(results), "", countLine(results)].join("\n");
}

/** Whether the run may be called green. A run of nothing is not, nor in CI one that skips. */
export function verdict(results: readonly FileResult[], ci: boolean): { readonly ok: boolean; readonly why: string } {
  const { passed, failed, skipped } = count(results);
  if (failed > 0) return { ok: false, why: "" };
  if (passed === 0) return { ok: false, why: "No test ran." };
  if (ci && skipped > 0) return { ok: false, why: "CI has every means, so nothing may be skipped here." };
  return { ok: true, why: "" };
}

function count(results: readonly FileResult[]): { readonly passed: number; readonly failed: number; readonly skipped: number } {
  const sum = (of: (result: FileResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  return { passed: sum((r) => r.passed), failed: sum((r) => r.failures.length), skipped: sum((r) => r.skips.length) };
}

function countLine(results: readonly FileResult[]): string {
  const { passed, failed, skipped } = count(results);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function failureLines(results: readonly FileResult[]): string[] {
  return results.flatMap((result) => {
    if (result.failures.length === 0) return [];
    const blocks = result.failures.map((failure) => `\n${styleText("red", `${result.file} › ${failure.name}`)}\n${indent(failure.why)}`);
    return result.output.trim() ? [...blocks, `\nwhat ${result.file} printed:\n${indent(result.output.trim())}`] : blocks;
  });
}

function skipLines(results: readonly FileResult[]): string[] {
  const lines = results.flatMap((result) => result.skips.map((skip) => `  ${result.file} › ${skip.name}: ${skip.reason}`));
  return lines.length > 0 ? ["", "Skipped:", ...lines] : [];
}

function slowLines(results: readonly FileResult[]): string[] {
  const slow = results.toSorted((a, b) => b.took - a.took).slice(0, SLOWEST);
  return ["", "Slowest:", ...slow.map((result) => `  ${seconds(result.took)} ${result.file}`)];
}

const seconds = (value: number): string => `${value.toFixed(1).padStart(6)} s`;
const indent = (text: string): string => text.replace(/^/gm, "  ");
