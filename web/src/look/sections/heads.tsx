// SPDX-License-Identifier: Apache-2.0
// Section 4, first part: all heads of the model at a glance, each with what was measured of it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { Legend } from '../../shared/legend.tsx';
import { count, decimal, inDigits, percent } from '../../shared/numbers.ts';
import { terms } from '../../shared/terms.ts';
import { theme } from '../../shared/theme.ts';
import { type Kind, kindOf, type Measures, measures, weightScale } from '../attention_measures.ts';
import type { TensorInfo } from '../format.ts';
import { addRow, beginOf, Glance } from '../glance.ts';
import { type Attention, attentionsOf, leftOut, placeOfHead } from '../index_view.ts';
import { type Grid, paint } from '../parts/paint.ts';
import { attention, attentions, chooseHead, head, mirrored, pass, view } from '../state.ts';
import { rowsOf, visitRows } from '../store.ts';
import { visibleRange } from '../unpack.ts';
import { HeadAnswer } from './head_answer.tsx';
import { hiddenBy, wholeMost } from './one_head_data.ts';

const words = {
  title: { en: 'All heads', fa: 'همهٔ سرها' },
  note: {
    en: 'One picture for each head: rows are queries, columns are keys, the stronger the colour the more weight. Choose one.',
    fa: 'برای هر سر یک تصویر: سطرها پرسش‌اند، ستون‌ها کلید، و رنگِ پررنگ‌تر یعنی وزن بیشتر. یکی را برگزینید.',
  },
  sort: { en: 'Order', fa: 'ترتیب' },
  layers: { en: 'by layer', fa: 'بر پایهٔ لایه' },
  itself: { en: 'looks at itself', fa: 'به خودش می‌نگرد' },
  previous: { en: 'looks at the place before', fa: 'به توکن پیشین می‌نگرد' },
  first: { en: 'looks at the first', fa: 'به نخستین توکن می‌نگرد' },
  focused: { en: 'looks at few', fa: 'به چند توکن می‌نگرد' },
  spread: { en: 'looks at all', fa: 'به همه می‌نگرد' },
  mixed: { en: 'mixed', fa: 'آمیخته' },
  layerHead: {
    en: (l: number, h: number) => `layer ${l} · head ${h}`,
    fa: (l: number, h: number) => `لایهٔ ${count(l)} · سر ${count(h)}`,
  },
  caption: {
    en: (entropy: string, share: string, distance: string) =>
      `entropy ${entropy} bits, first ${share}, distance ${distance}`,
    fa: (entropy: string, share: string, distance: string) =>
      `آنتروپی ${entropy} بیت، نخستین ${share}، فاصله ${distance}`,
  },
  weight: { en: 'weight', fa: 'وزن' },
  missing: { en: 'not in this page', fa: 'در این صفحه نیست' },
  long: {
    en: 'The text is long: a point is the largest weight of a block of queries and keys.',
    fa: 'متن بلند است: هر نقطه بزرگ‌ترین وزن در دسته‌ای از پرسش‌ها و کلیدهاست.',
  },
  leftOut: {
    en: (layers: string[]) =>
      layers.length === 1
        ? `Layer ${layers[0]} is not in this page. This brings it:`
        : `These layers are not in this page: ${layers.join(', ')}. This brings one of them:`,
    fa: (layers: string[]) =>
      layers.length === 1
        ? `لایهٔ ${layers[0]} در این صفحه نیست. با این گزینه آورده می‌شود:`
        : `این لایه‌ها در این صفحه نیستند: ${layers.join('، ')}. با این گزینه یکی از آن‌ها آورده می‌شود:`,
  },
  someHeads: {
    en: (layer: number) => `Of layer ${layer} some heads are not in this page. This brings them:`,
    fa: (layer: number) => `از لایهٔ ${count(layer)} چند سر در این صفحه نیست. با این گزینه آورده می‌شوند:`,
  },
} satisfies Record<
  string,
  Both | Both<[number]> | Both<[string[]]> | Both<[number, number]> | Both<[string, string, string]>
>;

interface Cell {
  of: Attention;
  head: number;
}

type Order = 'layers' | 'focused' | 'previous' | 'itself' | 'first';
const known = new Map<string, Measures>();
const keyOf = ({ of, head: h }: Cell) => `${pass.value}/${of.prefix}/${h}`;

export function AllHeads() {
  const [order, setOrder] = useState<Order>('layers');
  const [, measured] = useState(0);
  const groups = useMemo(() => group(attentions.value), [attentions.value]);
  return (
    <div class="all-heads">
      <h3>{say(words.title)}</h3>
      <p class="picture-note">
        {say(words.note)} {longest() > wholeMost && say(words.long)}
      </p>
      <div class="controls">
        <label>
          {say(words.sort)}{' '}
          <select value={order} onChange={(event) => setOrder((event.target as HTMLSelectElement).value as Order)}>
            {(['layers', 'focused', 'previous', 'itself', 'first'] as const).map((o) => (
              <option key={o} value={o}>
                {say(words[o])}
              </option>
            ))}
          </select>
        </label>
        <Legend scale={weightScale(longest())} label={say(words.weight)} />
      </div>
      {groups.map(({ title, cells }) => (
        <div key={title} class="heads-group">
          <h4>{title}</h4>
          <div class={`heads ${cells.length > 48 ? 'many' : ''}`}>
            {sorted(cells, order).map((cell) => (
              <Head key={keyOf(cell)} cell={cell} onMeasure={() => order !== 'layers' && measured((n) => n + 1)} />
            ))}
          </div>
          <LeftOut of={cells[0]!.of} />
          <div class="head-answer" aria-live="polite">
            {attention.value && cells.some(({ of }) => of.prefix === attention.value!.prefix) && (
              <HeadAnswer of={attention.value} />
            )}
          </div>
        </div>
      ))}
    </div>
  );
}

/** The most queries or keys of any head. */
function longest(): number {
  return Math.max(
    ...attentions.value.flatMap(
      (a) => view.value!.find(pass.value, `${a.prefix}.probabilities`)?.shape.slice(1) ?? [0],
    ),
  );
}

/** Instead of all heads, where the page has no room for any. */
export function NoHeads() {
  return (
    <>
      {attentionsOf(view.value!.index.plan.reduced, pass.value).map((of) => (
        <LeftOut key={`${of.stack} ${of.kind}`} of={of} />
      ))}
    </>
  );
}

/** Which layers and heads of a kind of attention the page has no room for, and the options that bring them. */
function LeftOut({ of }: { of: Pick<Attention, 'stack' | 'kind'> }) {
  const { layers, some } = leftOut(view.value!.index.plan.reduced, pass.value, of);
  return (
    <>
      {layers.length > 0 && (
        <p class="notice">
          {say(
            words.leftOut,
            layers.map(({ layer }) => inDigits(layer)),
          )}{' '}
          <code dir="ltr">{layers[0]!.flag}</code>
        </p>
      )}
      {some.map(({ layer, flag }) => (
        <p key={layer} class="notice">
          {say(words.someHeads, layer)} <code dir="ltr">{flag}</code>
        </p>
      ))}
    </>
  );
}

/** Heads in one group for each kind of attention: encoder self, decoder self, cross. */
function group(all: Attention[]) {
  const groups = new Map<string, Cell[]>();
  for (const of of all) {
    const key = `${of.stack} ${of.kind}`;
    const cells = groups.get(key) ?? [];
    groups.set(key, cells);
    for (let h = 0; h < of.heads; ++h) cells.push({ of, head: h });
  }
  return [...groups.values()].map((cells) => ({ title: nameOf(cells[0]!.of), cells }));
}

/** "decoder · masked self-attention" */
export function nameOf(of: Attention): string {
  const info =
    view.value!.find(pass.value, `${of.prefix}.probabilities`) ?? view.value!.find(pass.value, `${of.prefix}.scores`);
  const term =
    of.kind === 'cross_attention' ? terms.crossAttention : info?.mask ? terms.maskedAttention : terms.selfAttention;
  const stacks = new Set(attentions.value.map((a) => a.stack));
  return stacks.size > 1 ? `${say(terms[of.stack])} · ${say(term)}` : say(term);
}

function sorted(cells: Cell[], order: Order): Cell[] {
  if (order === 'layers') return cells;
  const value = (cell: Cell) => {
    const m = known.get(keyOf(cell));
    if (!m) return Number.POSITIVE_INFINITY;
    return order === 'focused' ? m.entropy : -m[order];
  };
  return [...cells].sort((a, b) => value(a) - value(b));
}

function Head({ cell, onMeasure }: { cell: Cell; onMeasure: () => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [result, setResult] = useState<{ m: Measures; kind: Kind } | 'missing' | undefined>(undefined);
  const recorded = view.value!.find(pass.value, `${cell.of.prefix}.probabilities`);
  const place = recorded && placeOfHead(recorded, cell.head);
  const info = place === undefined ? undefined : recorded;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    if (!info) {
      setResult('missing');
      return;
    }
    // Heads are unpacked when they come into view.
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      draw(element, info, cell).then(
        (drawn) => {
          setResult(drawn);
          onMeasure();
        },
        () => setResult('missing'),
      );
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [info, cell.of.prefix, cell.head, theme.value, mirrored.value]);
  const chosen = attention.value?.prefix === cell.of.prefix && head.value === cell.head;
  const name = say(words.layerHead, cell.of.layer, cell.head);
  return (
    <button type="button" class="head" aria-pressed={chosen} onClick={() => chooseHead(cell.of, cell.head)}>
      <canvas ref={canvas} aria-hidden="true" />
      <span class="visually-hidden">{nameOf(cell.of)}: </span>
      <span class="head-name">{name}</span>
      <span class="head-kind">{result && say(words[typeof result === 'string' ? result : result.kind])}</span>
      {typeof result === 'object' && <span class="visually-hidden">{caption(result.m)}</span>}
    </button>
  );
}

function caption(m: Measures): string {
  return say(words.caption, decimal(m.entropy, 2), percent(m.first, 0), decimal(m.distance, 1));
}

async function draw(canvas: HTMLCanvasElement, info: TensorInfo, { of, head: h }: Cell) {
  const queries = info.shape[1]!;
  const keys = info.shape[2]!;
  const first = placeOfHead(info, h)! * queries;
  const own = of.kind === 'self_attention';
  // Square for itself, at most 64 points each way: a picture to recognise, not to read.
  const side = 72;
  const painted = (grid: Grid) => {
    const cell = { width: side / grid.columns, height: side / grid.rows };
    paint(canvas, grid, weightScale(keys), cell, theme.value, mirrored.value);
  };
  const done = (m: Measures) => {
    known.set(keyOf({ of, head: h }), m);
    return { m, kind: kindOf(m, keys, own) };
  };
  if (Math.max(queries, keys) > wholeMost) {
    const key = keyOf({ of, head: h });
    const glance = glances.get(key) ?? (await glanceOf(info, first, queries, keys, own));
    glances.set(key, glance);
    const hidden = (row: number, column: number) => {
      const [begin, end] = visibleRange(info, first + beginOf(row + 1, queries, glance.rows) - 1);
      return beginOf(column, keys, glance.columns) >= end || beginOf(column + 1, keys, glance.columns) <= begin;
    };
    painted({
      rows: glance.rows,
      columns: glance.columns,
      at: (row, column) => glance.values[row * glance.columns + column]!,
      hidden: info.mask ? hidden : undefined,
    });
    return done(glance.measures());
  }
  const part = await rowsOf(info, first, queries);
  painted({
    rows: queries,
    columns: keys,
    at: (t: number, s: number) => part.values[t * keys + s]!,
    hidden: hiddenBy(info),
  });
  return done(known.get(keyOf({ of, head: h })) ?? measures(part.values, queries, keys, own));
}

const glances = new Map<string, Glance>();

async function glanceOf(info: TensorInfo, first: number, queries: number, keys: number, own: boolean): Promise<Glance> {
  const glance = new Glance(queries, keys, own);
  await visitRows(info, first, queries, (rows, row) => addRow(glance, info, rows, row, first));
  return glance;
}
