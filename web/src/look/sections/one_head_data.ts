// SPDX-License-Identifier: Apache-2.0
// The numbers of one head: what its pictures share.
import { type Scale, signedScale } from '../../shared/colour.ts';
import type { TensorInfo } from '../format.ts';
import { type Attention, headsOf, placeOfHead, type Stack } from '../index_view.ts';
import type { Known } from '../parts/recorded.tsx';
import { range } from '../parts/rows_of_tokens.tsx';
import { pass, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { visibleRange } from '../unpack.ts';
import { headSize } from './positions.tsx';

export interface HeadData {
  of: Attention;
  head: number;
  queryStack: Stack;
  keyStack: Stack;
  queries: number;
  keys: number;
  from: number; // the first query whose row is at hand, and how many are
  count: number;
  scores?: Known | undefined; // natural units, before bias and mask
  weights: Known;
  root: number; // what the dot product was divided by
  hidden?: ((t: number, s: number) => boolean) | undefined;
  bias?: ((t: number, s: number) => number) | undefined;
  label: { query: (t: number) => string; key: (s: number) => string };
}

export function collect(
  of: Attention,
  head: number,
  from: number,
  weights: Known,
  scores?: Known,
  bias?: Known,
  byKey = false,
): HeadData {
  const v = view.value!;
  const [, queries, keys] = weights.info.shape as [number, number, number];
  const keyStack: Stack = of.kind === 'cross_attention' ? 'encoder' : of.stack;
  const label = (stack: Stack) => (i: number) => tokenLabel(v.index, v.sequence(pass.value, stack)!, i);
  const scaled = v.option('scale_scores') !== false;
  return {
    of,
    head,
    queryStack: of.stack,
    keyStack,
    queries,
    keys,
    from,
    count: weights.count,
    scores,
    weights,
    root: (scaled ? Math.sqrt(headSize() ?? 1) : 1) * (v.option('scale_scores_by_layer') === true ? of.layer + 1 : 1),
    hidden: hiddenBy(weights.info),
    // By key, or by distance s − t, from that of the last query to the first key on.
    bias: bias && (byKey ? (_, s) => bias.values[s] ?? 0 : (t, s) => bias.values[s - t + queries - 1] ?? 0),
    label: { query: label(of.stack), key: label(keyStack) },
  };
}

/** Which cells no query may see, by the mask of a tensor. */
export function hiddenBy(info: TensorInfo) {
  if (!info.mask) return undefined;
  return (t: number, s: number) => {
    const [begin, end] = visibleRange(info, t);
    return s < begin || s >= end;
  };
}

// Beyond so many tokens a part of the matrix is shown beside it, and beyond so many more instead of it.
export const overviewMost = 128;
export const wholeMost = 1024;
export const partSize = 64;

/** The places around one of n, all of them unless `part`. */
export function windowOf(middle: number, n: number, part: boolean): { from: number; count: number } {
  if (!part || n <= partSize) return { from: 0, count: n };
  return { from: Math.max(0, Math.min(middle - partSize / 2, n - partSize)), count: partSize };
}

/** The key that a query gives most weight. */
export function largestKey({ weights, keys, from }: HeadData, query: number): number {
  const row = weights.values.subarray((query - from) * keys, (query - from + 1) * keys);
  return row.reduce((best, x, s) => (x > row[best]! ? s : best), 0);
}

/** The numbers after one of the first four steps. */
export function valueAt(data: HeadData, step: number): (t: number, s: number) => number {
  const { keys, from, weights, scores, root, bias } = data;
  const score = (t: number, s: number) => scores?.values[(t - from) * keys + s] ?? Number.NaN;
  if (step === 1) return (t, s) => score(t, s) * root;
  if (step === 2) return score;
  if (step === 3) return (t, s) => score(t, s) + (bias?.(t, s) ?? 0);
  return (t, s) => weights.values[(t - from) * keys + s]!;
}

/** Signed colours for scores, by those that may be seen. */
export function scoreScale(
  { from, count, keys }: HeadData,
  at: (t: number, s: number) => number,
  unseen: ((t: number, s: number) => boolean) | undefined,
): Scale {
  const seen: number[] = [];
  for (let t = from; t < from + count; ++t) for (let s = 0; s < keys; ++s) if (!unseen?.(t, s)) seen.push(at(t, s));
  return signedScale(...range(seen));
}

/** One head's rows of a tensor [T, H, D]; zeros where the page does not have the head. */
export function ofHead(part: Known, head: number): Float32Array {
  const [times, heads, size] = part.info.shape as [number, number, number];
  const values = new Float32Array(times * size);
  const place = placeOfHead(part.info, head);
  if (place === undefined) return values;
  for (let t = 0; t < times; ++t)
    values.set(part.values.subarray((t * heads + place) * size, (t * heads + place + 1) * size), t * size);
  return values;
}

/** The key and value head of a query head, where groups share one. */
export function keyHead(part: Known, data: HeadData): number {
  return Math.floor((data.head * headsOf(part.info)) / data.of.heads);
}

/** Products q·k of this head from the recorded queries and keys. */
export function dotProducts(data: HeadData, q: Known, k: Known): (t: number, s: number) => number {
  const size = q.info.shape[2]!;
  const queries = ofHead(q, data.head);
  const keys = ofHead(k, keyHead(k, data));
  return (t, s) => {
    let sum = 0;
    for (let i = 0; i < size; ++i) sum += queries[t * size + i]! * keys[s * size + i]!;
    return sum;
  };
}
