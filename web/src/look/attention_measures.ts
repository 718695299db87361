// SPDX-License-Identifier: Apache-2.0
// What a head does, measured from its weights p [T, S].

import { type Scale, shareScale } from '../shared/colour.ts';

export interface Measures {
  entropy: number; // mean over the queries, bits
  itself: number; // mean weight on the query's own place
  previous: number; // on the place before
  first: number; // on the first key
  distance: number; // mean of Σ p·|t − s|
}

/** For self-attention `own` is true; places of two texts have no distance. */
export function measures(p: ArrayLike<number>, queries: number, keys: number, own: boolean): Measures {
  const sum: Measures = { entropy: 0, itself: 0, previous: 0, first: 0, distance: 0 };
  for (let t = 0; t < queries; ++t) {
    for (let s = 0; s < keys; ++s) {
      const weight = p[t * keys + s]!;
      if (weight > 0) sum.entropy -= weight * Math.log2(weight);
      if (own) sum.distance += weight * Math.abs(t - s);
    }
    sum.first += p[t * keys]!;
    if (own) {
      sum.itself += p[t * keys + t]!;
      sum.previous += t > 0 ? p[t * keys + t - 1]! : 0;
    }
  }
  return measured(sum, queries);
}

/** Means over the queries from their sums. */
export function measured(sum: Measures, queries: number): Measures {
  const mean = { ...sum };
  for (const key of Object.keys(mean) as (keyof Measures)[]) mean[key] /= Math.max(1, queries);
  // The first query has no place before it.
  if (queries > 1) mean.previous *= queries / (queries - 1);
  return mean;
}

/** Colours of weights: where there are many keys, small weights must be seen too. */
export const weightScale = (keys: number): Scale => shareScale(1, keys > 24);

export type Kind = 'itself' | 'previous' | 'first' | 'focused' | 'spread' | 'mixed';

/** The word for a head: where most of its weight goes, else how narrow it looks. */
export function kindOf(m: Measures, keys: number, own: boolean): Kind {
  if (keys <= 1) return 'focused';
  const places = own ? (['itself', 'previous', 'first'] as const) : ([] as const);
  const best = [...places].sort((a, b) => m[b] - m[a])[0];
  if (best && m[best] > 0.5) return best;
  const even = Math.log2(keys);
  if (m.entropy < 0.35 * even) return 'focused';
  return m.entropy > 0.8 * even ? 'spread' : 'mixed';
}
