// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Index, Sequence, Token } from './format.ts';
import { pieces, tokenLabel, tokenText, vocabularyLabel } from './token_text.ts';

const index = {
  vocabulary: { '1': '<s>', '2': '##ها', '3': '⟨D8⟩', '4': '▁کتاب', '5': 'می\u200cروم', '6': '\u202eabc' },
} as unknown as Index;

const sequence = (text: string, tokens: Token[]): Sequence => ({
  stack: 'decoder',
  role: 'text',
  text,
  direction: 'rtl',
  tokens,
});

test('pieces of a word stay joined, words keep their blanks', () => {
  const s = sequence('کتابها را', [
    { id: 1, special: true },
    { id: 4, begin: 0, end: 4 },
    { id: 2, begin: 4, end: 6 },
    { id: 9, begin: 7, end: 9 },
  ]);
  expect(pieces(index, s)).toEqual([
    { gap: ' ', text: '<s>' },
    { gap: '', text: 'کتاب\u200d' },
    { gap: '', text: '\u200dها' },
    { gap: ' ', text: 'را' },
  ]);
});

test('a token is written as its text was, else as the vocabulary has it', () => {
  const s = sequence('کتاب', [
    { id: 4, begin: 0, end: 4 },
    { id: 3, begin: 0, end: 1, part: [0, 2] },
    { id: 4 },
    { id: 77 },
  ]);
  expect(s.tokens.map((_, i) => tokenText(index, s, i))).toEqual(['کتاب', '⟨D8⟩', '▁کتاب', '#77']);
  expect(tokenLabel(index, s, 2)).toBe('کتاب');
});

test('a non-joiner inside a word does its work, and controls are seen', () => {
  expect(vocabularyLabel(index, 5)).toBe('می\u200cروم');
  expect(vocabularyLabel(index, 6)).toBe('\u2066⟨U+202E⟩abc\u2069');
});

test('names keep their order in a sentence of the other direction', () => {
  expect(vocabularyLabel(index, 1)).toBe('\u2066<s>\u2069');
  expect(vocabularyLabel(index, 2)).toBe('\u2068##ها\u2069');
  const s = sequence('کتاب', [
    { id: 1, special: true },
    { id: 4, begin: 0, end: 4 },
    { id: 3, part: [0, 2] },
  ]);
  expect(s.tokens.map((_, i) => tokenLabel(index, s, i))).toEqual(['\u2066<s>\u2069', 'کتاب', '\u2066⟨D8⟩\u2069']);
});

test('a special token that stands in the text is written once', () => {
  const s = sequence('یک <s> دو', [
    { id: 9, begin: 0, end: 2 },
    { id: 1, begin: 3, end: 6, special: true },
    { id: 9, begin: 7, end: 9 },
  ]);
  expect(pieces(index, s)).toEqual([
    { gap: '', text: 'یک' },
    { gap: ' ', text: '<s>' },
    { gap: ' ', text: 'دو' },
  ]);
});

test('tokens with blanks of their own show them', () => {
  const s = sequence('the cat', [
    { id: 10, begin: 0, end: 3 },
    { id: 11, begin: 3, end: 7 },
  ]);
  expect(pieces(index, s).map((p) => p.text)).toEqual(['the', '␣cat']);
  expect(tokenLabel(index, s, 1)).toBe('cat');
});
