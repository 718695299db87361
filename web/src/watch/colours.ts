// SPDX-License-Identifier: Apache-2.0
// Colours of curves. Those of runs differ in hue and in lightness, so that they are told apart without red and green; more
// runs take the same ones again, dashed.
import { colourOf, css, shareScale } from '../shared/colour.ts';
import type { Theme } from '../shared/theme.ts';

const hues: Record<Theme, string[]> = {
  light: ['#5b3fa3', '#c2570c', '#0b7a83', '#b0286f', '#1d64b4', '#7a6400', '#3d434b', '#8d3fbf'],
  dark: ['#b9a4f5', '#f2a35e', '#5cc8cf', '#f08cc0', '#82b6f5', '#d8c25a', '#c3c9d1', '#dba6f7'],
};
const dashes = [undefined, '7 3', '2 3', '9 3 2 3'];

export const ink: Record<Theme, { text: string; muted: string; line: string; surface: string; warn: string }> = {
  light: { text: '#1e2329', muted: '#5b626b', line: '#dedbd2', surface: '#ffffff', warn: '#8a3b12' },
  dark: { text: '#e6e8eb', muted: '#a3abb5', line: '#343a44', surface: '#191c22', warn: '#f2b48a' },
};

export function runColour(run: number, theme: Theme): string {
  return hues[theme][run % hues[theme].length]!;
}

export function runDash(run: number): string | undefined {
  return dashes[Math.floor(run / hues.light.length) % dashes.length];
}

/** The i-th of n parts of a model, from the first (pale) to the last (strong). */
export function depthColour(i: number, n: number, theme: Theme): string {
  return css(colourOf(0.32 + (0.68 * i) / Math.max(1, n - 1), shareScale(1), theme));
}
