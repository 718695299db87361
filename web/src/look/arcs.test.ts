// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { arcsOf, crossArc, heightOf, ownArc, shareOutside } from './arcs.ts';

const box = (middle: number) => ({ left: middle - 5, right: middle + 5 });

test('all links of the chosen query that have weight, and the strong ones of the others', () => {
  const p = [
    [1, 0, 0],
    [0.97, 0.03, 0],
    [0.015, 0.005, 0.98],
  ];
  const { own, others } = arcsOf((t, s) => p[t]![s]!, [0, 3], [0, 3], 2);
  expect(own).toEqual([
    { query: 2, key: 0, weight: 0.015 },
    { query: 2, key: 2, weight: 0.98 },
  ]);
  expect(others.map(({ query, key }) => [query, key])).toEqual([
    [1, 0],
    [0, 0],
  ]);
  expect(arcsOf((t, s) => p[t]![s]!, [1, 1], [1, 2], 1).own).toEqual([{ query: 1, key: 1, weight: 0.03 }]);
  expect(shareOutside((s) => p[2]![s]!, 3, [2, 1])).toBeCloseTo(0.02);
});

test('a key before the query is above the line, whichever way the text runs', () => {
  // Sweep 1 is clockwise on a screen: from left to right it goes over the top.
  const leftToRight = ownArc(box(100), box(20), true, 50, 70);
  expect(leftToRight).toBe(`M 100 50 A 40 ${heightOf(80)} 0 0 0 20 50`);
  const rightToLeft = ownArc(box(20), box(100), true, 50, 70);
  expect(rightToLeft).toBe(`M 20 50 A 40 ${heightOf(80)} 0 0 1 100 50`);
  // A later key: under the line.
  expect(ownArc(box(20), box(100), false, 50, 70)).toBe(`M 20 70 A 40 ${heightOf(80)} 0 0 0 100 70`);
  expect(ownArc(box(100), box(20), false, 50, 70)).toBe(`M 100 70 A 40 ${heightOf(80)} 0 0 1 20 70`);
});

test('a token that looks at itself has a loop', () => {
  expect(ownArc(box(30), box(30), true, 50, 70)).toMatch(/^M 26 50 C .* 34 50$/);
});

test('between two texts a link runs from the query below to the key above', () => {
  expect(crossArc(box(10), box(90), 30, 130)).toBe('M 10 130 C 10 80 90 80 90 30');
});
