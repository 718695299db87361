// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { language, say, sayIn } from './language.ts';
import { terms } from './terms.ts';

test('a sentence is said in the language of the page', () => {
  const entry = { en: (n: number) => `${n} tokens`, fa: (n: number) => `${n} توکن` };
  language.value = 'fa';
  expect(say(entry, 3)).toBe('3 توکن');
  language.value = 'en';
  expect(say(entry, 3)).toBe('3 tokens');
});

test('every term stands in both languages and its own script', () => {
  for (const [key, term] of Object.entries(terms)) {
    expect(sayIn('en', term), key).toMatch(/^[\x20-\x7e]+$/);
    expect(sayIn('fa', term), key).toMatch(/^[\u0600-\u06ff\u200c ]+$/);
    // Arabic letters where Persian has its own.
    expect(sayIn('fa', term), key).not.toMatch(/[يكىة]/);
  }
});
