// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { resample } from './sampling.ts';

const logits = [2, 1, 0, -1];
const logSum = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), Math.exp(-0.5)));
const all = { temperature: 1, topK: 0, topP: 1 };

test('without changes these are the probabilities over the whole vocabulary', () => {
  const p = resample(logits, logSum, all);
  for (const [i, x] of p.entries()) expect(x).toBeCloseTo(Math.exp(logits[i]! - logSum), 12);
  expect(p.reduce((s, x) => s + x, 0)).toBeLessThan(1);
});

test('top k keeps k, and their shares add up to 1', () => {
  const p = resample(logits, logSum, { ...all, topK: 2 });
  expect(p[2]).toBe(0);
  expect(p[0]! + p[1]!).toBeCloseTo(1, 12);
  expect(p[0]! / p[1]!).toBeCloseTo(Math.E, 12);
});

test('top p keeps the token that passes p', () => {
  const p = resample(logits, logSum, { ...all, topP: 0.63 });
  expect(p.filter((x) => x > 0).length).toBe(2);
  expect(resample(logits, logSum, { ...all, topP: 0.05 })).toEqual([1, 0, 0, 0]);
});

test('a low temperature favours the first, a high one evens out', () => {
  const cold = resample(logits, logSum, { ...all, temperature: 0.1 });
  const hot = resample(logits, logSum, { ...all, temperature: 100 });
  expect(cold[0]).toBeGreaterThan(0.999);
  expect(hot[3]! / hot[0]!).toBeGreaterThan(0.96);
});
