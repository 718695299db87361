// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { logShare, placeOfGroup, seriesOf } from './parameter_groups.ts';

test('the part of a model that a group of parameters is', () => {
  expect(placeOfGroup('decoder.layer.3.self_attention')).toEqual({
    stack: 'decoder',
    layer: 3,
    part: 'self_attention',
  });
  expect(placeOfGroup('encoder.layer.0.feed_forward_norm')).toEqual({
    stack: 'encoder',
    layer: 0,
    part: 'norm',
    normOf: 'feed_forward',
  });
  expect(placeOfGroup('decoder.final_norm')).toEqual({ stack: 'decoder', part: 'final_norm' });
  expect(placeOfGroup('embedding')).toEqual({ part: 'embedding' });
  expect(placeOfGroup('encoder.layer.1.forward')).toEqual({ stack: 'encoder', layer: 1, part: 'forward' });
});

test('norms of a layer are one series, and a layer without a part is a gap', () => {
  const places = [
    'decoder.layer.0.self_attention',
    'decoder.layer.0.self_attention_norm',
    'decoder.layer.0.feed_forward_norm',
    'decoder.layer.1.self_attention',
    'encoder.layer.5.self_attention',
    'embedding',
  ].map(placeOfGroup);
  const { layers, series } = seriesOf(places, [1, 3, 4, 2, 7, 9], 'decoder');
  expect(layers).toBe(2);
  expect(series).toEqual([
    { part: 'self_attention', values: [1, 2] },
    { part: 'norm', values: [5, Number.NaN] },
  ]);
});

test('places on a logarithmic axis', () => {
  const all = [1e-4, 1e-2, 1, 0, Number.NaN];
  expect(all.map((x) => logShare(x, all))).toEqual([0.1, 0.55, 1, 0, 0]);
  expect(logShare(3, [3])).toBe(1);
});
