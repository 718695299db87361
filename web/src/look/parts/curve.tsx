// SPDX-License-Identifier: Apache-2.0
// Lines over the tokens of a text or over the layers, as SVG: readable by tests and by screen readers.
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { useRef } from 'preact/hooks';
import { type Direction, lengthOf } from '../../shared/bidi.ts';
import { short } from '../../shared/numbers.ts';
import { useWidth } from './width.ts';

export interface Series {
  name: string;
  values: number[];
  tone?: number; // 0 to 3
}

export function Curve(props: {
  name: string;
  series: Series[];
  label: (i: number) => string;
  log?: boolean;
  height?: number;
  chosen?: number | undefined;
  onPick?: (i: number) => void;
  direction?: Direction; // of the text whose tokens the axis has
}) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const height = props.height ?? 190;
  const n = Math.max(...props.series.map((s) => s.values.length));
  const longest = Math.max(...Array.from({ length: n }, (_, i) => lengthOf(props.label(i))), 1);
  const backward = props.direction === 'rtl';
  // The label at the left reaches beyond its place.
  const first = Math.min(18, lengthOf(props.label(backward ? n - 1 : 0)));
  const margin = { left: Math.max(52, 8 + first * 4.6), right: 12, top: 10, bottom: 22 + Math.min(18, longest) * 4.4 };
  const finite = props.series.flatMap((s) => s.values).filter((v) => Number.isFinite(v) && (!props.log || v > 0));
  const [low = 0, high = 1] = extent(finite);
  const [left, right] = [margin.left, width - margin.right];
  const x = scaleLinear([0, Math.max(1, n - 1)], backward ? [right, left] : [left, right]);
  const apart = Math.abs(x(1) - x(0));
  const y = props.log
    ? scaleLog([low || 1e-9, high || 1], [height - margin.bottom, margin.top]).nice()
    : scaleLinear(
        [Math.min(0, low), Math.max(high, low === high ? high + 1 : high)],
        [height - margin.bottom, margin.top],
      ).nice();
  const path = line<number>()
    .defined((v) => Number.isFinite(v) && (!props.log || v > 0))
    .x((_, i) => x(i))
    .y((v) => y(v));
  const ticks = props.log ? logTicks(y.domain() as [number, number]) : y.ticks(4);
  const step = Math.ceil(16 / Math.max(1, (width - margin.left - margin.right) / Math.max(1, n - 1)));
  return (
    <div class="curve" dir="ltr" ref={box}>
      <svg width={width} height={height} role="img" aria-label={props.name}>
        {ticks.map((tick) => (
          <g key={tick} transform={`translate(0 ${y(tick)})`}>
            <line x1={margin.left} x2={width - margin.right} class="grid-line" />
            <text x={margin.left - 6} dy="0.32em" text-anchor="end" class="tick">
              {short(tick, 2)}
            </text>
          </g>
        ))}
        {Array.from({ length: n }, (_, i) => i)
          .filter((i) => i % step === 0 || i === props.chosen)
          .map((i) => (
            <text
              key={i}
              class={`tick ${i === props.chosen ? 'chosen' : ''}`}
              transform={`translate(${x(i) + 4} ${height - margin.bottom + 12}) rotate(-40)`}
              text-anchor="end"
            >
              {`\u2068${props.label(i)}\u2069`}
            </text>
          ))}
        {props.chosen !== undefined && props.chosen < n && (
          <line
            x1={x(props.chosen)}
            x2={x(props.chosen)}
            y1={margin.top}
            y2={height - margin.bottom}
            class="chosen-line"
          />
        )}
        {props.series.map((s, k) => (
          <g key={s.name} class={`series tone-${s.tone ?? k}`}>
            <path d={path(s.values) ?? ''} />
            {n <= 64 &&
              s.values.map(
                (v, i) => Number.isFinite(v) && (!props.log || v > 0) && <circle key={i} cx={x(i)} cy={y(v)} r="2.6" />,
              )}
          </g>
        ))}
        {Array.from({ length: n }, (_, i) => (
          <rect
            key={i}
            x={x(i) - apart / 2}
            y={margin.top}
            width={Math.max(1, apart)}
            height={height - margin.bottom - margin.top}
            class="hit"
            onClick={() => props.onPick?.(i)}
          >
            <title>{`${props.label(i)}: ${props.series.map((s) => `${s.name} ${short(s.values[i] ?? Number.NaN)}`).join(', ')}`}</title>
          </rect>
        ))}
      </svg>
      {props.series.length > 1 && (
        <p class="series-names">
          {props.series.map((s, k) => (
            <span key={s.name} class={`series-name tone-${s.tone ?? k}`}>
              <bdi>{s.name}</bdi>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

function logTicks([low, high]: [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first) / 5));
  const ticks = [];
  for (let k = first; k <= last; k += step) ticks.push(10 ** k);
  return ticks;
}
