// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { joined, joinsAcross, joinsBackward, joinsForward } from './joining.ts';

// Unicode's ArabicShaping.txt, the letters of Persian and Arabic by Joining_Type.
const rightJoining = [...'آأؤإاةدذرزژوۀ'];
const dualJoining = [...'ئبتثجحخسشصضطظعغفقكلمنهىيپچکگی'];

test('letters join as ArabicShaping.txt says', () => {
  for (const letter of dualJoining) {
    expect(joinsForward(letter), letter).toBe(true);
    expect(joinsBackward(letter), letter).toBe(true);
  }
  for (const letter of rightJoining) {
    expect(joinsForward(letter), letter).toBe(false);
    expect(joinsBackward(letter), letter).toBe(true);
  }
  for (const other of ['ء', '\u200c', ' ', 'a', '۳', '٣', '،', '؟', '۔', '«']) {
    expect(joinsForward(other), other).toBe(false);
    expect(joinsBackward(other), other).toBe(false);
  }
});

test('marks are skipped, on both sides', () => {
  expect(joinsAcross('کِ', 'تاب')).toBe(true);
  expect(joinsAcross('ک', '\u0650تاب')).toBe(true);
  expect(joinsAcross('دُ', 'ر')).toBe(false);
});

test('pieces of a word get joiners, words of their own do not', () => {
  expect(joined(['کتاب', 'ها'])).toEqual(['کتاب\u200d', '\u200dها']);
  expect(joined(['کتا', 'ب'])).toEqual(['کتا', 'ب']);
  expect(joined(['می', '\u200c', 'روم'])).toEqual(['می', '\u200c', 'روم']);
  expect(joined(['س', 'ی', 'ب'])).toEqual(['س\u200d', '\u200dی\u200d', '\u200dب']);
  expect(joined(['Trans', 'formers'])).toEqual(['Trans', 'formers']);
  expect(joined([])).toEqual([]);
});
