// SPDX-License-Identifier: Apache-2.0
// The two switches in a page's head: language and theme.
import type { Both } from './language.ts';
import { language, say } from './language.ts';
import { switchTheme, theme } from './theme.ts';

const words = {
  dark: { en: 'Dark theme', fa: 'پوستهٔ تیره' },
  light: { en: 'Light theme', fa: 'پوستهٔ روشن' },
} satisfies Record<string, Both>;

export function switchLanguage(): void {
  language.value = language.value === 'fa' ? 'en' : 'fa';
}

export function Switches() {
  const other = language.value === 'fa' ? 'en' : 'fa';
  const name = say(theme.value === 'light' ? words.dark : words.light);
  return (
    <span class="switches">
      <button type="button" class="language-switch" lang={other} onClick={switchLanguage}>
        {other === 'fa' ? 'فارسی' : 'English'}
      </button>
      <button type="button" class="theme-switch" aria-label={name} title={name} onClick={switchTheme}>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
        </svg>
      </button>
    </span>
  );
}
