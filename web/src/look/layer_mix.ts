// SPDX-License-Identifier: Apache-2.0
// The mix of layers that a task over language models has learnt, from the model's options.
import { numberOf, type View } from './index_view.ts';

export interface LayerMix {
  shares: number[]; // of what the first layer reads, then of each layer
  scale: number;
}

export function layerMix(view: Pick<View, 'option'>): LayerMix | undefined {
  const number = (name: string) => {
    const x = view.option(name);
    return x === undefined || typeof x === 'boolean' ? undefined : numberOf(x as number);
  };
  const shares: number[] = [];
  for (;;) {
    const share = number(`mix_share_of_layer_${shares.length}`);
    if (share === undefined) break;
    shares.push(share);
  }
  return shares.length === 0 ? undefined : { shares, scale: number('mix_scale') ?? 1 };
}
