// SPDX-License-Identifier: Apache-2.0
// The sines and cosines of "Attention Is All You Need", section 3.5.

/** PE(t, channel): `halves` has all sines first, `interleaved` a cosine after each sine. */
export function sinusoid(order: 'halves' | 'interleaved', t: number, channel: number, width: number): number {
  const sines = Math.ceil(width / 2);
  const sine = order === 'halves' ? channel < sines : channel % 2 === 0;
  const pair = order === 'interleaved' ? Math.floor(channel / 2) : sine ? channel : channel - sines;
  const angle = t / 10000 ** ((2 * pair) / width);
  return sine ? Math.sin(angle) : Math.cos(angle);
}

/** The largest difference of recorded rows [T, C] from the formula. */
export function farthest(rows: Float32Array, width: number, order: 'halves' | 'interleaved'): number {
  return rows.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - sinusoid(order, Math.floor(i / width), i % width, width))),
    0,
  );
}
