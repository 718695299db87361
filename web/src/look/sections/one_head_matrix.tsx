// SPDX-License-Identifier: Apache-2.0
// The matrix of one head after one of the first four steps.
import { useMemo } from 'preact/hooks';
import type { Scale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { fixed, short } from '../../shared/numbers.ts';
import { weightScale } from '../attention_measures.ts';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { Absent, type Known, Recorded } from '../parts/recorded.tsx';
import { chooseToken, pass, pointed, stage, tokenOf, view } from '../state.ts';
import {
  dotProducts,
  type HeadData,
  hiddenBy,
  largestKey,
  overviewMost,
  scoreScale,
  valueAt,
  wholeMost,
  windowOf,
} from './one_head_data.ts';
import { stepNames } from './one_head_steps.ts';

const words = {
  queries: { en: 'queries', fa: 'پرسش‌ها' },
  keys: { en: 'keys', fa: 'کلیدها' },
  cell: {
    en: (q: string, k: string) => `query “${q}”, key “${k}”:`,
    fa: (q: string, k: string) => `پرسش «${q}»، کلید «${k}»:`,
  },
  hidden: {
    en: (q: string, k: string) => `query “${q}” may not see key “${k}”`,
    fa: (q: string, k: string) => `پرسش «${q}» کلید «${k}» را نباید ببیند`,
  },
  score: { en: 'score', fa: 'امتیاز' },
  weight: { en: 'weight', fa: 'وزن' },
  timesRoot: { en: 'recorded scores × √d', fa: 'امتیازهای ثبت‌شده × \u2066√d\u2069' },
  fromQK: { en: 'computed from the recorded q and k', fa: 'حساب‌شده از q و k ثبت‌شده' },
  aboveMask: {
    en: 'what the mask will hide: computed here from the recorded q and k',
    fa: 'آنچه نقاب خواهد پوشاند: حساب‌شده در این‌جا از q و k ثبت‌شده',
  },
  part: { en: 'Around the chosen query:', fa: 'پیرامون پرسشِ برگزیده:' },
  window: { en: 'Keys and queries', fa: 'کلیدها و پرسش‌ها' },
} satisfies Record<string, Both | Both<[string, string]>>;

/** The matrix after one of the first four steps; of long texts a part of it too, or instead. */
export function StageMatrix({ data }: { data: HeadData }) {
  const { scores } = data;
  const step = stage.value;
  const v = view.value!;
  // What the mask hides is not stored. Before the mask it is there all the same: q·k gives it.
  const products = ['queries', 'keys'].map((name) => ({ name: `${data.of.prefix}.${name}` }));
  const known = products.every(({ name }) => v.find(pass.value, name));
  if (step < 4 && !scores) {
    // Of a long text queries and keys take less room than scores, and give those of a part.
    const long = Math.max(data.queries, data.keys) > wholeMost;
    if (!long || !known) return <Absent name={`${data.of.prefix}.${long ? 'queries' : 'scores'}`} />;
    return <Recorded wanted={products}>{(q, k) => <Products key={step} data={data} q={q!} k={k!} />}</Recorded>;
  }
  if (step < 3 && scores?.info.mask && known && data.queries <= 256) {
    return <Recorded wanted={products}>{(q, k) => <Unmasked key={step} data={data} q={q!} k={k!} />}</Recorded>;
  }
  return <Stage key={step} data={data} unseen={step >= 3 ? data.hidden : hiddenBy(scores!.info)} />;
}

/** The first two steps of a masked head: recorded scores where there are some, else q·k. */
function Unmasked({ data, q, k }: { data: HeadData; q: Known; k: Known }) {
  const step = stage.value;
  const at = useMemo(() => {
    const recorded = valueAt(data, step);
    const product = dotProducts(data, q, k);
    const divisor = step === 1 ? 1 : data.root;
    return (t: number, s: number) => (data.hidden?.(t, s) ? product(t, s) / divisor : recorded(t, s));
  }, [data, step, q.values, k.values]);
  return <Stage data={data} unseen={undefined} at={at} derived={say(words.aboveMask)} />;
}

/** The first three steps of a part of a long text, whose scores are not recorded: q·k. */
function Products({ data, q, k }: { data: HeadData; q: Known; k: Known }) {
  const step = stage.value;
  const at = useMemo(() => {
    const product = dotProducts(data, q, k);
    const divisor = step === 1 ? 1 : data.root;
    return (t: number, s: number) => product(t, s) / divisor + (step === 3 ? (data.bias?.(t, s) ?? 0) : 0);
  }, [data, step, q.values, k.values]);
  return <Stage data={data} unseen={step === 3 ? data.hidden : undefined} at={at} />;
}

function Stage(props: {
  data: HeadData;
  unseen: ((t: number, s: number) => boolean) | undefined;
  at?: (t: number, s: number) => number;
  derived?: string;
}) {
  const { data, unseen } = props;
  const { count, keys, weights, scores } = data;
  const step = stage.value;
  const at = useMemo(() => props.at ?? valueAt(data, step), [data, step, props.at]);
  const scale: Scale = useMemo(
    () => (step === 4 ? weightScale(keys) : scoreScale(data, at, unseen)),
    [data, step, at, unseen],
  );
  const whole = { rows: [data.from, count], columns: [0, keys] } as const;
  const query = Math.min(tokenOf(data.queryStack), data.queries - 1);
  const near = windowOf(query, data.queries, true);
  const beside = windowOf(data.keyStack === data.queryStack ? query : largestKey(data, query), keys, true);
  const parts = { rows: [near.from, near.count], columns: [beside.from, beside.count] } as const;
  const drawn = { data, at, unseen, scale };
  const times =
    step === 1 && data.root !== 1 && scores ? say(words.timesRoot) : step < 4 ? say(words.fromQK) : undefined;
  return (
    <Picture
      info={step === 4 ? weights.info : scores?.info}
      derived={[times, props.derived].filter(Boolean).join(' · ') || undefined}
      scale={scale}
      scaleLabel={say(step === 4 ? words.weight : words.score)}
      numbers={{
        name: `${data.of.prefix}.head-${data.head}.step-${step}`,
        rows: count,
        columns: keys,
        row: (r) => data.label.query(data.from + r),
        column: data.label.key,
        cell: (r, s) => (unseen?.(data.from + r, s) ? '' : at(data.from + r, s)),
      }}
    >
      {data.queries <= wholeMost && keys <= wholeMost && <Part {...drawn} {...whole} />}
      {Math.max(data.queries, keys) > overviewMost && (
        <>
          <p class="picture-note">{say(words.part)}</p>
          <Part {...drawn} {...parts} />
        </>
      )}
    </Picture>
  );
}

function Part(props: {
  data: HeadData;
  at: (t: number, s: number) => number;
  unseen: ((t: number, s: number) => boolean) | undefined;
  scale: Scale;
  rows: readonly [number, number]; // first and count
  columns: readonly [number, number];
}) {
  const { data, at, unseen, scale } = props;
  const [top, rows] = props.rows;
  const [left, columns] = props.columns;
  const { label } = data;
  const step = stage.value;
  const grid = useMemo(
    () => ({
      rows,
      columns,
      at: (r: number, c: number) => at(top + r, left + c),
      hidden: unseen && ((r: number, c: number) => unseen(top + r, left + c)),
    }),
    [at, unseen, top, left, rows, columns],
  );
  return (
    <Matrix
      name={`${say(stepNames[step - 1]!)}: ${say(words.window)}`}
      grid={grid}
      scale={scale}
      rowLabel={(r) => label.query(top + r)}
      columnLabel={(c) => label.key(left + c)}
      rowTitle={say(words.queries)}
      columnTitle={say(words.keys)}
      largest={34}
      numbers
      format={step === 4 ? (p) => (p >= 0.0005 ? fixed(p, 3) : short(p, 3)) : (x) => short(x, 3)}
      markedRow={tokenOf(data.queryStack) - top}
      describe={(r, c) =>
        say(grid.hidden?.(r, c) ? words.hidden : words.cell, label.query(top + r), label.key(left + c))
      }
      onPoint={(r) => {
        pointed.value = r === undefined ? undefined : { stack: data.queryStack, token: top + r };
      }}
      onPick={(r) => chooseToken(data.queryStack, top + r)}
    />
  );
}
