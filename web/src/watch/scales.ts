// SPDX-License-Identifier: Apache-2.0
// What a chart shows, and the scales from values to pixels.
import type { Mark } from './format.ts';
import { smoothed } from './smooth.ts';
import type { Axis } from './state.ts';

export interface Curve {
  key: string;
  label: string;
  colour: string;
  dash?: string | undefined;
  xs: ArrayLike<number>;
  ys: Float32Array;
  smoothing: number; // β; 0: the values themselves
  rings: boolean; // a ring at each value, where they are few
}

/** A line across: a limit, or a value to compare with. */
export interface Guide {
  y: number;
  label: string;
}

export interface Sign {
  x: number;
  shape: 'line' | 'cross' | 'star' | 'triangle';
  mark: Mark['mark'];
  colour: string;
  label: string;
}

export interface ChartProps {
  name: string;
  curves: Curve[];
  guides: Guide[];
  signs: Sign[];
  axis: Axis;
  logX: boolean;
  logY: boolean;
}

export const margin = { left: 58, right: 16, top: 12, bottom: 30 };
export const height = 264;

/** From values to pixels and back. */
export interface Scales {
  x: (value: number) => number;
  y: (value: number) => number;
  xOf: (pixel: number) => number;
  width: number;
  domainX: [number, number];
  domainY: [number, number];
}

const smoothOf = new WeakMap<Float32Array, { beta: number; values: Float64Array }>();

/** The curve as it is drawn: smoothed over the full series, before any point is left out. */
export function shownValues(curve: Curve): ArrayLike<number> {
  if (curve.smoothing === 0) return curve.ys;
  let found = smoothOf.get(curve.ys);
  if (found?.beta !== curve.smoothing) {
    found = { beta: curve.smoothing, values: smoothed(curve.ys, curve.smoothing) };
    smoothOf.set(curve.ys, found);
  }
  return found.values;
}

/** The range of the finite values; of those above 0 where the axis is logarithmic. A little room where it has none. */
export function domainOf(lists: ArrayLike<number>[], log: boolean): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const list of lists) {
    for (let i = 0; i < list.length; ++i) {
      const x = list[i]!;
      if (!Number.isFinite(x) || (log && x <= 0)) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
  }
  if (low > high) return log ? [1, 10] : [0, 1];
  if (low < high) return [low, high];
  if (log) return [low / 1.5, low * 1.5];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, low + room];
}

export function scalesOf(props: ChartProps, width: number): Scales {
  const { curves, guides, logX, logY } = props;
  const domainX = domainOf(
    curves.map((curve) => curve.xs),
    logX,
  );
  const domainY = domainOf([...curves.map((curve) => curve.ys), guides.map((guide) => guide.y)], logY);
  const axisOf = (domain: [number, number], log: boolean, from: number, to: number) => {
    const f = log ? (v: number) => (v > 0 ? Math.log(v) : Number.NaN) : (v: number) => v;
    const [a, b] = [f(domain[0]), f(domain[1])];
    return (v: number) => from + ((f(v) - a) / (b - a)) * (to - from);
  };
  const [left, right] = [margin.left, width - margin.right];
  return {
    x: axisOf(domainX, logX, left, right),
    y: axisOf(domainY, logY, height - margin.bottom - 6, margin.top + 6),
    xOf: (pixel) => {
      const share = (pixel - left) / (right - left);
      const [a, b] = domainX;
      return logX ? a * (b / a) ** share : a + share * (b - a);
    },
    width,
    domainX,
    domainY,
  };
}
