// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { gruStep, lstmStep, strongestUnits } from './recurrent.ts';

test('an LSTM that forgets nothing and takes nothing keeps its cell', () => {
  const gates = new Float32Array([0, 0, 1, 1, 0.5, 0.5, 1, 0]);
  const { cell, state } = lstmStep(gates, new Float32Array([2, -3]), 2);
  expect([...cell]).toEqual([2, -3]);
  expect(state[0]).toBeCloseTo(Math.tanh(2));
  expect(state[1]).toBeCloseTo(0);
});

test('a GRU lies between its candidate and its memory', () => {
  const gates = new Float32Array([1, 1, 0.25, 1, 4, 9]);
  expect([...gruStep(gates, new Float32Array([8, 7]), 2)]).toEqual([5, 7]);
});

test('the strongest units come in their own order', () => {
  expect(strongestUnits(new Float32Array([0, 5, 1, -9, 1, 2]), 3, 2)).toEqual([0, 1]);
});
