// SPDX-License-Identifier: Apache-2.0
// A head of a long text at a glance, from one row after the other, so that its matrix is never whole: the largest
// weight of each block of queries and keys, and what the head does.
import { type Measures, measured } from './attention_measures.ts';
import type { TensorInfo } from './format.ts';
import type { Rows } from './unpack.ts';
import { visibleRange } from './unpack.ts';

/** Rows and columns of the picture of a head, at most. */
export const glanceSide = 64;

export class Glance {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array; // [rows, columns]
  private readonly sum: Measures = { entropy: 0, itself: 0, previous: 0, first: 0, distance: 0 };

  /** Of self-attention `own` is true; places of two texts have no distance. */
  constructor(
    private readonly queries: number,
    private readonly keys: number,
    private readonly own: boolean,
  ) {
    this.rows = Math.min(glanceSide, queries);
    this.columns = Math.min(glanceSide, keys);
    this.values = new Float32Array(this.rows * this.columns);
  }

  /** Weight p of key s for query t. */
  add(t: number, s: number, p: number): void {
    if (!(p > 0)) return;
    const at = blockOf(t, this.queries, this.rows) * this.columns + blockOf(s, this.keys, this.columns);
    if (p > this.values[at]!) this.values[at] = p;
    this.sum.entropy -= p * Math.log2(p);
    if (s === 0) this.sum.first += p;
    if (!this.own) return;
    this.sum.distance += p * Math.abs(t - s);
    if (s === t) this.sum.itself += p;
    else if (s === t - 1) this.sum.previous += p;
  }

  /** The keys of query t beside those that were told: their sum is told, and counts as shared evenly. */
  addOthers(t: number, sum: number, [begin, end]: readonly [number, number], told: number[]): void {
    const others = end - begin - told.length;
    if (!(sum > 0) || others <= 0) return;
    this.sum.entropy -= sum * Math.log2(sum / others);
    if (!this.own) return;
    const apart = (most: number) => (Math.max(0, most) * (Math.max(0, most) + 1)) / 2;
    const all = apart(t - begin) - apart(t - end) + apart(end - 1 - t) - apart(begin - 1 - t);
    this.sum.distance += (sum * told.reduce((rest, s) => rest - Math.abs(t - s), all)) / others;
  }

  measures(): Measures {
    return measured(this.sum, this.queries);
  }
}

/** The rows `r` of a block from the file, from which row `from` of the tensor on is query 0 of the head. */
export function addRow(glance: Glance, info: TensorInfo, rows: Rows, r: number, from: number): void {
  const { values, indices, others, width, first, count } = rows;
  const t = first + r - from;
  const range = visibleRange(info, first + r);
  if (!indices) {
    for (let s = range[0]; s < range[1]; ++s) glance.add(t, s, values[r * width + s]!);
    return;
  }
  const kept = values.length / count;
  const told: number[] = [];
  for (let i = r * kept; i < (r + 1) * kept; ++i) {
    if (!(values[i]! > 0)) continue;
    told.push(indices[i]!);
    glance.add(t, indices[i]!, values[i]!);
  }
  glance.addOthers(t, others?.[r] ?? 0, range, told);
}

/** Which of so many blocks a place of n is in. */
export function blockOf(place: number, n: number, blocks: number): number {
  return Math.floor((place * blocks) / n);
}

/** The first place of a block; of block `blocks` it is n. */
export function beginOf(block: number, n: number, blocks: number): number {
  return Math.ceil((block * n) / blocks);
}

/** The largest of a row's weights in each block of keys, and where it is. */
export function band(row: ArrayLike<number>, blocks: number): { values: Float32Array; places: number[] } {
  const values = new Float32Array(blocks);
  const places = Array.from({ length: blocks }, (_, b) => beginOf(b, row.length, blocks));
  for (let s = 0; s < row.length; ++s) {
    const b = blockOf(s, row.length, blocks);
    if (row[s]! > values[b]!) {
      values[b] = row[s]!;
      places[b] = s;
    }
  }
  return { values, places };
}
