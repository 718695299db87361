// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { colourOf, contrast, inkOn, logScale, pixelsOf, shareScale, signedScale, surface, toLab } from './colour.ts';
import type { Theme } from './theme.ts';

const themes: Theme[] = ['light', 'dark'];
const places = Array.from({ length: 101 }, (_, i) => i / 100);
const lightness = (x: number, scale: Parameters<typeof colourOf>[1], theme: Theme) =>
  toLab(colourOf(x, scale, theme))[0] * (theme === 'light' ? -1 : 1);

test('lightness is monotone from the background outwards', () => {
  for (const theme of themes) {
    for (const [scale, value] of [
      [shareScale(1), (s: number) => s],
      [shareScale(1, true), (s: number) => s ** 2],
      [signedScale(-2, 1), (s: number) => 2 * s],
      [signedScale(-2, 1), (s: number) => -2 * s],
      [logScale(1e-6, 1), (s: number) => 1e-6 ** (1 - s)],
    ] as const) {
      const ramp = places.map((s) => lightness(value(s), scale, theme));
      for (let i = 1; i < ramp.length; ++i) expect(ramp[i]! - ramp[i - 1]!).toBeGreaterThanOrEqual(-0.004);
      expect(ramp[100]! - ramp[0]!).toBeGreaterThan(0.4);
    }
  }
});

test('the middle of signed values is the background', () => {
  for (const theme of themes) {
    const hex = `#${colourOf(0, signedScale(-1, 1), theme)
      .map((v) => v.toString(16).padStart(2, '0'))
      .join('')}`;
    expect(hex).toBe(surface[theme]);
  }
});

test('text on every colour keeps a contrast of 4.5', () => {
  for (const theme of themes) {
    for (const s of places) {
      for (const colour of [
        colourOf(s, shareScale(1), theme),
        colourOf(s, signedScale(-1, 1), theme),
        colourOf(-s, signedScale(-1, 1), theme),
      ])
        expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test('values beyond the scale and values that are not finite have a colour', () => {
  expect(colourOf(9, shareScale(1), 'light')).toEqual(colourOf(1, shareScale(1), 'light'));
  expect(colourOf(Number.NaN, shareScale(1), 'light')).toEqual(colourOf(Infinity, signedScale(0, 1), 'dark'));
});

test('pixels have the colours of the values', () => {
  for (const theme of themes) {
    for (const scale of [shareScale(0.5), shareScale(1, true), signedScale(-2, 1), logScale(1e-4, 10)]) {
      const pixel = pixelsOf(scale, theme);
      for (const x of [-3, -0.3, 0, 1e-5, 0.01, 0.4, 1, 20, Number.NaN, Number.POSITIVE_INFINITY]) {
        const bytes = new Uint8Array(new Int32Array([pixel(x)]).buffer);
        expect([...bytes]).toEqual([...colourOf(x, scale, theme), 255]);
      }
    }
  }
});
