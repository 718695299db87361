// SPDX-License-Identifier: Apache-2.0
// What was measured by cutting: of each link (query → key) the change of the answer's log-probability.
import type { Cuts } from './format.ts';
import { numberOf, type Stack } from './index_view.ts';

/** log p of the answer without the link, minus that with everything; undefined where the link was not cut. */
export function cutLinks(
  cuts: Cuts | undefined,
  queryStack: Stack,
  keyStack: Stack,
  query: number,
): Map<number, number> {
  const effects = new Map<number, number>();
  for (const link of cuts?.links ?? []) {
    if (link.query_stack !== queryStack || link.stack !== keyStack || link.query !== query) continue;
    effects.set(link.token, numberOf(link.log_probability) - numberOf(cuts!.log_probability));
  }
  return effects;
}
