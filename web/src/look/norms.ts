// SPDX-License-Identifier: Apache-2.0
// The norms of a stack in the order of computation, and which recorded tensor each of them takes.
import type { Stack, View } from './index_view.ts';

export interface NormPlace {
  name: string; // of the tensor that the norm gives; NAME.mean and NAME.scale are what it measured
  before: string; // of the tensor that it takes
  layer?: number;
  part: 'embedding' | 'self_attention' | 'cross_attention' | 'feed_forward' | 'final_norm';
  output: boolean; // it stands behind the sub-layer, before the sum
}

/** Those whose scale was recorded. */
export function normsOf(view: View, pass: number, stack: Stack): NormPlace[] {
  const has = (name: string) => view.find(pass, name) !== undefined;
  const norms: NormPlace[] = [];
  const put = (norm: NormPlace) => has(`${norm.name}.scale`) && norms.push(norm);
  const vectors = ['positions', 'token_types', 'projection', 'tokens'].map((part) => `${stack}.embedding.${part}`);
  put({
    name: `${stack}.embedding.norm`,
    before: vectors.find(has) ?? vectors.at(-1)!,
    part: 'embedding',
    output: false,
  });
  const post = view.option('norm_placement') === 'post';
  const inTurn = String(view.option('sub_layers') ?? 'sequential') === 'sequential';
  let state = `${stack}.embedding.output`; // what the sub-layer takes
  for (const layer of view.layers(pass, stack)) {
    const input = state;
    for (const part of ['self_attention', 'cross_attention', 'feed_forward'] as const) {
      const prefix = `${stack}.layer.${layer}.${part}`;
      const before = post ? `${prefix}.sum` : inTurn ? state : input;
      put({ name: `${prefix}.norm`, before, layer, part, output: false });
      put({ name: `${prefix}.output_norm`, before: `${prefix}.output`, layer, part, output: true });
      if (!post && has(`${prefix}.sum`)) state = `${prefix}.sum`;
    }
    state = `${stack}.layer.${layer}.output`;
  }
  put({ name: `${stack}.final_norm`, before: state, part: 'final_norm', output: false });
  return norms;
}
