// SPDX-License-Identifier: Apache-2.0
// The parts of a model that parameters belong to, by their names.
import type { Stack } from './index_view.ts';

export interface GroupPlace {
  stack?: Stack;
  layer?: number;
  part: string; // "self_attention", "norm"; of what is in no layer the name itself
  normOf?: string; // of a norm of a layer: the sub-layer that it belongs to
}

/** "decoder.layer.0.self_attention_norm" → the norms of layer 0 of the decoder. */
export function placeOfGroup(name: string): GroupPlace {
  const match = /^(?:(encoder|decoder)(?:\.upper)?\.)?(?:layer\.(\d+)\.?)?(.*)$/.exec(name)!;
  const [, stack, layer, rest = ''] = match;
  const norm = layer === undefined ? null : /^(.*)_norm$/.exec(rest);
  return {
    ...(stack && { stack: stack as Stack }),
    ...(layer !== undefined && { layer: Number(layer) }),
    part: norm ? 'norm' : rest,
    ...(norm && { normOf: norm[1]!.replace(/_output$/, '') }),
  };
}

/** Sizes by layer for each part that layers of a stack have: groups of one part are taken together. */
export function seriesOf(places: GroupPlace[], sizes: number[], stack: Stack) {
  const squares = new Map<string, number[]>();
  let layers = 0;
  places.forEach((place, i) => {
    if (place.stack !== stack || place.layer === undefined) return;
    layers = Math.max(layers, place.layer + 1);
    const values = squares.get(place.part) ?? [];
    squares.set(place.part, values);
    values[place.layer] = (values[place.layer] ?? 0) + sizes[i]! ** 2;
  });
  const series = [...squares].map(([part, values]) => ({
    part,
    values: Array.from({ length: layers }, (_, l) => Math.sqrt(values[l] ?? Number.NaN)),
  }));
  return { layers, series };
}

/** How far along a logarithmic axis of all sizes one of them lies: the least is a tenth, the largest 1. */
export function logShare(size: number, all: number[]): number {
  const finite = all.filter((x) => x > 0 && Number.isFinite(x)).map(Math.log10);
  if (!(size > 0) || !Number.isFinite(size) || finite.length === 0) return 0;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return high > low ? 0.1 + (0.9 * (Math.log10(size) - low)) / (high - low) : 1;
}
