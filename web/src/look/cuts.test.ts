// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { cutLinks } from './cuts.ts';
import type { Cuts } from './format.ts';

test('the links of one query, with what the answer loses', () => {
  const cuts: Cuts = {
    stack: 'decoder',
    at: 3,
    log_probability: -0.5,
    hidden: [],
    links: [
      { query: 3, query_stack: 'decoder', stack: 'encoder', token: 1, log_probability: -2.5, first: 0 },
      { query: 3, query_stack: 'decoder', stack: 'decoder', token: 1, log_probability: -0.25, first: 0 },
      { query: 2, query_stack: 'decoder', stack: 'encoder', token: 1, log_probability: '-Infinity', first: 0 },
    ],
  };
  expect([...cutLinks(cuts, 'decoder', 'encoder', 3)]).toEqual([[1, -2]]);
  expect([...cutLinks(cuts, 'decoder', 'decoder', 3)]).toEqual([[1, 0.25]]);
  expect(cutLinks(cuts, 'decoder', 'encoder', 2).get(1)).toBe(Number.NEGATIVE_INFINITY);
  expect(cutLinks(undefined, 'decoder', 'encoder', 3).size).toBe(0);
});
