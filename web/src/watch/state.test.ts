// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { fromHash, toHash, usual, type View } from './state.ts';

test('the usual view needs no words', () => {
  expect(toHash(usual)).toBe('');
  expect(fromHash('')).toEqual({ view: usual });
});

test('every choice comes back', () => {
  const view: View = {
    axis: 'items',
    logX: true,
    smoothing: 0.95,
    hidden: [0, 12],
    logY: { loss: false, 'validation.f1:a&b': true },
    layers: 'output',
    layersOf: 3,
    sample: 700,
    paused: true,
  };
  expect(fromHash(`#${toHash(view, 'fa', 'dark')}`)).toEqual({ view, language: 'fa', theme: 'dark' });
});

test('what makes no sense is as usual', () => {
  expect(fromHash('#x=sideways&smooth=7&hide=a,-1&y=loss:round&of=1e9x&l=de&t=pink&logx=yes').view).toEqual(usual);
});
