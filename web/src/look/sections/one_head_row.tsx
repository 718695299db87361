// SPDX-License-Identifier: Apache-2.0
// The row of the chosen query through all steps: the text in its colours, and a table.
import { useMemo } from 'preact/hooks';
import { colourOf, shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { Legend } from '../../shared/legend.tsx';
import { count, inDigits, percent, short } from '../../shared/numbers.ts';
import { theme } from '../../shared/theme.ts';
import { weightScale } from '../attention_measures.ts';
import { cutLinks } from '../cuts.ts';
import { band, beginOf, blockOf } from '../glance.ts';
import { Matrix } from '../parts/matrix.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, stage, tokenOf, view } from '../state.ts';
import { AnswerLine } from './head_answer.tsx';
import { type HeadData, valueAt, wholeMost } from './one_head_data.ts';
import { stepNames } from './one_head_steps.ts';

const words = {
  row: {
    en: (q: string) => `The row of “${q}”, step by step`,
    fa: (q: string) => `سطر «${q}»، گام‌به‌گام`,
  },
  key: { en: 'key', fa: 'کلید' },
  weight: { en: 'weight', fa: 'وزن' },
  text: { en: 'The text in the colours of this row', fa: 'متن به رنگ این سطر' },
  larger: {
    en: (n: number, all: number) => `The ${n} keys of ${all} with the largest weights`,
    fa: (n: number, all: number) => `${count(n)} کلید از ${count(all)} کلید با بزرگ‌ترین وزن`,
  },
  others: {
    en: (n: string, share: string) => `The other ${n} that it sees have ${share} together.`,
    fa: (n: string, share: string) => `${n} کلید دیگری که می‌بیند روی هم ${share} دارند.`,
  },
  keys: { en: 'keys', fa: 'کلیدها' },
  band: {
    en: (parts: number) =>
      `Where in the text the keys of this query are: ${parts} parts of it one after the other, each with its largest weight.`,
    fa: (parts: number) =>
      `کلیدهای این پرسش در کجای متن‌اند: ${count(parts)} پارهٔ متن پشت سر هم، هر یک با بزرگ‌ترین وزنش.`,
  },
  part: {
    en: (begin: string, end: string, key: string, place: string) =>
      `tokens ${begin} to ${end}, most to “${key}” (${place}):`,
    fa: (begin: string, end: string, key: string, place: string) =>
      `توکن‌های ${begin} تا ${end}، بیشترین به «${key}» (${place}):`,
  },
  cut: { en: 'if cut', fa: 'اگر بریده شود' },
  cutLong: {
    en: 'Measured: how the log-probability of the answer changes when this query no longer sees this key, in every layer and head',
    fa: 'اندازه‌گیری‌شده: لگاریتم احتمال پاسخ چقدر تغییر می‌کند، اگر این پرسش در هیچ لایه و سری این کلید را نبیند',
  },
  only: {
    en: 'Only one key can be seen, and the softmax of one score is 1.',
    fa: 'تنها یک کلید دیده می‌شود و سافت‌مکسِ یک امتیاز ۱ است.',
  },
} satisfies Record<
  string,
  | Both
  | Both<[string]>
  | Both<[number]>
  | Both<[number, number]>
  | Both<[string, string]>
  | Both<[string, string, string, string]>
>;

/** Parts of a long text that its band shows. */
const bandParts = 128;

/** The chosen query's row: text in its colours, and a table of the steps. */
export function QueryRow({ data }: { data: HeadData }) {
  const { keys, from, weights, label, hidden } = data;
  const query = Math.min(tokenOf(data.queryStack), data.queries - 1);
  const sequence = view.value!.sequence(pass.value, data.keyStack)!;
  const row = weights.values.subarray((query - from) * keys, (query - from + 1) * keys);
  const p = (s: number) => row[s]!;
  const scale = weightScale(keys);
  const order = Array.from({ length: keys }, (_, s) => s);
  const visible = order.filter((s) => !hidden?.(query, s));
  const shown = keys <= 24 ? order : [...visible].sort((a, b) => p(b) - p(a)).slice(0, 16);
  const told = weights.others?.[query - from];
  const rest = told ?? visible.reduce((sum, s) => sum + p(s), 0) - shown.reduce((sum, s) => sum + p(s), 0);
  return (
    <figure class="picture query-row">
      <figcaption>{say(words.row, label.query(query))}</figcaption>
      <AnswerLine of={data.of} query={query} row={row} />
      {visible.length === 1 && <p class="notice">{say(words.only)}</p>}
      {data.keyStack !== data.queryStack && (
        <Strip
          sequence={view.value!.sequence(pass.value, data.queryStack)!}
          name={label.query(query)}
          chosen={query}
          onPick={(i) => chooseToken(data.queryStack, i)}
        />
      )}
      <Strip
        sequence={sequence}
        name={say(words.text)}
        chosen={data.keyStack === data.queryStack ? query : undefined}
        colour={(s) => (hidden?.(query, s) ? undefined : colourOf(p(s), scale, theme.value))}
        describe={(s) => (hidden?.(query, s) ? '' : percent(p(s)))}
        onPick={(i) => data.keyStack === data.queryStack && chooseToken(data.queryStack, i)}
      />
      <div class="picture-foot">
        <Legend scale={scale} label={say(words.weight)} />
      </div>
      {keys > wholeMost && <Band data={data} query={query} row={row} />}
      {shown.length < keys && (
        <p class="picture-note">
          {say(words.larger, shown.length, keys)}
          {shown.length < visible.length &&
            `. ${say(words.others, count(visible.length - shown.length), percent(rest))}`}
        </p>
      )}
      <StepTable data={data} query={query} shown={shown} />
    </figure>
  );
}

/** Where in a long text the keys of a query are: the largest weight of each part of it. */
function Band({ data, query, row }: { data: HeadData; query: number; row: Float32Array }) {
  const { keys, label, keyStack, queryStack, hidden } = data;
  const blocks = Math.min(bandParts, keys);
  const { values, places } = useMemo(() => band(row, blocks), [row, blocks]);
  const grid = useMemo(
    () => ({
      rows: 1,
      columns: blocks,
      at: (_: number, b: number) => values[b]!,
      hidden: hidden && ((_: number, b: number) => hidden(query, beginOf(b, keys, blocks))),
    }),
    [values, hidden, query],
  );
  const own = keyStack === queryStack;
  const scale = shareScale(Math.max(...values) || 1);
  return (
    <div class="band">
      <p class="picture-note">{say(words.band, blocks)}</p>
      <Matrix
        name={say(words.band, blocks)}
        grid={grid}
        scale={scale}
        rowHeight={22}
        columnTitle={say(words.keys)}
        markedColumn={own ? blockOf(query, keys, blocks) : undefined}
        format={(x) => percent(x)}
        describe={(_, b) => {
          const [begin, end] = [beginOf(b, keys, blocks), beginOf(b + 1, keys, blocks)];
          return say(words.part, count(begin), count(end - 1), label.key(places[b]!), count(places[b]!));
        }}
        onPick={(_, b) => own && chooseToken(queryStack, places[b]!)}
      />
      <div class="picture-foot">
        <Legend scale={scale} label={say(words.weight)} />
      </div>
    </div>
  );
}

function StepTable({ data, query, shown }: { data: HeadData; query: number; shown: number[] }) {
  const { scores, bias, hidden, label } = data;
  const step = stage.value;
  const cut = cutLinks(view.value!.pass(pass.value).cuts, data.queryStack, data.keyStack, query);
  const at = (k: number) => valueAt(data, k);
  const weight = at(4);
  const most = Math.max(...shown.map((s) => weight(query, s)), 1e-9);
  // Where there is little room, of the steps before the weights only the chosen one is shown.
  const column = (k: number) => [k < 4 && 'early', step === k && 'current'].filter(Boolean).join(' ');
  return (
    <div class="table-scroll step-table" tabIndex={0} role="region" aria-label={say(words.row, label.query(query))}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say(words.key)}</th>
            {scores && (
              <th scope="col" class={column(1)}>
                <bdi>{say(stepNames[0]!)}</bdi>
              </th>
            )}
            {scores && (
              <th scope="col" class={column(2)}>
                <bdi>{say(stepNames[1]!)}</bdi>
              </th>
            )}
            {scores && bias && (
              <th scope="col" class={column(3)}>
                <bdi>{say(stepNames[2]!)}</bdi>
              </th>
            )}
            <th scope="col" class={column(4)}>
              <bdi>{say(stepNames[3]!)}</bdi>
            </th>
            <th />
            {cut.size > 0 && (
              <th scope="col">
                <abbr title={say(words.cutLong)}>{say(words.cut)}</abbr>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map((s) => {
            const unseen = hidden?.(query, s) ?? false;
            return (
              <tr key={s} class={unseen ? 'unseen' : ''}>
                <th scope="row">
                  <bdi>{label.key(s)}</bdi>
                  {shown.length < data.keys && <sub> {inDigits(s)}</sub>}
                </th>
                {scores && <td class={column(1)}>{unseen ? '' : short(at(1)(query, s))}</td>}
                {scores && <td class={column(2)}>{unseen ? '' : short(at(2)(query, s))}</td>}
                {scores && bias && <td class={column(3)}>{unseen ? '−∞' : short(at(3)(query, s))}</td>}
                <td class={column(4)}>{unseen ? inDigits(0) : short(weight(query, s))}</td>
                <td class="bar-cell">
                  <i class="bar" style={{ width: `${unseen ? 0 : (100 * weight(query, s)) / most}%` }} />
                </td>
                {cut.size > 0 && <td>{cut.has(s) ? short(cut.get(s)!) : ''}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
