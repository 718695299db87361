// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { fromHash, type State, toHash } from './hash.ts';

test('a state comes back as it was', () => {
  const state: State = {
    pass: 1,
    stack: 'decoder',
    token: 12,
    layer: 3,
    head: 7,
    kind: 'cross_attention',
    attentionStack: 'decoder',
    stage: 4,
    shape: 'arcs',
    language: 'fa',
    theme: 'dark',
    section: 'attention',
  };
  expect(fromHash(`#${toHash(state)}`)).toEqual(state);
});

test('what is no state is left out', () => {
  expect(fromHash('#p=-1&t=abc&s=middle&k=%3Cscript%3E&lang=de&theme=pink&v=bars&at=%22onload')).toEqual({});
  expect(fromHash('')).toEqual({});
  expect(fromHash('#t=3')).toEqual({ token: 3 });
});
