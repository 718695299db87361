// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { farthest, sinusoid } from './sinusoids.ts';

test('the first place is zeros and ones', () => {
  expect([0, 1, 2, 3].map((c) => sinusoid('interleaved', 0, c, 4))).toEqual([0, 1, 0, 1]);
  expect([0, 1, 2, 3].map((c) => sinusoid('halves', 0, c, 4))).toEqual([0, 0, 1, 1]);
});

test('frequencies fall from 1 to nearly 1/10000', () => {
  expect(sinusoid('interleaved', 1, 0, 512)).toBeCloseTo(Math.sin(1), 12);
  expect(sinusoid('interleaved', 1, 510, 512)).toBeCloseTo(10000 ** (-510 / 512), 10);
});

test('frequencies of the code fall to 1/10000', () => {
  expect(sinusoid('timing', 3, 0, 8)).toBeCloseTo(Math.sin(3), 12);
  expect(sinusoid('timing', 3, 3, 8)).toBeCloseTo(Math.sin(3 / 10000), 12);
  expect(sinusoid('timing', 3, 7, 8)).toBeCloseTo(Math.cos(3 / 10000), 12);
  const rows = Float32Array.from({ length: 8 }, (_, i) => sinusoid('timing', 2 + Math.floor(i / 4), i % 4, 4));
  expect(farthest(rows, 4, 'timing', 2)).toBeLessThan(1e-7);
  expect(farthest(rows, 4, 'timing')).toBeGreaterThan(0.1);
});

test('a row that is off is found', () => {
  const rows = Float32Array.from({ length: 8 }, (_, i) => sinusoid('halves', Math.floor(i / 4), i % 4, 4));
  expect(farthest(rows, 4, 'halves')).toBeLessThan(1e-7);
  rows[5]! += 0.25;
  expect(farthest(rows, 4, 'halves')).toBeCloseTo(0.25);
});
