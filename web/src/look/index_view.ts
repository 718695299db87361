// SPDX-License-Identifier: Apache-2.0
// What the index says, asked in the words of the page: stacks, layers, heads, tensors by name.
import type { Index, Num, Pass, Sequence, TensorInfo } from './format.ts';

export type Stack = 'encoder' | 'decoder';
export type AttentionKind = 'self_attention' | 'cross_attention';

export function numberOf(x: Num | undefined): number {
  return x === undefined ? Number.NaN : Number(x);
}

export class View {
  readonly index: Index;
  private readonly byName = new Map<string, TensorInfo>();

  constructor(index: Index) {
    this.index = index;
    for (const info of index.tensors) this.byName.set(`${info.pass}/${info.name}`, info);
  }

  pass(i: number): Pass {
    return this.index.passes[i] ?? this.index.passes[0]!;
  }

  find(pass: number, name: string): TensorInfo | undefined {
    return this.byName.get(`${pass}/${name}`);
  }

  /** Why a tensor is not on the page, and what brings it. */
  missing(pass: number, name: string) {
    return this.index.plan.reduced.find((r) => r.kept === 'no' && r.pass === pass && r.name === name);
  }

  sequence(pass: number, stack: Stack): Sequence | undefined {
    return this.pass(pass).sequences.find((s) => s.stack === stack);
  }

  stacks(): Stack[] {
    const all: Stack[] = ['encoder', 'decoder'];
    return all.filter((stack) => this.index.passes.some((p) => p.sequences.some((s) => s.stack === stack)));
  }

  option(name: string): Num | string | boolean | undefined {
    return this.index.model.options[name];
  }

  number(name: string): number | undefined {
    const x = this.option(name);
    const n = typeof x === 'number' ? x : Number.NaN;
    return Number.isFinite(n) ? n : undefined;
  }

  /** Layers of a stack that have any tensor. */
  layers(pass: number, stack: Stack): number[] {
    const prefix = `${stack}.layer.`;
    const found = new Set<number>();
    for (const info of this.index.tensors) {
      if (info.pass === pass && info.name.startsWith(prefix))
        found.add(Number.parseInt(info.name.slice(prefix.length), 10));
    }
    return [...found].sort((a, b) => a - b);
  }

  /** Where attention was recorded: the prefix of its tensors, by stack, kind and layer. */
  attentions(pass: number): Attention[] {
    const found: Attention[] = [];
    const pattern =
      /^(encoder|decoder)\.(?:layer\.(\d+)\.)?(self_attention|cross_attention)\.(?:probabilities|queries|scores)$/;
    const seen = new Set<string>();
    for (const info of this.index.tensors) {
      const match = info.pass === pass ? pattern.exec(info.name) : null;
      if (!match) continue;
      const prefix = info.name.slice(0, info.name.lastIndexOf('.'));
      if (seen.has(prefix)) continue;
      seen.add(prefix);
      const matrix = this.find(pass, `${prefix}.probabilities`) ?? this.find(pass, `${prefix}.scores`);
      const queries = this.find(pass, `${prefix}.queries`);
      found.push({
        prefix,
        stack: match[1] as Stack,
        kind: match[3] as AttentionKind,
        layer: match[2] === undefined ? 0 : Number(match[2]),
        heads: matrix ? headsOf(matrix) : queries ? headsOf(queries) : 1,
      });
    }
    // Tensors stand in the order in which they were kept.
    const place = (a: Attention) => (a.stack === 'encoder' ? 0 : a.kind === 'self_attention' ? 1 : 2);
    return found.sort((a, b) => place(a) - place(b) || a.layer - b.layer);
  }
}

/** How many heads a tensor with a dimension H is of; with --heads it has not all of them. */
export function headsOf(info: TensorInfo): number {
  return info.heads?.all ?? info.shape[info.axes.indexOf('H')] ?? 1;
}

/** Where a head stands in the tensor's dimension H; undefined where the page does not have it. */
export function placeOfHead(info: TensorInfo, head: number): number | undefined {
  const place = head - (info.heads?.first ?? 0);
  return place >= 0 && place < (info.shape[info.axes.indexOf('H')] ?? 0) ? place : undefined;
}

export interface Attention {
  prefix: string;
  stack: Stack;
  kind: AttentionKind;
  layer: number;
  heads: number;
}

type Reduced = Index['plan']['reduced'];

function weightsAmong(reduced: Reduced, pass: number) {
  return reduced.flatMap(({ name, pass: inPass, kept, flag }) => {
    const match = /^(encoder|decoder)\.layer\.(\d+)\.(self_attention|cross_attention)\.probabilities$/.exec(name);
    if (!match || inPass !== pass) return [];
    return [{ stack: match[1] as Stack, layer: Number(match[2]), kind: match[3] as AttentionKind, kept, flag }];
  });
}

/** The kinds of attention of which the plan has left something out. */
export function attentionsOf(reduced: Reduced, pass: number): Pick<Attention, 'stack' | 'kind'>[] {
  const all = weightsAmong(reduced, pass).map(({ stack, kind }) => [`${stack} ${kind}`, { stack, kind }] as const);
  return [...new Map(all).values()];
}

/** Layers whose weights of a kind of attention were left out, and those of which some heads were, by the plan. */
export function leftOut(reduced: Reduced, pass: number, of: Pick<Attention, 'stack' | 'kind'>) {
  const found = weightsAmong(reduced, pass).filter(({ stack, kind }) => stack === of.stack && kind === of.kind);
  return {
    layers: found.filter(({ kept }) => kept === 'no'),
    some: found.filter(({ kept, flag }) => kept !== 'no' && flag.includes('--heads')),
  };
}
