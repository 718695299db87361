// SPDX-License-Identifier: Apache-2.0
// One selection for the whole page: text, token, layer, head and stage. Sections read it and change it; the address
// keeps it.
import { batch, computed, effect, signal } from '@preact/signals';
import { language, languageOfBrowser } from '../shared/language.ts';
import { chosenTheme } from '../shared/theme.ts';
import { fromHash, type Shape, type State, toHash } from './hash.ts';
import type { Attention, AttentionKind, Stack, View } from './index_view.ts';

export const view = signal<View | undefined>(undefined);

export const pass = signal(0);
export const stack = signal<Stack>('decoder'); // of the chosen token
export const token = signal(0);
export const layer = signal(0);
export const head = signal(0);
export const kind = signal<AttentionKind>('self_attention');
export const attentionStack = signal<Stack>('decoder');
export const stage = signal(4); // 1 to 5
export const shape = signal<Shape>('matrix'); // of the weights of a head
export const section = signal<string | undefined>(undefined);
export const inView = signal<string | undefined>(undefined); // the section under the reader's eyes
export const mirrored = signal(false);
export const pointed = signal<{ stack: Stack; token: number } | undefined>(undefined);

export const attentions = computed(() => view.value?.attentions(pass.value) ?? []);

/** The attention that is shown: of the chosen stack, kind and layer, or the nearest there is. */
export const attention = computed<Attention | undefined>(() => {
  const all = attentions.value;
  const same = all.filter((a) => a.stack === attentionStack.value && a.kind === kind.value);
  const group =
    same.length > 0 ? same : all.filter((a) => a.prefix.startsWith(all[0]?.stack ?? ' ') && a.kind === all[0]!.kind);
  return group.find((a) => a.layer === layer.value) ?? group.at(-1);
});

export function chooseToken(of: Stack, index: number): void {
  batch(() => {
    stack.value = of;
    token.value = index;
  });
}

export function chooseHead(of: Attention, index: number): void {
  batch(() => {
    attentionStack.value = of.stack;
    kind.value = of.kind;
    layer.value = of.layer;
    head.value = index;
  });
}

/** The chosen token of a stack: the selection where it lies there, else the last. */
export function tokenOf(of: Stack): number {
  const length = view.value?.sequence(pass.value, of)?.tokens.length ?? 0;
  if (stack.value === of) return Math.min(token.value, Math.max(0, length - 1));
  return Math.max(0, length - 1);
}

/** Starts the page: the first selection, then that of the address. */
export function begin(of: View): void {
  const given = fromHash(location.hash);
  batch(() => {
    view.value = of;
    first(of);
    take(given);
    language.value = given.language ?? languageOf(of);
    chosenTheme.value = given.theme;
  });
  addEventListener('hashchange', () => batch(() => take(fromHash(location.hash))));
  effect(() => {
    const hash = toHash(state());
    // Replacing keeps the browser's history short; a page from a file may not do it in every browser.
    try {
      if (location.hash.slice(1) !== hash) history.replaceState(null, '', `#${hash}`);
    } catch {
      // The address then does not follow, and nothing else is lost.
    }
  });
}

function languageOf(of: View) {
  if (of.index.language !== 'auto') return of.index.language;
  const sequence = of.index.passes[0]?.sequences[0];
  return sequence?.direction === 'rtl' ? 'fa' : languageOfBrowser();
}

function first(of: View): void {
  const sequences = of.pass(0).sequences;
  const chosen = sequences.at(-1);
  if (chosen) {
    stack.value = chosen.stack;
    const places = of.pass(0).predictions?.places.map((p) => p.at);
    token.value = chosen.role === 'text' ? (places?.at(-1) ?? firstWord(chosen.tokens)) : firstWord(chosen.tokens);
  }
  const all = of.attentions(0);
  const start =
    all.find((a) => a.kind === 'cross_attention' && a.layer > 0) ??
    all.find((a) => a.kind === 'cross_attention') ??
    all[0];
  if (start) chooseHead(start, of.find(0, `${start.prefix}.probabilities`)?.heads?.first ?? 0);
}

function firstWord(tokens: { special?: boolean }[]): number {
  return Math.max(
    0,
    tokens.findIndex((t) => !t.special),
  );
}

function take(given: Partial<State>): void {
  if (given.pass !== undefined) pass.value = given.pass;
  if (given.stack) stack.value = given.stack;
  if (given.token !== undefined) token.value = given.token;
  if (given.layer !== undefined) layer.value = given.layer;
  if (given.head !== undefined) head.value = given.head;
  if (given.kind) kind.value = given.kind;
  if (given.attentionStack) attentionStack.value = given.attentionStack;
  if (given.stage) stage.value = Math.min(5, Math.max(1, given.stage));
  if (given.shape) shape.value = given.shape;
  if (given.section) section.value = given.section;
}

function state(): State {
  return {
    pass: pass.value,
    stack: stack.value,
    token: token.value,
    layer: layer.value,
    head: head.value,
    kind: kind.value,
    attentionStack: attentionStack.value,
    stage: stage.value,
    shape: shape.value,
    language: language.value,
    ...(chosenTheme.value && { theme: chosenTheme.value }),
    ...(section.value && { section: section.value }),
  };
}
