// SPDX-License-Identifier: Apache-2.0
// A chart with its name, what it shows, its controls, and the numbers behind it.
import type { ComponentChildren } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { comma, say } from '../shared/language.ts';
import { exact } from '../shared/numbers.ts';
import { NumbersTable, save } from '../shared/table.tsx';
import { terms } from '../shared/terms.ts';
import { theme } from '../shared/theme.ts';
import { placer, places } from './axis.ts';
import { Chart, Shape, svgFile } from './chart.tsx';
import { ink, runColour } from './colours.ts';
import { type Series, stepsOf, valuesOf } from './data.ts';
import type { Run } from './format.ts';
import type { Curve, Guide, Sign } from './scales.ts';
import { change, view } from './state.ts';
import { markWords, words } from './words.ts';

export interface PanelSpec {
  id: string;
  title: string;
  help: string;
  notes?: string[]; // under the chart
  series: Series[];
  /** how a series is named, drawn and coloured; the colour of its run by default */
  look?: (series: Series) => {
    label?: string;
    colour?: string;
    rings?: boolean;
    plain?: boolean;
    dash?: string | undefined;
  };
  guides?: Guide[];
  logY: boolean; // unless the reader chose
  marks?: boolean;
  wide?: boolean;
  controls?: ComponentChildren;
}

/** The curves of the series that are unpacked, of runs that are not hidden. */
function curvesOf(runs: Run[], spec: PanelSpec): { curves: Curve[]; unplaced: Set<number> } {
  const { axis, hidden, smoothing } = view.value;
  const unplaced = new Set<number>();
  const curves = spec.series.flatMap((series): Curve[] => {
    if (hidden.includes(series.run)) return [];
    const xs = places(runs, series.run, series.table, axis);
    const ys = valuesOf(series.column);
    if (!xs || !ys) return [];
    if (xs.length > 0 && !Array.prototype.some.call(xs, Number.isFinite)) {
      unplaced.add(series.run);
      return [];
    }
    const look = spec.look?.(series) ?? {};
    const name = runs.length > 1 ? runs[series.run]!.name : '';
    return [
      {
        key: `${series.run} ${series.name} ${series.column.block.id}`,
        label: [name, look.label].filter(Boolean).join(' · ') || series.name,
        colour: look.colour ?? runColour(series.run, theme.value),
        dash: look.dash,
        xs,
        ys,
        smoothing: look.plain || look.rings ? 0 : smoothing,
        rings: look.rings ?? false,
      },
    ];
  });
  return { curves, unplaced };
}

const nothing = { curves: [], unplaced: new Set<number>() };
const countOf = new WeakMap<Float32Array, number>();

/** How many values have no logarithm, and are finite. */
function notAboveZero(values: Float32Array): number {
  let found = countOf.get(values);
  if (found === undefined) {
    found = 0;
    for (let i = 0; i < values.length; ++i) if (values[i]! <= 0 && values[i]! > Number.NEGATIVE_INFINITY) ++found;
    countOf.set(values, found);
  }
  return found;
}

const shapes = { resumed: 'line', skipped: 'cross', best: 'star', saved: 'triangle', diverged: 'cross' } as const;

/** Of the best validations the last one is the model; that one has a sign. */
function signsOf(runs: Run[]): Sign[] {
  return runs.flatMap((run, r) => {
    const place = view.value.hidden.includes(r) ? undefined : placer(runs, r, view.value.axis);
    if (!place) return [];
    const best = run.marks.findLast((mark) => mark.mark === 'best');
    return run.marks.flatMap((mark): Sign[] => {
      if (mark.mark === 'begun' || mark.mark === 'ended' || (mark.mark === 'best' && mark !== best)) return [];
      const label = [say(markWords[mark.mark]), runs.length > 1 ? run.name : '', mark.step, mark.note ?? '']
        .filter((part) => part !== '')
        .join(' · ');
      return [
        { x: place(mark.step), shape: shapes[mark.mark], colour: runColour(r, theme.value), label, mark: mark.mark },
      ];
    });
  });
}

export function Panel({ runs, spec, waits }: { runs: Run[]; spec: PanelSpec; waits: boolean }) {
  const svg = useRef<SVGSVGElement | null>(null);
  const { axis, logX, logY, hidden } = view.value;
  const log = logY[spec.id] ?? spec.logY;
  const { curves, unplaced } = waits ? nothing : curvesOf(runs, spec);
  const signs = spec.marks ? signsOf(runs) : [];
  // The same curves give the same picture: it is drawn anew only when something of it has changed.
  const key = [
    axis,
    logX,
    log,
    theme.value,
    say(words.loss),
    ...curves.map((c) => [c.key, c.smoothing, c.colour, c.label]),
  ];
  // The key says all that the picture depends on.
  const props = useMemo(
    () => ({ name: spec.title, curves, guides: spec.guides ?? [], signs, axis, logX, logY: log }),
    [key.join('|'), signs.map((sign) => sign.label + sign.x).join('|'), JSON.stringify(spec.guides ?? [])],
  );
  const shown = spec.series.filter((series) => !hidden.includes(series.run));
  const notFinite = shown.reduce((sum, series) => sum + series.column.not_finite, 0);
  const nowhere = log ? curves.reduce((sum, curve) => sum + notAboveZero(curve.ys), 0) : 0;
  return (
    <section class={spec.wide ? 'panel across' : 'panel'} aria-labelledby={`panel-${spec.id}`} data-panel={spec.id}>
      <header>
        <h2 id={`panel-${spec.id}`}>{spec.title}</h2>
        <span class="panel-tools">
          <label>
            <input
              type="checkbox"
              checked={log}
              aria-label={`${say(words.logY)}: ${spec.title}`}
              onChange={() => change({ logY: { ...logY, [spec.id]: !log } })}
            />{' '}
            {say(words.logarithmic)}
          </label>
          <button
            type="button"
            class="small"
            aria-label={`${say(words.saveSvg)}: ${spec.title}`}
            onClick={() => svg.current && save(`${spec.id}.svg`, 'image/svg+xml', svgFile(svg.current, spec.title))}
          >
            SVG
          </button>
        </span>
      </header>
      <p class="muted help">{spec.help}</p>
      {spec.controls}
      <Chart {...props} svg={svg} />
      {spec.marks && <Key curves={curves} signs={signs} single={runs.length === 1} />}
      {spec.notes?.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {unplaced.size > 0 && (
        <p class="note">{say(words.noX, [...unplaced].map((run) => runs[run]!.name).join(say(comma)))}</p>
      )}
      {nowhere > 0 && <p class="note">{say(words.nowhere, nowhere)}</p>}
      {notFinite > 0 && <p class="note">{say(words.notFinite, notFinite)}</p>}
      {!waits && <Numbers runs={runs} spec={spec} series={shown} />}
    </section>
  );
}

/** What the lines and signs of a chart mean. */
function Key({ curves, signs, single }: { curves: Curve[]; signs: Sign[]; single: boolean }) {
  const { text } = ink[theme.value];
  const lines = single
    ? curves.map(({ colour, rings }) => ({ colour, rings }))
    : [false, true].map((rings) => ({ colour: text, rings }));
  const kinds = [...new Map(lines.map((line) => [line.rings, line])).values()];
  const shown = [...new Map(signs.map((sign) => [sign.shape, sign])).values()];
  return (
    <ul class="key" dir="ltr">
      {kinds.map(({ colour, rings }) => (
        <li key={`${rings}`}>
          <svg width="26" height="14" aria-hidden="true" stroke={colour} stroke-width="2">
            <line x1="1" x2="25" y1="7" y2="7" />
            {rings && <circle cx="13" cy="7" r="3.6" fill={ink[theme.value].surface} />}
          </svg>
          {say(rings ? terms.validation : terms.training)}
        </li>
      ))}
      {shown.map((sign) => (
        <li key={sign.shape}>
          <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" stroke={text} fill={text}>
            {sign.shape === 'line' ? <path d="M0,-7v14" stroke-dasharray="2 3" /> : <Shape shape={sign.shape} />}
          </svg>
          {say(markWords[sign.mark])}
        </li>
      ))}
    </ul>
  );
}

/** All values as a table: a row for each step, a column for each series. */
function Numbers({ runs, spec, series }: { runs: Run[]; spec: PanelSpec; series: Series[] }) {
  const key = series.map((one) => one.column.block.id).join(' ');
  const ready = series.length > 0 && series.every((one) => stepsOf(one.table) && valuesOf(one.column));
  // The rows are found when the table is opened. The key names the series.
  const rows = useMemo(() => {
    let found: ReturnType<typeof rowsOf> | undefined;
    return () => {
      found ??= rowsOf(series);
      return found;
    };
  }, [key, ready]);
  if (!ready) return null;
  const name = (one: Series) => [runs.length > 1 ? runs[one.run]!.name : '', one.name].filter(Boolean).join(' ');
  return (
    <NumbersTable
      numbers={{
        name: spec.id,
        corner: 'step',
        get rows() {
          return rows().steps.length;
        },
        columns: series.length,
        row: (r) => String(rows().steps[r]),
        column: (c) => name(series[c]!),
        cell: (r, c) => {
          const i = rows().rowOf[c]![r]!;
          return i < 0 ? '' : exact(valuesOf(series[c]!.column)![i]!);
        },
      }}
    />
  );
}

/** The steps of all series, and for each series which of its rows stands at each of them (−1: none). */
export function rowsOf(series: Series[]): { steps: Int32Array; rowOf: Int32Array[] } {
  const lists = series.map((one) => stepsOf(one.table)!);
  const next = lists.map(() => 0);
  const most = lists.reduce((sum, list) => sum + list.length, 0);
  const steps = new Int32Array(most);
  const rowOf = lists.map(() => new Int32Array(most).fill(-1));
  let rows = 0;
  for (;;) {
    let step = Number.POSITIVE_INFINITY;
    lists.forEach((list, c) => {
      if (next[c]! < list.length) step = Math.min(step, list[next[c]!]!);
    });
    if (step === Number.POSITIVE_INFINITY) break;
    steps[rows] = step;
    lists.forEach((list, c) => {
      if (next[c]! < list.length && list[next[c]!] === step) rowOf[c]![rows] = next[c]!++;
    });
    ++rows;
  }
  return { steps: steps.subarray(0, rows), rowOf: rowOf.map((list) => list.subarray(0, rows)) };
}
