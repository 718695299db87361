// SPDX-License-Identifier: Apache-2.0
// What the loss of training is measured with, and that of validation without: smoothed labels and dropout. The two are
// no measure of each other then.
import { comma, say } from '../shared/language.ts';
import type { Run, Setting } from './format.ts';
import { words } from './words.ts';

export interface Difference {
  smoothing: number; // share of a label's probability that is spread over the others; 0: none
  dropouts: number[]; // the rates in use, each once, the smallest first
}

function numberOf(settings: Setting[], name: string): number {
  return Math.max(0, Number(settings.find((setting) => setting.name === name)?.value) || 0);
}

/** Undefined where the two losses are measured alike, or one of them is not measured. */
export function differenceOf(run: Run): Difference | undefined {
  const has = (name: string) =>
    run.tables.some((table) => table.kind === 'metrics' && table.columns.some((column) => column.name === name));
  if (!has('loss') || !has('validation.loss')) return undefined;
  const smoothing = numberOf(run.options, 'label-smoothing');
  const adapts = numberOf(run.options, 'lora-rank') > 0;
  const rates = [...run.options, ...run.model]
    .filter(({ name }) => /(^|-)dropout$/.test(name) && (name !== 'lora-dropout' || adapts))
    .map(({ value }) => Number(value)) // of a switch, such as locked-dropout, not a number
    .filter((rate) => rate > 0);
  if (smoothing === 0 && rates.length === 0) return undefined;
  return { smoothing, dropouts: [...new Set(rates)].sort((a, b) => a - b) };
}

/** A sentence for each difference that the runs have; with their names where it is not that of all. */
export function lossNotes(runs: Run[]): string[] {
  const notes = new Map<string, string[]>();
  for (const run of runs) {
    const difference = differenceOf(run);
    if (!difference) continue;
    const note = say(words.lossesDiffer, difference.smoothing, difference.dropouts);
    notes.set(note, [...(notes.get(note) ?? []), run.name]);
  }
  return [...notes].map(([note, names]) =>
    names.length === runs.length
      ? note
      : say(words.ofRuns, names.map((name) => `\u2068${name}\u2069`).join(say(comma)), note),
  );
}
