// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseFormulas } from '../build/formulas.mjs';

test('formulas become MathML with places for numbers and without styles', () => {
  const { scaled } = parseFormulas('% a comment\n\nscaled: \\frac{q \\cdot k}{\\sqrt{@d@}}\n');
  expect(scaled).toMatch(/^<math.*<mfrac>.*<msqrt>.*@d@.*<\/math>$/s);
  expect(scaled).not.toContain('style=');
});

test('a line that is no formula is refused with its number', () => {
  expect(() => parseFormulas('a: x\nnothing')).toThrow('line 2');
});
