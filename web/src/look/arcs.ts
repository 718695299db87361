// SPDX-License-Identifier: Apache-2.0
// Where the arcs of a head are drawn. Tokens stand where the browser has set them, in the order of their text, so
// right-to-left texts and runs of another direction need nothing of their own here.

export interface Box {
  left: number;
  right: number;
}

export interface Arc {
  query: number;
  key: number;
  weight: number;
}

// Links with less weight are not drawn: of the chosen query, and of the others, of which there are at most so many.
const least = 0.01;
const leastOfOthers = 0.05;
const mostOthers = 400;

/** The links of a part of a head: those of the chosen query, and of the others the strongest; strongest last. */
export function arcsOf(
  weight: (query: number, key: number) => number,
  queries: readonly [number, number], // first and count
  keys: readonly [number, number],
  chosen: number,
): { own: Arc[]; others: Arc[] } {
  const own: Arc[] = [];
  const others: Arc[] = [];
  for (let query = queries[0]; query < queries[0] + queries[1]; ++query) {
    for (let key = keys[0]; key < keys[0] + keys[1]; ++key) {
      const p = weight(query, key);
      if (query === chosen ? p >= least : p >= leastOfOthers)
        (query === chosen ? own : others).push({ query, key, weight: p });
    }
  }
  const rising = (a: Arc, b: Arc) => a.weight - b.weight;
  return { own: own.sort(rising), others: others.sort(rising).slice(-mostOthers) };
}

/** The share of a query's weight on keys outside of a part. */
export function shareOutside(
  weight: (key: number) => number,
  keys: number,
  [first, count]: readonly [number, number],
): number {
  let sum = 0;
  for (let s = 0; s < keys; ++s) if (s < first || s >= first + count) sum += weight(s);
  return sum;
}

export const middle = ({ left, right }: Box): number => (left + right) / 2;

const tallest = 150;

/** How far an arc over `span` pixels rises. */
export const heightOf = (span: number): number => Math.min(tallest, 16 + Math.abs(span) * 0.3);

/** In one text: half an ellipse from query to key, above the line for keys before the query, below it for later ones. */
export function ownArc(query: Box, key: Box, back: boolean, top: number, bottom: number): string {
  const [from, to] = [middle(query), middle(key)];
  const y = back ? top : bottom;
  if (from === to) {
    // A loop on the token itself.
    return `M ${from - 4} ${top} C ${from - 11} ${top - 20} ${from + 11} ${top - 20} ${from + 4} ${top}`;
  }
  const clockwise = from < to === back ? 1 : 0;
  return `M ${from} ${y} A ${Math.abs(to - from) / 2} ${heightOf(to - from)} 0 0 ${clockwise} ${to} ${y}`;
}

/** Between two texts: a curve from the query below up to the key above. */
export function crossArc(query: Box, key: Box, keysBottom: number, queriesTop: number): string {
  const [from, to] = [middle(query), middle(key)];
  const half = (keysBottom + queriesTop) / 2;
  return `M ${from} ${queriesTop} C ${from} ${half} ${to} ${half} ${to} ${keysBottom}`;
}
