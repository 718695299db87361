// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { boundText, bytes, count, exact, fixed, inDigits, percent, short } from './numbers.ts';

test('counts take the digits of the language', () => {
  expect(count(1234, 'fa')).toBe('۱٬۲۳۴');
  expect(count(1234, 'en')).toBe('1,234');
  expect(percent(0.425, 1, 'fa')).toBe('۴۲٫۵٪');
  expect(bytes(20 << 20, 'en')).toBe('20 MiB');
  expect(bytes(1536, 'en')).toBe('1.5 KiB');
});

test('values of tensors are short', () => {
  expect(short(0.31274)).toBe('0.3127');
  expect(short(-12.5)).toBe('-12.500');
  expect(short(0)).toBe('0');
  expect(short(-0)).toBe('-0');
  expect(short(3.14e-7)).toBe('3.1e-7');
  expect(short(1.25e9)).toBe('1.3e9');
  expect(short(Number.NaN)).toBe('NaN');
  expect(short(Number.NEGATIVE_INFINITY)).toBe('−∞');
});

test('values take the digits of the language', () => {
  expect(short(0.31274, 4, 'fa')).toBe('۰٫۳۱۲۷');
  expect(short(-12.5, 4, 'fa')).toBe('\u200e−۱۲٫۵۰۰');
  expect(short(3.14e-7, 4, 'fa')).toBe('\u200e۳٫۱e−۷');
  expect(short(Number.NaN, 4, 'fa')).toBe('NaN');
  expect(fixed(0.5, 2, 'fa')).toBe('۰٫۵۰');
  expect(fixed(0.5, 2, 'en')).toBe('0.50');
  expect(inDigits(1024, 'fa')).toBe('۱۰۲۴');
  expect(boundText(0.00391, 'fa')).toBe('۰٫۰۰۴');
});

test('the exact form of a 32-bit value reads back as the same bits', () => {
  const values = new Float32Array([0.1, 1 / 3, Math.PI, 1e-45, 3.4028235e38, 16777217, -2.5, 1.17549435e-38]);
  for (const value of values) expect(Math.fround(Number(exact(value)))).toBe(value);
  expect(exact(Math.fround(0.1))).toBe('0.1');
  expect(exact(-0)).toBe('-0');
});

test('a bound is rounded up', () => {
  expect(boundText(0.00391)).toBe('0.004');
  expect(boundText(0.0039)).toBe('0.0039');
  expect(Number(boundText(1.234e-5))).toBeGreaterThanOrEqual(1.234e-5);
  expect(boundText(0)).toBe('0');
});
