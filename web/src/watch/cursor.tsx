// SPDX-License-Identifier: Apache-2.0
// The cursor: a vertical line at one place of the horizontal axis in every chart, with the values there. The pointer or
// the arrow keys move it.
import { say } from '../shared/language.ts';
import { exact } from '../shared/numbers.ts';
import { theme } from '../shared/theme.ts';
import { durationText } from './axis.ts';
import { ink } from './colours.ts';
import { type ChartProps, type Curve, height, margin, type Scales, shownValues } from './scales.ts';
import { cursor } from './state.ts';
import { words } from './words.ts';

export interface Read {
  curve: Curve;
  x: number;
  y: number; // as drawn
  raw: number;
}

/** The index of the value that is nearest to `x` in an ascending list; −1 where there is none. */
export function nearest(xs: ArrayLike<number>, x: number): number {
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (!(xs[middle]! >= x)) low = middle + 1;
    else high = middle;
  }
  const best = low > 0 && Math.abs(xs[low - 1]! - x) <= Math.abs(xs[low]! - x) ? low - 1 : low;
  return Number.isFinite(xs[best] ?? Number.NaN) ? best : -1;
}

export function readAt(curves: Curve[], x: number): Read[] {
  return curves.flatMap((curve) => {
    const i = nearest(curve.xs, x);
    return i < 0 ? [] : [{ curve, x: curve.xs[i]!, y: shownValues(curve)[i]!, raw: curve.ys[i]! }];
  });
}

const most = 10;

export function Cursor({ curves, scales, axis }: ChartProps & { scales: Scales }) {
  const x = cursor.value;
  if (x === undefined || x < scales.domainX[0] || x > scales.domainX[1]) return null;
  const read = readAt(curves, x).filter((one) => Number.isFinite(one.y));
  if (read.length === 0) return null;
  const px = scales.x(read[0]!.x);
  const sorted = [...read].sort((a, b) => b.y - a.y);
  const { text, surface } = ink[theme.value];
  const place = axis === 'time' ? durationText(read[0]!.x) : String(Math.round(read[0]!.x));
  return (
    <>
      <svg class="cursor" width={scales.width} height={height} aria-hidden="true">
        <line x1={px} x2={px} y1={margin.top} y2={height - margin.bottom} stroke={text} opacity="0.5" />
        {read.map((one) => {
          const [cx, cy] = [scales.x(one.x), scales.y(one.y)];
          if (!Number.isFinite(cy)) return null;
          return <circle key={one.curve.key} cx={cx} cy={cy} r="4" fill={one.curve.colour} stroke={surface} />;
        })}
      </svg>
      <div class={`readout ${px > scales.width / 2 ? 'at-left' : 'at-right'}`} aria-hidden="true">
        <b>{place}</b>
        {sorted.slice(0, most).map((one) => (
          <span key={one.curve.key}>
            <i style={{ background: one.curve.colour }} />
            <bdi>{one.curve.label}</bdi> <em>{valueText(one)}</em>
          </span>
        ))}
        {sorted.length > most && <span>+ {sorted.length - most}</span>}
      </div>
    </>
  );
}

function valueText(one: Read): string {
  const raw = exact(Number(one.raw.toPrecision(5)));
  if (one.curve.smoothing === 0) return raw;
  return `${Number(one.y.toPrecision(4))} (${raw})`;
}

/** Moves the cursor by a key; the text to be said, if the key was one of the cursor's. */
export function cursorKeys(event: KeyboardEvent, props: ChartProps, scales: Scales): string | undefined {
  if (event.key === 'Escape') {
    cursor.value = undefined;
    return '';
  }
  const far = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 }[event.key];
  const longest = [...props.curves].sort((a, b) => b.xs.length - a.xs.length)[0];
  if (far === undefined || !longest) return undefined;
  event.preventDefault();
  const from = nearest(longest.xs, cursor.value ?? scales.domainX[0]);
  // A long curve is walked through in 200 strides; Shift goes value by value.
  const stride = event.shiftKey ? 1 : Math.max(1, Math.round(longest.xs.length / 200));
  const next = Math.min(longest.xs.length - 1, Math.max(0, from + far * stride));
  cursor.value = longest.xs[next]!;
  const read = readAt(props.curves, longest.xs[next]!);
  return read.map((one) => `${one.curve.label}: ${valueText(one)}`).join('; ') || say(words.noNumbers);
}
