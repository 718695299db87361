// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { at, durationText, logTicks, tickText, timeTicks } from './axis.ts';

test('between two steps the measure lies on a straight line, outside it is unknown', () => {
  const anchors = { steps: [10, 20, 40], values: [1, 2, 8] };
  expect([10, 15, 20, 30, 40].map((step) => at(anchors, step))).toEqual([1, 1.5, 2, 5, 8]);
  expect(at(anchors, 9)).toBeNaN();
  expect(at(anchors, 41)).toBeNaN();
  expect(at({ steps: [], values: [] }, 3)).toBeNaN();
});

test('ticks of a logarithmic axis are round and within it', () => {
  expect(logTicks(0.8, 90)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(logTicks(1e-6, 1e-2)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2]);
  expect(logTicks(2.1, 2.6).every((x) => x >= 2.1 && x <= 2.6)).toBe(true);
  expect(logTicks(2.1, 2.6).length).toBeGreaterThan(2);
});

test('ticks of time are round', () => {
  expect(timeTicks(0, 300, 6)).toEqual([0, 60, 120, 180, 240, 300]);
  expect(timeTicks(3, 40, 5)).toEqual([10, 20, 30, 40]);
});

test('numbers at an axis are short', () => {
  expect([0, 0.25, 1500, 25000, 3e6, 1e-4, -0.5, 2.5e-7].map(tickText)).toEqual([
    '0',
    '0.25',
    '1500',
    '25k',
    '3M',
    '1e−4',
    '−0.5',
    '2.5e−7',
  ]);
  expect([0.25, 42, 185, 7385].map(durationText)).toEqual(['0.25 s', '42 s', '3:05', '2:03:05']);
});
