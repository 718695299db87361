// SPDX-License-Identifier: Apache-2.0
// Lines over the rows of a series, with bands around a forecast and a border where the past ends.
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { useRef, useState } from 'preact/hooks';
import { short } from '../../shared/numbers.ts';
import { useWidth } from './width.ts';

export interface TimeSeries {
  name: string;
  first: number; // index of its first row
  values: number[];
}

export interface TimeBand {
  first: number;
  low: number[];
  high: number[];
}

export function TimeChart(props: {
  name: string;
  times: string[];
  series: TimeSeries[];
  bands: TimeBand[];
  border: number; // index of the first row that is not known
  height?: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number>();
  const width = useWidth(box);
  const height = props.height ?? 260;
  const margin = { left: 56, right: 14, top: 12, bottom: 30 };
  const n = props.times.length;
  const all = [...props.series.map((s) => s.values), ...props.bands.flatMap((b) => [b.low, b.high])].flat();
  const [low = 0, high = 1] = extent(all.filter(Number.isFinite));
  const x = scaleLinear([0, Math.max(1, n - 1)], [margin.left, width - margin.right]);
  const y = scaleLinear([low, low === high ? low + 1 : high], [height - margin.bottom, margin.top]).nice();
  const path = (s: TimeSeries) =>
    line<number>()
      .defined(Number.isFinite)
      .x((_, i) => x(s.first + i))
      .y((v) => y(v))(s.values) ?? '';
  const surface = (b: TimeBand) =>
    area<number>()
      .x((_, i) => x(b.first + i))
      .y0((_, i) => y(b.low[i]!))
      .y1((_, i) => y(b.high[i]!))(b.low) ?? '';
  const ticks = ticksOf(n, width - margin.left - margin.right, props.times);
  const at = pointed ?? Math.min(props.border, n - 1);
  const border = x(Math.max(0, props.border - 0.5));
  const point = (event: PointerEvent) => {
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    setPointed(Math.max(0, Math.min(n - 1, Math.round(x.invert(event.clientX - left)))));
  };
  return (
    <div class="curve time-chart" dir="ltr" ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={props.name}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
      >
        {y.ticks(5).map((tick) => (
          <g key={tick} transform={`translate(0 ${y(tick)})`}>
            <line x1={margin.left} x2={width - margin.right} class="grid-line" />
            <text x={margin.left - 6} dy="0.32em" text-anchor="end" class="tick">
              {short(tick, 3)}
            </text>
          </g>
        ))}
        {ticks.map((i) => (
          <text key={i} x={x(i)} y={height - 10} class="tick" text-anchor="middle">
            {props.times[i]}
          </text>
        ))}
        {props.bands.map((b, i) => (
          <path key={i} d={surface(b)} class="band" />
        ))}
        <line x1={border} x2={border} y1={margin.top} y2={height - margin.bottom} class="chosen-line" />
        {props.series.map((s, k) => (
          <g key={s.name} class={`series tone-${k}`}>
            <path d={path(s)} />
            {s.values.length === 1 && <circle cx={x(s.first)} cy={y(s.values[0]!)} r="2.6" />}
          </g>
        ))}
        {pointed !== undefined && (
          <line x1={x(pointed)} x2={x(pointed)} y1={margin.top} y2={height - margin.bottom} class="grid-line" />
        )}
      </svg>
      <p class="series-names">
        {props.series.map((s, k) => (
          <span key={s.name} class={`series-name tone-${k}`}>
            <bdi>{s.name}</bdi>
          </span>
        ))}
      </p>
      <p class="time-read">
        <bdi>{props.times[at]}</bdi>
        {props.series
          .filter((s) => at >= s.first && at < s.first + s.values.length)
          .map((s) => (
            <span key={s.name}>
              <bdi>{s.name}</bdi> <bdi>{short(s.values[at - s.first]!)}</bdi>
            </span>
          ))}
      </p>
    </div>
  );
}

/** The rows that are named below the chart, as many as there is room for. */
function ticksOf(n: number, room: number, times: string[]): number[] {
  const wide = 7 * Math.max(...times.slice(0, 1).map((t) => t.length), 4) + 16;
  const most = Math.max(1, Math.min(n, Math.floor(room / wide)));
  return Array.from({ length: most }, (_, k) => Math.floor(((k + 0.5) * n) / most));
}
