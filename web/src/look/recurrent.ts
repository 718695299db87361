// SPDX-License-Identifier: Apache-2.0
// What was recorded of recurrent layers, and the arithmetic of their cells, to be checked against it.
import type { Stack, View } from './index_view.ts';

export interface RecurrentLayer {
  prefix: string; // "decoder.layer.0.forward", or "backward.layer.0.reverse" of two networks that read apart
  stack: Stack;
  layer: number;
  direction: 'forward' | 'reverse';
  upper: boolean; // above the attention of a decoder
}

export function recurrentLayers(view: View, pass: number): RecurrentLayer[] {
  const pattern = /^((encoder|decoder|forward|backward)(\.upper)?\.layer\.(\d+)\.(forward|reverse))\.states$/;
  return view.index.tensors.flatMap((info) => {
    const match = info.pass === pass ? pattern.exec(info.name) : null;
    if (!match) return [];
    const [, prefix, owner, upper, layer, direction] = match;
    const stack = owner === 'decoder' || owner === 'encoder' ? owner : (view.stacks()[0] ?? 'encoder');
    return [
      {
        prefix: prefix!,
        stack,
        upper: upper !== undefined,
        layer: Number(layer),
        direction: direction as RecurrentLayer['direction'],
      },
    ];
  });
}

/** An LSTM's step: c = f∘c' + i∘g, h = o∘tanh(c); gates [i, f, g, o] of `size` units each. */
export function lstmStep(
  gates: Float32Array,
  before: Float32Array,
  size: number,
): { cell: Float64Array; state: Float64Array } {
  const cell = new Float64Array(size);
  const state = new Float64Array(size);
  for (let u = 0; u < size; ++u) {
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => gates[k * size + u]!) as [number, number, number, number];
    cell[u] = f * before[u]! + i * g;
    state[u] = o * Math.tanh(cell[u]!);
  }
  return { cell, state };
}

/** A GRU's step: h = (1 − z)∘n + z∘h'; gates [r, z, n]. */
export function gruStep(gates: Float32Array, before: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, u) => {
    const [z, n] = [gates[size + u]!, gates[2 * size + u]!];
    return (1 - z) * n + z * before[u]!;
  });
}

/** The units with the largest magnitude anywhere in [T, C], at most so many, in their own order. */
export function strongestUnits(values: Float32Array, width: number, most: number): number[] {
  const size = new Float32Array(width);
  for (let i = 0; i < values.length; ++i) size[i % width] = Math.max(size[i % width]!, Math.abs(values[i]!));
  return Array.from({ length: width }, (_, u) => u)
    .sort((a, b) => size[b]! - size[a]!)
    .slice(0, most)
    .sort((a, b) => a - b);
}
