// SPDX-License-Identifier: Apache-2.0
// What the reader has chosen. All of it lives in the address behind #, so that a page that asks for itself again, and a
// link that is passed on, show the same.
import { effect, signal } from '@preact/signals';
import { type Language, language } from '../shared/language.ts';
import { chosenTheme } from '../shared/theme.ts';

export const axes = ['step', 'relative', 'time', 'items'] as const;
export type Axis = (typeof axes)[number];
export const layerKinds = ['update', 'gradient', 'weight', 'output'] as const;
export type LayerKind = (typeof layerKinds)[number];

export interface View {
  axis: Axis;
  logX: boolean;
  smoothing: number; // β, from 0 to 0.99
  hidden: number[]; // runs
  logY: Record<string, boolean>; // panels of which the reader has chosen the vertical axis
  layers: LayerKind;
  layersOf: number; // run
  sample: number; // step of the samples that are shown; −1: the last ones
  paused: boolean;
}

export const usual: View = {
  axis: 'step',
  logX: false,
  smoothing: 0.6,
  hidden: [],
  logY: {},
  layers: 'update',
  layersOf: 0,
  sample: -1,
  paused: false,
};

export const view = signal<View>(usual);

export function change(part: Partial<View>): void {
  view.value = { ...view.value, ...part };
}

/** The place on the horizontal axis that all charts point at. */
export const cursor = signal<number | undefined>(undefined);

/** What differs from the usual, as text for an address. */
export function toHash(shown: View, tongue?: Language, theme?: string): string {
  const parts = new URLSearchParams();
  if (shown.axis !== usual.axis) parts.set('x', shown.axis);
  if (shown.logX) parts.set('logx', '1');
  if (shown.smoothing !== usual.smoothing) parts.set('smooth', String(shown.smoothing));
  if (shown.hidden.length > 0) parts.set('hide', shown.hidden.join(','));
  for (const [panel, log] of Object.entries(shown.logY)) parts.append('y', `${panel}:${log ? 'log' : 'linear'}`);
  if (shown.layers !== usual.layers) parts.set('layers', shown.layers);
  if (shown.layersOf !== usual.layersOf) parts.set('of', String(shown.layersOf));
  if (shown.sample !== usual.sample) parts.set('sample', String(shown.sample));
  if (shown.paused) parts.set('pause', '1');
  if (tongue) parts.set('l', tongue);
  if (theme) parts.set('t', theme);
  return parts.toString();
}

/** The choices of an address; what it does not say, or says wrongly, is as usual. */
export function fromHash(hash: string): { view: View; language?: Language; theme?: 'light' | 'dark' } {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const oneOf = <T extends string>(name: string, values: readonly T[], otherwise: T): T =>
    values.find((value) => value === parts.get(name)) ?? otherwise;
  const whole = (text: string | null, otherwise: number) => (text && /^-?\d+$/.test(text) ? Number(text) : otherwise);
  const smoothing = Number(parts.get('smooth') ?? Number.NaN);
  const found: ReturnType<typeof fromHash> = {
    view: {
      axis: oneOf('x', axes, usual.axis),
      logX: parts.get('logx') === '1',
      smoothing: smoothing >= 0 && smoothing <= 0.99 ? smoothing : usual.smoothing,
      hidden: (parts.get('hide') ?? '').split(',').flatMap((text) => (/^\d+$/.test(text) ? [Number(text)] : [])),
      logY: Object.fromEntries(
        parts.getAll('y').flatMap((text) => {
          const match = /^(.+):(log|linear)$/.exec(text);
          return match ? [[match[1]!, match[2] === 'log']] : [];
        }),
      ),
      layers: oneOf('layers', layerKinds, usual.layers),
      layersOf: whole(parts.get('of'), usual.layersOf),
      sample: whole(parts.get('sample'), usual.sample),
      paused: parts.get('pause') === '1',
    },
  };
  const tongue = parts.get('l');
  if (tongue === 'fa' || tongue === 'en') found.language = tongue;
  const theme = parts.get('t');
  if (theme === 'light' || theme === 'dark') found.theme = theme;
  return found;
}

/** Takes the choices of the address, and keeps it equal to them from then on. */
export function followHash(opening: Language): void {
  const take = () => {
    const found = fromHash(location.hash);
    view.value = found.view;
    language.value = found.language ?? opening;
    chosenTheme.value = found.theme;
  };
  take();
  addEventListener('hashchange', take);
  effect(() => {
    const tongue = language.value === opening ? undefined : language.value;
    const hash = toHash(view.value, tongue, chosenTheme.value);
    if (hash !== location.hash.replace(/^#/, ''))
      history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  });
}
