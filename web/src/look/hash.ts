// SPDX-License-Identifier: Apache-2.0
// The state of the page in the address: #p=0&s=decoder&t=3&l=1&h=2&k=self_attention&a=decoder&m=4&v=matrix&lang=fa&theme=dark&at=attention
import type { Language } from '../shared/language.ts';
import type { Theme } from '../shared/theme.ts';
import type { AttentionKind, Stack } from './index_view.ts';

export type Shape = 'matrix' | 'arcs';

export interface State {
  pass: number;
  stack: Stack;
  token: number;
  layer: number;
  head: number;
  kind: AttentionKind;
  attentionStack: Stack;
  stage: number;
  shape: Shape;
  language?: Language;
  theme?: Theme;
  section?: string;
}

const within = <T extends string>(text: string | null, allowed: readonly T[]): T | undefined =>
  allowed.find((value) => value === text);

export function toHash(state: State): string {
  const fields: [string, string | number | undefined][] = [
    ['p', state.pass],
    ['s', state.stack],
    ['t', state.token],
    ['l', state.layer],
    ['h', state.head],
    ['k', state.kind],
    ['a', state.attentionStack],
    ['m', state.stage],
    ['v', state.shape],
    ['lang', state.language],
    ['theme', state.theme],
    ['at', state.section],
  ];
  const set = fields.filter(([, value]) => value !== undefined).map(([key, value]) => [key, String(value)]);
  return new URLSearchParams(set).toString();
}

/** What a hash says; whatever is no such state is left out. */
export function fromHash(hash: string): Partial<State> {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const state: Partial<State> = {};
  const whole = (key: string) => {
    const text = fields.get(key);
    return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
  };
  const put = <K extends keyof State>(key: K, value: State[K] | undefined) => {
    if (value !== undefined) state[key] = value;
  };
  put('pass', whole('p'));
  put('token', whole('t'));
  put('layer', whole('l'));
  put('head', whole('h'));
  put('stage', whole('m'));
  put('shape', within(fields.get('v'), ['matrix', 'arcs']));
  put('stack', within(fields.get('s'), ['encoder', 'decoder']));
  put('attentionStack', within(fields.get('a'), ['encoder', 'decoder']));
  put('kind', within(fields.get('k'), ['self_attention', 'cross_attention']));
  put('language', within(fields.get('lang'), ['fa', 'en']));
  put('theme', within(fields.get('theme'), ['light', 'dark']));
  const section = fields.get('at');
  if (section && /^[a-z_]{1,32}$/.test(section)) state.section = section;
  return state;
}
