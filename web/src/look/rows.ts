// SPDX-License-Identifier: Apache-2.0
// Rows of a decoder: what is chosen while a row is read.
import type { Stack, View } from './index_view.ts';

export interface Next {
  how: 'chosen' | 'predicted'; // by the model itself, or in a text that it was given
  at?: number; // of the token; without one it is beyond the text
}

/** The token that a decoder chooses at one of its rows; undefined where a stack chooses none. */
export function nextOf(view: View, pass: number, stack: Stack, row: number): Next | undefined {
  const sequence = view.sequence(pass, stack);
  if (stack !== 'decoder' || view.index.model.head !== 'language-model' || !sequence) return undefined;
  const at = row + 1;
  if (at >= sequence.tokens.length) return { how: 'chosen' };
  const own = sequence.own_from !== undefined && at >= sequence.own_from && !sequence.forced;
  return { how: own ? 'chosen' : 'predicted', at };
}
