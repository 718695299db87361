// SPDX-License-Identifier: Apache-2.0
// The sines and cosines of "Attention Is All You Need", section 3.5, and those of its code.

export type Order = 'halves' | 'interleaved' | 'timing';

/**
 * PE(t, channel): `halves` has all sines first, `interleaved` a cosine after each sine, and `timing` all sines first,
 * with frequencies down to 1/10000.
 */
export function sinusoid(order: Order, t: number, channel: number, width: number): number {
  const sines = Math.ceil(width / 2);
  const sine = order === 'interleaved' ? channel % 2 === 0 : channel < sines;
  const pair = order === 'interleaved' ? Math.floor(channel / 2) : sine ? channel : channel - sines;
  const power = order === 'timing' ? pair / Math.max(1, width / 2 - 1) : (2 * pair) / width;
  const angle = t / 10000 ** power;
  return sine ? Math.sin(angle) : Math.cos(angle);
}

/** The largest difference of recorded rows [T, C] from the formula, whose first place is `first`. */
export function farthest(rows: Float32Array, width: number, order: Order, first = 0): number {
  return rows.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - sinusoid(order, first + Math.floor(i / width), i % width, width))),
    0,
  );
}
