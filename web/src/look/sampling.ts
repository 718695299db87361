// SPDX-License-Identifier: Apache-2.0
// What temperature, top-k and top-p make of a distribution, from its largest logits and log Σ exp(logit) over the
// whole vocabulary. At temperature 1 without top-k and top-p these are the recorded probabilities; otherwise the
// shares among the logits that are known.

export interface Sampling {
  temperature: number;
  topK: number; // 0: all
  topP: number; // 1: all
}

/** `logits` from the largest on. The result is 0 for what is left out. */
export function resample(logits: readonly number[], logSum: number, { temperature, topK, topP }: Sampling): number[] {
  const plain = temperature === 1;
  const most = logits[0] ?? 0;
  const total = logits.reduce((sum, z) => sum + Math.exp((z - most) / temperature), 0);
  const shares = logits.map((z) => (plain ? Math.exp(z - logSum) : Math.exp((z - most) / temperature) / total));
  let before = 0;
  const kept = shares.map((p, i) => {
    // The token that passes p is kept, as samplers do.
    const keep = (topK === 0 || i < topK) && before < topP;
    before += p;
    return keep;
  });
  if (kept.every(Boolean)) return shares;
  const sum = shares.reduce((s, p, i) => s + (kept[i] ? p : 0), 0);
  return shares.map((p, i) => (kept[i] ? p / sum : 0));
}
