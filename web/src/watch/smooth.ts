// SPDX-License-Identifier: Apache-2.0
// Smoothing that invents nothing: a mean of what was before, in which older values count ever less.

/**
 * The exponential moving average with its bias corrected (Kingma & Ba 2014, section 3), over every value of the series:
 * m_n = m_{n−1} + (x_n − m_{n−1}) (1 − β) / (1 − βⁿ). In this form a constant stays the same number to the last bit.
 * A gap stays a gap: it is not counted, and the mean goes on behind it.
 */
export function smoothed(values: ArrayLike<number>, beta: number): Float64Array {
  const out = new Float64Array(values.length);
  let mean = 0;
  let power = 1; // βⁿ
  for (let i = 0; i < values.length; ++i) {
    const x = values[i]!;
    if (!Number.isFinite(x)) {
      out[i] = Number.NaN;
      continue;
    }
    power *= beta;
    mean += (x - mean) * ((1 - beta) / (1 - power));
    out[i] = mean;
  }
  return out;
}
