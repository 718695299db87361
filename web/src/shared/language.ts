// SPDX-License-Identifier: Apache-2.0
// The language of the page. Both languages of every sentence stand side by side, so one that is missing is an error
// of types, and a switch reloads nothing.
import { effect, signal } from '@preact/signals';

export type Language = 'fa' | 'en';

/** What the page says, in both languages; a function where numbers or names go into it. */
export interface Both<A extends readonly unknown[] = []> {
  en: A extends [] ? string : (...args: A) => string;
  fa: A extends [] ? string : (...args: A) => string;
}

export const language = signal<Language>('en');

type Sayable = { en: unknown; fa: unknown };
type Arguments<E extends Sayable> = E['en'] extends (...args: infer A) => string ? A : [];

/** The sentence in the page's language. */
export function say<E extends Sayable>(entry: E, ...args: Arguments<E>): string {
  return sayIn(language.value, entry, ...args);
}

export function sayIn<E extends Sayable>(tongue: Language, entry: E, ...args: Arguments<E>): string {
  const words = entry[tongue] as string | ((...args: unknown[]) => string);
  return typeof words === 'string' ? words : words(...args);
}

/** What stands between the items of a list. */
export const comma: Both = { en: ', ', fa: '، ' };

/** Keeps `lang` and `dir` of the document equal to the page's language. */
export function followLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = language.value === 'fa' ? 'rtl' : 'ltr';
  });
}

/** The language that the browser asks for. */
export function languageOfBrowser(): Language {
  return navigator.languages.some((l) => l.toLowerCase().startsWith('fa')) ? 'fa' : 'en';
}
