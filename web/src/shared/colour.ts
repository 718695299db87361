// SPDX-License-Identifier: Apache-2.0
// Colours of numbers. Signed values diverge from the page's own background, blue below 0 and orange above; shares go
// from the background to a dark (in the dark theme: bright) violet. Lightness in OKLab falls (rises) evenly, so that
// the pictures survive grey print and colour-blindness. OKLab: Ottosson 2020.
import type { Theme } from './theme.ts';

export type Rgb = [number, number, number]; // 0 to 255

type Lab = [number, number, number];

const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const gamma = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

export function toLab([red, green, blue]: Rgb): Lab {
  const [r, g, b] = [linear(red / 255), linear(green / 255), linear(blue / 255)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return channels.map((v) => Math.round(255 * Math.min(1, Math.max(0, gamma(v))))) as Rgb;
}

const hex = (text: string): Rgb => [1, 3, 5].map((i) => Number.parseInt(text.slice(i, i + 2), 16)) as Rgb;

/** 256 colours through the stops, evenly spaced in OKLab. */
function ramp(stops: string[]): Rgb[] {
  const labs = stops.map((stop) => toLab(hex(stop)));
  return Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (labs.length - 1);
    const k = Math.min(labs.length - 2, Math.floor(place));
    const share = place - k;
    return fromLab(labs[k]!.map((v, j) => v + share * (labs[k + 1]![j]! - v)) as Lab);
  });
}

export const surface: Record<Theme, string> = { light: '#ffffff', dark: '#191c22' };
export const notFiniteColour: Rgb = [214, 0, 170];

const ramps: Record<Theme, { share: Rgb[]; below: Rgb[]; above: Rgb[]; size: Rgb[] }> = {
  light: {
    share: ramp([surface.light, '#b9aee0', '#6b4fb0', '#2b1065']),
    below: ramp([surface.light, '#9cc3e6', '#2f78b7', '#0b3a66']),
    above: ramp([surface.light, '#f5bf87', '#cf6f14', '#6e3200']),
    size: ramp([surface.light, '#9fd5c4', '#2b8a78', '#0a4038']),
  },
  dark: {
    share: ramp([surface.dark, '#4b3b86', '#8f78d8', '#e6defc']),
    below: ramp([surface.dark, '#1f4f80', '#4f9bdb', '#c9e6ff']),
    above: ramp([surface.dark, '#75420f', '#d98a3d', '#ffe3c2']),
    size: ramp([surface.dark, '#1d5a4f', '#47ab96', '#cdf5ea']),
  },
};

/** What a colour scale measures: shares 0 … high, with `root` in equal steps of their square root, so that small ones are seen; signed values −high … high; sizes on a log₁₀ axis low … high. */
export type Scale =
  | { kind: 'share'; high: number; root?: boolean }
  | { kind: 'signed'; high: number }
  | { kind: 'log'; low: number; high: number };

export function shareScale(high = 1, root = false): Scale {
  return { kind: 'share', high, root };
}

export function signedScale(low: number, high: number): Scale {
  return { kind: 'signed', high: Math.max(Math.abs(low), Math.abs(high)) || 1 };
}

export function logScale(low: number, high: number): Scale {
  return { kind: 'log', low: low > 0 ? low : high / 1e6 || 1e-6, high: high > 0 ? high : 1 };
}

/** Which ramp of the theme a value is on, and how far along it, from 0 to 1. */
function placeOf(x: number, scale: Scale): ['share' | 'below' | 'above' | 'size', number] {
  if (scale.kind === 'share') {
    const share = x / scale.high;
    return ['share', scale.root ? Math.sqrt(Math.max(0, share)) : share];
  }
  if (scale.kind === 'signed') return [x < 0 ? 'below' : 'above', Math.abs(x) / scale.high];
  const span = Math.log10(scale.high / scale.low) || 1;
  return ['size', x <= 0 ? 0 : Math.log10(x / scale.low) / span];
}

const step = (share: number) => Math.round(255 * Math.min(1, Math.max(0, share)));

/** Colour of a value; what lies beyond the scale takes the colour of its end. */
export function colourOf(x: number, scale: Scale, theme: Theme): Rgb {
  if (!Number.isFinite(x)) return notFiniteColour;
  const [ramp, share] = placeOf(x, scale);
  return ramps[theme][ramp][step(share)]!;
}

const packed = ([r, g, b]: Rgb) => (255 << 24) | (b << 16) | (g << 8) | r;
const packedRamps = new Map<Rgb[], Int32Array>();

/** The same as pixels of an image, little endian: for pictures of many cells. */
export function pixelsOf(scale: Scale, theme: Theme): (x: number) => number {
  const table = (name: ReturnType<typeof placeOf>[0]) => {
    const ramp = ramps[theme][name];
    let pixels = packedRamps.get(ramp);
    if (!pixels) {
      pixels = Int32Array.from(ramp, packed);
      packedRamps.set(ramp, pixels);
    }
    return pixels;
  };
  const bad = packed(notFiniteColour);
  if (scale.kind === 'share') {
    const pixels = table('share');
    const { high, root } = scale;
    return root
      ? (x) => (Number.isFinite(x) ? pixels[step(Math.sqrt(Math.max(0, x / high)))]! : bad)
      : (x) => (Number.isFinite(x) ? pixels[step(x / high)]! : bad);
  }
  if (scale.kind === 'signed') {
    const [below, above] = [table('below'), table('above')];
    return (x) => (Number.isFinite(x) ? (x < 0 ? below : above)[step(Math.abs(x) / scale.high)]! : bad);
  }
  const pixels = table('size');
  return (x) => (Number.isFinite(x) ? pixels[step(placeOf(x, scale)[1])]! : bad);
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

/** Relative luminance (WCAG 2). */
export function luminance([r, g, b]: Rgb): number {
  return 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Black or white, whichever is easier to read on the colour. */
export function inkOn(colour: Rgb): Rgb {
  return contrast(colour, [255, 255, 255]) >= contrast(colour, [0, 0, 0]) ? [255, 255, 255] : [0, 0, 0];
}

/** `steps` values from one end of the scale to the other, for its legend. */
export function stepsOf(scale: Scale, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => {
    const share = i / (steps - 1);
    if (scale.kind === 'share') return (scale.root ? share ** 2 : share) * scale.high;
    if (scale.kind === 'signed') return (2 * share - 1) * scale.high;
    return scale.low * (scale.high / scale.low) ** share;
  });
}
