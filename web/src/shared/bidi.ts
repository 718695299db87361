// SPDX-License-Identifier: Apache-2.0
// Direction of a text, and a form of it in which nothing is invisible.

export type Direction = 'ltr' | 'rtl';

const strong = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{L}]/u;
const rightToLeft = /^[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]$/u;

/** Direction of the first strong letter; `otherwise` where a text has none. */
export function directionOf(text: string, otherwise: Direction = 'ltr'): Direction {
  for (const character of text) {
    // Arabic digits, commas and marks are of that script and are not strong.
    if (!strong.test(character) || !/\p{L}/u.test(character)) continue;
    return rightToLeft.test(character) ? 'rtl' : 'ltr';
  }
  return otherwise;
}

// Characters that would change how others are shown, or that show nothing.
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200d-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The text with line ends, tabs, the zero-width non-joiner, and every control shown by a sign. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '⏎')
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '⇥')
    .replaceAll('\u200c', '⟨ZWNJ⟩')
    .replace(hidden, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** The same for a word to be read: a non-joiner inside it does its work unseen; one alone is seen. */
export function spelled(text: string): string {
  const shown = visible(text);
  return shown === '⟨ZWNJ⟩' ? shown : shown.replaceAll('⟨ZWNJ⟩', '\u200c');
}

/** The same with a sign for each blank: for one token, whose blanks are part of it. */
export function visibleToken(text: string): string {
  return visible(text).replaceAll(' ', '␣').replaceAll('\u00a0', '⟨NBSP⟩').replaceAll('▁', '␣');
}

const besideLetters = /[^\p{L}\p{M}\p{N}\u200c]/u;

/**
 * A name that keeps its order in a line of either direction: without letters from right to left it reads from left to
 * right, so that </s> does not become <s/> in a Persian sentence.
 */
export function isolated(name: string): string {
  if (!besideLetters.test(name)) return name;
  return `${[...name].some((c) => rightToLeft.test(c)) ? '\u2068' : '\u2066'}${name}\u2069`;
}

/** The same text without what `isolated` puts around names. */
export function unisolated(text: string): string {
  return text.replace(/[\u2066-\u2069]/g, '');
}

/** How many characters of a name are seen. */
export function lengthOf(name: string): number {
  return [...unisolated(name)].length;
}

/** At most `limit` characters, the middle left out. */
export function shortened(text: string, limit = 24): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const half = Math.floor((limit - 1) / 2);
  return `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`;
}
