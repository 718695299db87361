// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { kindOf, measures } from './attention_measures.ts';
import type { TensorInfo } from './format.ts';
import { addRow, band, beginOf, blockOf, Glance } from './glance.ts';

const n = 200;
const causal = { shape: [1, n, n], mask: { right: 0 } } as unknown as TensorInfo;

/** A causal head that gives `p` to the place before, and shares the rest among all that it sees. */
function weightsOf(p: number): Float32Array {
  const all = new Float32Array(n * n);
  for (let t = 0; t < n; ++t)
    for (let s = 0; s <= t; ++s) all[t * n + s] = t === 0 ? 1 : (1 - p) / (t + 1) + (s === t - 1 ? p : 0);
  return all;
}

test('row by row a head has the measures of its matrix, and the largest weight of each block', () => {
  const values = weightsOf(0.7);
  const glance = new Glance(n, n, true);
  for (let t = 0; t < n; ++t) addRow(glance, causal, { first: 400, count: n, width: n, values }, t, 400);
  const whole = measures(values, n, n, true);
  for (const [key, value] of Object.entries(glance.measures()))
    expect(value, key).toBeCloseTo(whole[key as keyof typeof whole], 6);
  const blocks = new Float32Array(64 * 64);
  for (let t = 0; t < n; ++t) {
    for (let s = 0; s < n; ++s) {
      const at = blockOf(t, n, 64) * 64 + blockOf(s, n, 64);
      blocks[at] = Math.max(blocks[at]!, values[t * n + s]!);
    }
  }
  expect(glance.values).toEqual(blocks);
});

test('from the strongest keys of each row it is the same head', () => {
  const kept = 16;
  for (const [p, kind] of [
    [0.8, 'previous'],
    [0, 'spread'],
  ] as const) {
    const values = weightsOf(p);
    const glance = new Glance(n, n, true);
    for (let t = 0; t < n; ++t) {
      const row = [...values.subarray(t * n, (t + 1) * n)].map((x, s) => [s, x] as const).sort((a, b) => b[1] - a[1]);
      addRow(
        glance,
        causal,
        {
          first: t,
          count: 1,
          width: n,
          values: Float32Array.from(row.slice(0, kept), ([, x]) => x),
          indices: Uint16Array.from(row.slice(0, kept), ([s]) => s),
          others: Float32Array.of(row.slice(kept).reduce((sum, [, x]) => sum + x, 0)),
        },
        0,
        0,
      );
    }
    const whole = measures(values, n, n, true);
    const m = glance.measures();
    // Here the others do share evenly. Keys that were not told count for no place.
    expect(m.entropy).toBeCloseTo(whole.entropy, 3);
    expect(m.distance).toBeCloseTo(whole.distance, 3);
    expect(kindOf(m, n, true)).toBe(kind);
  }
});

test('blocks share out all places', () => {
  for (const [places, blocks] of [
    [1100, 64],
    [8000, 256],
    [70, 64],
    [3, 3],
  ] as const) {
    for (let b = 0; b < blocks; ++b) {
      const [begin, end] = [beginOf(b, places, blocks), beginOf(b + 1, places, blocks)];
      expect(end).toBeGreaterThan(begin);
      for (const place of [begin, end - 1]) expect(blockOf(place, places, blocks)).toBe(b);
    }
    expect(beginOf(blocks, places, blocks)).toBe(places);
  }
});

test('the band of a row has the largest weight of each part, and where it is', () => {
  const row = new Float32Array(100);
  row[7] = 0.25;
  row[9] = 0.5;
  row[99] = 0.125;
  const { values, places } = band(row, 10);
  expect([...values]).toEqual([0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.125]);
  expect(places[0]).toBe(9);
  expect(places[1]).toBe(10);
  expect(places[9]).toBe(99);
});
