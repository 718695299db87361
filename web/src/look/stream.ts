// SPDX-License-Identifier: Apache-2.0
// The residual stream: states that follow each other from the embedding to the last layer, what each sub-layer adds
// between them, and their sizes.
import type { Stack, View } from './index_view.ts';

export interface Level {
  state: string; // name of a tensor [T, C]
  added?: string; // what the sub-layer before it added
  layer?: number;
  part: 'embedding' | 'self_attention' | 'cross_attention' | 'feed_forward' | 'output' | 'final_norm';
}

/** The recorded levels of a stack, in the order of computation. */
export function levelsOf(view: View, pass: number, stack: Stack): Level[] {
  const has = (name: string) => view.find(pass, name) !== undefined;
  const levels: Level[] = [];
  const put = (level: Level) => has(level.state) && levels.push(level);
  put({ state: `${stack}.embedding.output`, part: 'embedding' });
  const post = view.option('norm_placement') !== 'pre';
  for (const layer of view.layers(pass, stack)) {
    const prefix = `${stack}.layer.${layer}`;
    for (const part of ['self_attention', 'cross_attention', 'feed_forward'] as const) {
      const added = `${prefix}.${part}.output`;
      // With the norm after the sum, the norm's result is what goes on.
      const state = post && has(`${prefix}.${part}.norm`) ? `${prefix}.${part}.norm` : `${prefix}.${part}.sum`;
      put({ state, layer, part, ...(has(added) && { added }) });
    }
    if (!levels.some((l) => l.layer === layer)) put({ state: `${prefix}.output`, layer, part: 'output' });
  }
  put({ state: `${stack}.final_norm`, part: 'final_norm' });
  return levels;
}

/** √(mean of squares) of each row. */
export function rms(values: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, r) => {
    let sum = 0;
    for (let c = 0; c < width; ++c) sum += values[r * width + c]! ** 2;
    return Math.sqrt(sum / width);
  });
}

/** Cosine of each row of a with the same row of b. */
export function cosines(a: Float32Array, b: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: a.length / width }, (_, r) => {
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = r * width; i < (r + 1) * width; ++i) {
      ab += a[i]! * b[i]!;
      aa += a[i]! ** 2;
      bb += b[i]! ** 2;
    }
    return ab / (Math.sqrt(aa * bb) || 1);
  });
}

/** Mean and standard deviation of a row. */
export function moments(row: Float32Array): { mean: number; deviation: number } {
  const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return { mean, deviation: Math.sqrt(variance) };
}
