// SPDX-License-Identifier: Apache-2.0
// What every page does first.
import { followLanguage } from './language.ts';
import { followTheme } from './theme.ts';
import './base.css';

export function start(): void {
  followLanguage();
  followTheme();
}
