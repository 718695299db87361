// SPDX-License-Identifier: Apache-2.0
// The key to a picture's colours: a strip of the scale with numbers at its ends.
import type { Scale } from './colour.ts';
import { colourOf, css, stepsOf } from './colour.ts';
import { short } from './numbers.ts';
import { theme } from './theme.ts';

export function Legend({ scale, label }: { scale: Scale; label: string }) {
  const stops = stepsOf(scale, 13);
  const middle = scale.kind === 'signed' || (scale.kind === 'share' && scale.root);
  const ends = middle ? [stops[0]!, stops[6]!, stops[12]!] : [stops[0]!, stops[12]!];
  return (
    <span class="legend" role="img" aria-label={`${label}: ${ends.map((x) => short(x, 3)).join(' … ')}`}>
      <span class="legend-label">{label}</span>
      <span class="legend-scale" dir="ltr">
        <span class="legend-strip">
          {stops.map((x) => (
            <i key={x} style={{ background: css(colourOf(x, scale, theme.value)) }} />
          ))}
        </span>
        <span class="legend-ends">
          {ends.map((x) => (
            <span key={x}>{short(x, 3)}</span>
          ))}
        </span>
      </span>
    </span>
  );
}
