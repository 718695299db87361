// SPDX-License-Identifier: Apache-2.0
// Light or dark: the system's choice until the reader makes one.
import { computed, effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

export const chosenTheme = signal<Theme | undefined>(undefined);
const systemTheme = signal<Theme>('light');

export const theme = computed<Theme>(() => chosenTheme.value ?? systemTheme.value);

export function followTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    systemTheme.value = dark.matches ? 'dark' : 'light';
  };
  follow();
  dark.addEventListener('change', follow);
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}

export function switchTheme(): void {
  chosenTheme.value = theme.value === 'light' ? 'dark' : 'light';
}
