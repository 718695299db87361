// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { pathOf, thinned } from './thin.ts';

const same = (v: number) => v;

test('each column of pixels keeps its lowest and highest point, and the order', () => {
  const n = 200_000;
  const xs = Float64Array.from({ length: n }, (_, i) => (300 * i) / n);
  const ys = Float64Array.from({ length: n }, (_, i) => Math.sin(i) * Math.cos(i / 977) * (i === 77_777 ? 900 : 10));
  const { pieces, nowhere } = thinned(xs, ys, same, same);
  expect(nowhere).toBe(0);
  expect(pieces.length).toBe(1);
  const piece = pieces[0]!;
  expect(piece.length / 2).toBeLessThanOrEqual(4 * 300);
  for (let i = 2; i < piece.length; i += 2) expect(piece[i]!).toBeGreaterThanOrEqual(piece[i - 2]!);
  const ends = (points: Iterable<[number, number]>) => {
    const found = new Map<number, [number, number]>();
    for (const [x, y] of points) {
      const [low, high] = found.get(Math.floor(x)) ?? [y, y];
      found.set(Math.floor(x), [Math.min(low, y), Math.max(high, y)]);
    }
    return found;
  };
  const kept = Array.from({ length: piece.length / 2 }, (_, i): [number, number] => [piece[2 * i]!, piece[2 * i + 1]!]);
  expect(ends(kept)).toEqual(ends([...xs].map((x, i): [number, number] => [x, ys[i]!])));
});

test('a short curve is kept whole', () => {
  expect(thinned([0, 10, 20], [3, 1, 2], same, same).pieces).toEqual([[0, 3, 10, 1, 20, 2]]);
});

test('gaps stay gaps', () => {
  const { pieces, nowhere } = thinned([0, 10, 20, 30, 40], [1, 2, Number.NaN, 4, 5], same, same);
  expect(pieces).toEqual([
    [0, 1, 10, 2],
    [30, 4, 40, 5],
  ]);
  expect(nowhere).toBe(0);
});

test('a value that has no place is a gap and is counted', () => {
  const log = (v: number) => (v > 0 ? Math.log10(v) : Number.NaN);
  const { pieces, nowhere } = thinned([0, 10, 20], [1, 0, 100], same, log);
  expect(pieces).toEqual([
    [0, 0],
    [20, 2],
  ]);
  expect(nowhere).toBe(1);
});

test('a point alone is a dot', () => {
  expect(
    pathOf([
      [1, 2],
      [3, 4, 5, 6],
    ]),
  ).toBe('M1.0,2.0h0M3.0,4.0L5.0,6.0');
  expect(thinned([], [], same, same).pieces).toEqual([]);
});
