// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { directionOf, isolated, lengthOf, shortened, unisolated, visible, visibleToken } from './bidi.ts';

test('the first strong letter decides', () => {
  expect(directionOf('کتاب book')).toBe('rtl');
  expect(directionOf('book کتاب')).toBe('ltr');
  expect(directionOf('«۱۲۳» (123) کتاب')).toBe('rtl');
  expect(directionOf('، ؟ book')).toBe('ltr');
  expect(directionOf('שלום')).toBe('rtl');
  expect(directionOf('123', 'rtl')).toBe('rtl');
});

test('nothing is invisible, and no control is sent', () => {
  expect(visible('می\u200cروم')).toBe('می⟨ZWNJ⟩روم');
  expect(visible('a\r\nb\nc\td')).toBe('a⏎b⏎c⇥d');
  expect(visible('\u202eabc\u2066\u0000')).toBe('⟨U+202E⟩abc⟨U+2066⟩⟨U+0000⟩');
  expect(visibleToken(' the')).toBe('␣the');
  expect(visibleToken('▁کتاب')).toBe('␣کتاب');
});

test('a long text ends in the middle', () => {
  expect(shortened('abcdefghij', 7)).toBe('abc…hij');
  expect([...shortened('x'.repeat(300))].length).toBeLessThanOrEqual(24);
  expect(shortened('کتاب')).toBe('کتاب');
});

test('a name keeps its order in a line of either direction', () => {
  expect(isolated('</s>')).toBe('\u2066</s>\u2069');
  expect(isolated('(کتاب')).toBe('\u2068(کتاب\u2069');
  for (const word of ['book', 'کتاب‌ها', 'نَه', '12']) expect(isolated(word)).toBe(word);
  expect(unisolated(`«${isolated('</s>')}»`)).toBe('«</s>»');
  expect(lengthOf(isolated('</s>'))).toBe(4);
});
