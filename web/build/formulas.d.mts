// SPDX-License-Identifier: Apache-2.0
import type { Plugin } from 'vite';

export function parseFormulas(text: string): Record<string, string>;
export function formulas(): Plugin;
