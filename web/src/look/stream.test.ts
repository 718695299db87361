// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Index, TensorInfo } from './format.ts';
import { View } from './index_view.ts';
import { cosines, levelsOf, moments, rms } from './stream.ts';

test('sizes, angles and moments of rows', () => {
  const a = new Float32Array([3, 4, 0, 0, 1, 0, 0, 0]);
  const b = new Float32Array([4, 3, 0, 0, 0, 1, 0, 0]);
  expect(rms(a, 4)[0]).toBeCloseTo(2.5);
  expect(cosines(a, b, 4)[0]).toBeCloseTo(24 / 25);
  expect(cosines(a, b, 4)[1]).toBe(0);
  expect(moments(new Float32Array([1, 3]))).toEqual({ mean: 2, deviation: 1 });
});

const index = (placement: string, names: string[]) =>
  new View({
    model: { options: { norm_placement: placement } },
    tensors: names.map((name) => ({ pass: 0, name }) as TensorInfo),
    passes: [{ sequences: [] }],
    plan: { reduced: [] },
  } as unknown as Index);

const names = [
  'embedding.output',
  'layer.0.self_attention.output',
  'layer.0.self_attention.sum',
  'layer.0.self_attention.norm',
  'layer.0.feed_forward.output',
  'layer.0.feed_forward.sum',
  'layer.0.feed_forward.norm',
].map((n) => `encoder.${n}`);

test('what goes on after a sub-layer is the norm of the sum, or with the norm before it the sum', () => {
  const states = (placement: string) => levelsOf(index(placement, names), 0, 'encoder').map((l) => l.state.slice(8));
  expect(states('post')).toEqual(['embedding.output', 'layer.0.self_attention.norm', 'layer.0.feed_forward.norm']);
  expect(states('pre')).toEqual(['embedding.output', 'layer.0.self_attention.sum', 'layer.0.feed_forward.sum']);
});

test('a page that keeps only the layers’ outputs has those', () => {
  const view = index('pre', [
    'decoder.embedding.output',
    'decoder.layer.0.output',
    'decoder.layer.1.output',
    'decoder.final_norm',
  ]);
  expect(levelsOf(view, 0, 'decoder').map((l) => l.part)).toEqual(['embedding', 'output', 'output', 'final_norm']);
});
