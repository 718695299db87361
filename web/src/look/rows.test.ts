// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Index, Sequence } from './format.ts';
import { View } from './index_view.ts';
import { nextOf } from './rows.ts';

const sequence = (stack: 'encoder' | 'decoder', more: Partial<Sequence> = {}): Sequence => ({
  stack,
  role: stack === 'encoder' ? 'source' : 'target',
  text: 'a b',
  direction: 'ltr',
  tokens: [{ id: 0 }, { id: 1 }, { id: 2 }],
  ...more,
});

const viewOf = (target: Partial<Sequence>, head = 'language-model') =>
  new View({
    model: { head },
    passes: [{ sequences: [sequence('encoder'), sequence('decoder', target)] }],
    tensors: [],
  } as unknown as Index);

test('a row of a decoder is read while the token after it is chosen', () => {
  expect(nextOf(viewOf({ own_from: 1 }), 0, 'decoder', 0)).toEqual({ how: 'chosen', at: 1 });
  expect(nextOf(viewOf({ own_from: 1 }), 0, 'decoder', 2)).toEqual({ how: 'chosen' });
});

test('what was given is predicted, not chosen', () => {
  expect(nextOf(viewOf({ own_from: 2 }), 0, 'decoder', 0)).toEqual({ how: 'predicted', at: 1 });
  expect(nextOf(viewOf({ own_from: 1, forced: true }), 0, 'decoder', 0)).toEqual({ how: 'predicted', at: 1 });
});

test('an encoder chooses nothing, nor does a decoder that gives labels', () => {
  expect(nextOf(viewOf({}), 0, 'encoder', 0)).toBeUndefined();
  expect(nextOf(viewOf({}, 'classifier'), 0, 'decoder', 0)).toBeUndefined();
});
