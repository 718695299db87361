// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Num } from './format.ts';
import { layerMix } from './layer_mix.ts';

const of = (options: Record<string, Num | string | boolean>) => layerMix({ option: (name) => options[name] });

test('the shares stand in the order of the layers, with their factor', () => {
  const options = {
    mix_share_of_layer_1: 0.25,
    mix_share_of_layer_0: 0.5,
    mix_share_of_layer_2: 0.25,
    mix_scale: 1.5,
    layers: 2,
  };
  expect(of(options)).toEqual({ shares: [0.5, 0.25, 0.25], scale: 1.5 });
});

test('a model that mixes no layers has none', () => {
  expect(of({ layers: 2, width: 64 })).toBeUndefined();
});

test('shares that are not finite stay so', () => {
  expect(of({ mix_share_of_layer_0: 'NaN', mix_scale: 'Infinity' })).toEqual({ shares: [Number.NaN], scale: Infinity });
});
