// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { kindOf, measures } from './attention_measures.ts';

const matrix = (n: number, at: (t: number, s: number) => number) =>
  Array.from({ length: n * n }, (_, i) => at(Math.floor(i / n), i % n));

test('weights that are even have the entropy of a fair choice', () => {
  const m = measures(
    matrix(8, () => 1 / 8),
    8,
    8,
    true,
  );
  expect(m.entropy).toBeCloseTo(3);
  expect(m.first).toBeCloseTo(1 / 8);
  expect(kindOf(m, 8, true)).toBe('spread');
});

test('a head that looks at the place before is called so', () => {
  const m = measures(
    matrix(8, (t, s) => (s === Math.max(0, t - 1) ? 1 : 0)),
    8,
    8,
    true,
  );
  expect(m.entropy).toBe(0);
  expect(m.previous).toBeCloseTo(1);
  expect(m.distance).toBeCloseTo(7 / 8);
  expect(kindOf(m, 8, true)).toBe('previous');
});

test('two texts have no distance', () => {
  const m = measures(
    matrix(8, (t, s) => (s === t ? 1 : 0)),
    8,
    8,
    false,
  );
  expect(m.itself).toBe(0);
  expect(kindOf(m, 8, false)).toBe('focused');
});
