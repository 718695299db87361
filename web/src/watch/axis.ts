// SPDX-License-Identifier: Apache-2.0
// Where a row of a table stands on the horizontal axis, and what is written at the axes.
import { ticks } from 'd3-array';
import { seriesNamed, stepsOf, valuesOf } from './data.ts';
import type { Run, Table } from './format.ts';
import type { Axis } from './state.ts';

/** Pairs of ascending steps and what was measured at them, between which values are interpolated. */
export interface Anchors {
  steps: ArrayLike<number>;
  values: ArrayLike<number>;
}

/** The value at a step: between two anchors on a straight line, outside of them unknown (NaN). */
export function at(anchors: Anchors, step: number): number {
  const { steps, values } = anchors;
  if (steps.length === 0 || step < steps[0]! || step > steps[steps.length - 1]!) return Number.NaN;
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  if (steps[low]! === step || low === 0) return values[low]!;
  const [a, b] = [steps[low - 1]!, steps[low]!];
  return values[low - 1]! + ((step - a) / (b - a)) * (values[low]! - values[low - 1]!);
}

const columnOf: Partial<Record<Axis, string>> = { time: 'seconds', items: 'items' };
const anchorsOf = new Map<string, Anchors>();

/** What a run measured at its steps: undefined until it is unpacked. */
function anchors(runs: Run[], run: number, name: string): Anchors | undefined {
  const key = `${run} ${name}`;
  const known = anchorsOf.get(key);
  if (known) return known;
  const pairs: [number, number][] = [];
  // The table with the most rows has the steps of all others between its own.
  const all = seriesNamed([runs[run]!], name).sort((a, b) => b.table.rows - a.table.rows);
  for (const series of all) {
    const steps = stepsOf(series.table);
    const values = valuesOf(series.column);
    if (!steps || !values) return undefined;
    if (pairs.length === 0 && all.length === 1) {
      const only = { steps, values };
      anchorsOf.set(key, only);
      return only;
    }
    for (let i = 0; i < steps.length; ++i) if (Number.isFinite(values[i]!)) pairs.push([steps[i]!, values[i]!]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const found = {
    steps: Int32Array.from(pairs, (pair) => pair[0]),
    values: Float64Array.from(pairs, (pair) => pair[1]),
  };
  anchorsOf.set(key, found);
  return found;
}

export function firstStep(run: Run): number {
  return run.tables.reduce(
    (first, table) => Math.min(first, stepsOf(table)?.[0] ?? Number.POSITIVE_INFINITY),
    Infinity,
  );
}

/** From a step of a run to its place on the axis; NaN where it was not recorded. Undefined until it is unpacked. */
export function placer(runs: Run[], run: number, axis: Axis): ((step: number) => number) | undefined {
  if (axis === 'step') return (step) => step;
  if (axis === 'relative') {
    const first = firstStep(runs[run]!);
    return (step) => step - first;
  }
  const found = anchors(runs, run, columnOf[axis]!);
  return found && ((step) => at(found, step));
}

const placesOf = new WeakMap<Table, Map<Axis, Float64Array>>();

/** The places of a table's rows. Undefined until they are unpacked. */
export function places(runs: Run[], run: number, table: Table, axis: Axis): ArrayLike<number> | undefined {
  const steps = stepsOf(table);
  if (!steps || axis === 'step') return steps;
  const own = table.columns.find((column) => column.name === columnOf[axis]);
  if (own) return valuesOf(own);
  const known = placesOf.get(table)?.get(axis);
  if (known) return known;
  const place = placer(runs, run, axis);
  if (!place) return undefined;
  const found = Float64Array.from(steps, place);
  if (!placesOf.has(table)) placesOf.set(table, new Map());
  placesOf.get(table)!.set(axis, found);
  return found;
}

/** Numbers at an axis: 1200, 0.35, 1e-4. */
export function tickText(x: number): string {
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size >= 1e4 || size < 1e-3) {
    const text = Number(x.toPrecision(3)).toExponential();
    if (size < 1e-3 || size >= 1e9) return text.replace('e+', 'e').replace('-', '−').replace('e-', 'e−');
    const [divisor, unit] = size >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
    return `${Number((x / divisor).toPrecision(4))}${unit}`;
  }
  return String(Number(x.toPrecision(4))).replace('-', '−');
}

/** A duration: 42 s, 3:05, 2:03:05. */
export function durationText(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Round values on a logarithmic axis: powers of ten, and 2 and 5 times them where they are few. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  if (decades < 0.7) return ticks(low, high, 4).filter((x) => x > 0);
  const stride = Math.max(1, Math.ceil(decades / 6));
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) {
    if (decades > 2.2 && ((power % stride) + stride) % stride !== 0) continue;
    for (const times of decades > 2.2 ? [1] : [1, 2, 5]) {
      const x = Number((times * 10 ** power).toPrecision(3));
      if (x >= low * 0.999 && x <= high * 1.001) found.push(x);
    }
  }
  return found;
}

/** Round times: of a minute, an hour, or seconds. */
export function timeTicks(low: number, high: number, n: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const step = steps.find((s) => (high - low) / s <= n);
  if (!step || high - low < 4) return ticks(low, high, n);
  const found: number[] = [];
  for (let x = Math.ceil(low / step) * step; x <= high; x += step) found.push(x);
  return found;
}
