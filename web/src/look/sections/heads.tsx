// SPDX-License-Identifier: Apache-2.0
// Section 4, first part: all heads of the model at a glance, each with what was measured of it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { Legend } from '../../shared/legend.tsx';
import { count, decimal, percent } from '../../shared/numbers.ts';
import { terms } from '../../shared/terms.ts';
import { theme } from '../../shared/theme.ts';
import { type Kind, kindOf, type Measures, measures, weightScale } from '../attention_measures.ts';
import type { TensorInfo } from '../format.ts';
import { type Attention, placeOfHead } from '../index_view.ts';
import { paint } from '../parts/paint.ts';
import { attention, attentions, chooseHead, head, mirrored, pass, view } from '../state.ts';
import { rowsOf } from '../store.ts';
import { visibleRange } from '../unpack.ts';
import { HeadAnswer } from './head_answer.tsx';

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
  long: { en: 'too long to draw', fa: 'بلندتر از آن که کشیده شود' },
} satisfies Record<string, Both | Both<[number, number]> | Both<[string, string, string]>>;

// Beyond so many pairs of query and key a picture of all of them is too large to draw for every head.
const mostPairs = 4e6;

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
      <p class="picture-note">{say(words.note)}</p>
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

/** The most keys of any head. */
function longest(): number {
  return Math.max(
    ...attentions.value.map((a) => view.value!.find(pass.value, `${a.prefix}.probabilities`)?.shape[2] ?? 0),
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
  const [result, setResult] = useState<{ m: Measures; kind: Kind } | 'missing' | 'long' | undefined>(undefined);
  const recorded = view.value!.find(pass.value, `${cell.of.prefix}.probabilities`);
  const place = recorded && placeOfHead(recorded, cell.head);
  const long = place !== undefined && recorded!.shape[1]! * recorded!.shape[2]! > mostPairs;
  const info = place !== undefined && !long ? recorded : undefined;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    if (!info) {
      setResult(long ? 'long' : 'missing');
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
  const part = await rowsOf(info, placeOfHead(info, h)! * queries, queries);
  const grid = {
    rows: queries,
    columns: keys,
    at: (t: number, s: number) => part.values[t * keys + s]!,
    hidden: info.mask
      ? (t: number, s: number) => {
          const [begin, end] = visibleRange(info, t);
          return s < begin || s >= end;
        }
      : undefined,
  };
  // Square for itself, at most 64 points each way: a picture to recognise, not to read.
  const side = 72;
  paint(canvas, grid, weightScale(keys), { width: side / keys, height: side / queries }, theme.value, mirrored.value);
  const m = known.get(keyOf({ of, head: h })) ?? measures(part.values, queries, keys, of.kind === 'self_attention');
  known.set(keyOf({ of, head: h }), m);
  return { m, kind: kindOf(m, keys, of.kind === 'self_attention') };
}
