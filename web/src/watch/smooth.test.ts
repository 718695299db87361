// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { smoothed } from './smooth.ts';

test('a constant stays the same number', () => {
  for (const x of [0.1, -3, 1e-30, Math.LN10]) {
    for (const beta of [0, 0.5, 0.9, 0.99, 0.999])
      expect([...smoothed(new Array(5000).fill(x), beta)].every((y) => y === x)).toBe(true);
  }
});

test('it is the weighted mean of all values until then', () => {
  const values = [5, 1, 4, 4, 0.5, -2, 8];
  for (const beta of [0.3, 0.9]) {
    smoothed(values, beta).forEach((mean, n) => {
      const weights = values.slice(0, n + 1).map((_, i) => beta ** (n - i));
      const sum = weights.reduce((a, b) => a + b);
      expect(mean).toBeCloseTo(weights.reduce((a, w, i) => a + w * values[i]!, 0) / sum, 12);
    });
  }
});

test('without smoothing it is the series itself', () => {
  expect([...smoothed([3, -1, 2.5], 0)]).toEqual([3, -1, 2.5]);
});

test('a gap stays a gap and is not counted', () => {
  const with_gap = smoothed([2, Number.NaN, 4, Number.POSITIVE_INFINITY, 6], 0.5);
  const without = smoothed([2, 4, 6], 0.5);
  expect([with_gap[0], with_gap[2], with_gap[4]]).toEqual([...without]);
  expect([with_gap[1], with_gap[3]].every(Number.isNaN)).toBe(true);
});

test('it never leaves the range of the values', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i * i) * 3);
  for (const y of smoothed(values, 0.97)) expect(Math.abs(y)).toBeLessThanOrEqual(3);
});
