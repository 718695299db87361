// SPDX-License-Identifier: Apache-2.0
// The vectors of one head: queries and keys before the first step, values and their weighted sum in the last.
import { useMemo } from 'preact/hooks';
import { shareScale, signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, short } from '../../shared/numbers.ts';
import { headsOf, type Stack } from '../index_view.ts';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { range } from '../parts/rows_of_tokens.tsx';
import { chooseToken, stack as chosenStack, pass, tokenOf, view } from '../state.ts';
import { type HeadData, keyHead, ofHead } from './one_head_data.ts';

const words = {
  queries: { en: 'Queries Q', fa: 'پرسش‌ها Q' },
  keys: { en: 'Keys K', fa: 'کلیدها K' },
  values: { en: 'Values V', fa: 'مقدارها V' },
  shared: {
    en: (a: number, b: number, k: number) => `Heads ${a} to ${b} share key and value head ${k}.`,
    fa: (a: number, b: number, k: number) =>
      `سرهای ${count(a)} تا ${count(b)} کلید و مقدارِ سرِ ${count(k)} را به اشتراک دارند.`,
  },
  channel: {
    en: (token: string, c: number) => `“${token}”, channel ${c}:`,
    fa: (token: string, c: number) => `«${token}»، کانال ${count(c)}:`,
  },
  size: { en: (d: number) => `${d} channels`, fa: (d: number) => `${count(d)} کانال` },
  value: { en: 'value', fa: 'مقدار' },
  weight: { en: 'weight', fa: 'وزن' },
  sum: {
    en: (q: string) => `Σ p·v for “${q}”`,
    fa: (q: string) => `Σ p·v برای «${q}»`,
  },
  sumRow: { en: 'Σ p·v', fa: 'Σ p·v' },
  check: {
    en: (x: string) => `Added up here from p and v, it differs from the recorded result by at most ${x}.`,
    fa: (x: string) => `جمعِ p·v در همین صفحه با نتیجهٔ ثبت‌شده حداکثر ${x} فرق دارد.`,
  },
} satisfies Record<
  string,
  Both | Both<[string]> | Both<[string, number]> | Both<[number]> | Both<[number, number, number]>
>;

export function QueriesAndKeys({ data }: { data: HeadData }) {
  const { prefix } = data.of;
  return (
    <Recorded wanted={[{ name: `${prefix}.queries` }, { name: `${prefix}.keys` }]}>
      {(q, k) => {
        const shared = keyHead(k!, data);
        const group = data.of.heads / headsOf(k!.info);
        return (
          <>
            {group > 1 && <p class="notice">{say(words.shared, shared * group, (shared + 1) * group - 1, shared)}</p>}
            <div class="pair">
              <HeadRows
                part={q!}
                head={data.head}
                stack={data.queryStack}
                title={say(words.queries)}
                label={data.label.query}
              />
              <HeadRows part={k!} head={shared} stack={data.keyStack} title={say(words.keys)} label={data.label.key} />
            </div>
          </>
        );
      }}
    </Recorded>
  );
}

function HeadRows(props: { part: Known; head: number; stack: Stack; title: string; label: (i: number) => string }) {
  const { part, head, stack, title, label } = props;
  const size = part.info.shape[2]!;
  const values = useMemo(() => ofHead(part, head), [part.values, head]);
  const grid = useMemo(
    () => ({ rows: part.info.shape[0]!, columns: size, at: (r: number, c: number) => values[r * size + c]! }),
    [values],
  );
  const scale = useMemo(() => signedScale(...range(values)), [values]);
  return (
    <Picture
      title={title}
      info={part.info}
      scale={scale}
      scaleLabel={say(words.value)}
      numbers={{
        name: title,
        rows: grid.rows,
        columns: size,
        row: label,
        column: (c) => c,
        cell: (r, c) => grid.at(r, c),
      }}
    >
      <Matrix
        name={title}
        grid={grid}
        scale={scale}
        rowHeight={grid.rows > 64 ? 5 : grid.rows > 24 ? 12 : 18}
        largest={14}
        rowLabel={label}
        columnTitle={say(words.size, size)}
        describe={(r, c) => say(words.channel, label(r), c)}
        markedRow={stack === chosenStack.value ? tokenOf(stack) : undefined}
        onPick={(r) => chooseToken(stack, r)}
      />
    </Picture>
  );
}

export function WeightedValues({ data }: { data: HeadData }) {
  const { prefix } = data.of;
  const recorded = view.value!.find(pass.value, `${prefix}.heads`) ? [{ name: `${prefix}.heads` }] : [];
  return (
    <Recorded wanted={[{ name: `${prefix}.values` }, ...recorded]}>
      {(v, out) => <Weighted data={data} v={v!} out={out} />}
    </Recorded>
  );
}

function Weighted({ data, v, out }: { data: HeadData; v: Known; out: Known | undefined }) {
  const query = Math.min(tokenOf(data.queryStack), data.queries - 1);
  const size = v.info.shape[2]!;
  const values = useMemo(() => ofHead(v, keyHead(v, data)), [v.values, data.head]);
  const p = (s: number) => data.weights.values[(query - data.from) * data.keys + s]!;
  const sum = useMemo(() => {
    const total = new Float64Array(size);
    for (let s = 0; s < data.keys; ++s) for (let c = 0; c < size; ++c) total[c]! += p(s) * values[s * size + c]!;
    return total;
  }, [values, query, data.weights]);
  const result = out ? ofHead(out, data.head).subarray(query * size, (query + 1) * size) : Float32Array.from(sum);
  const difference = out ? Math.max(...Array.from(result, (x, c) => Math.abs(x - sum[c]!))) : undefined;
  const scale = useMemo(() => signedScale(...range(values)), [values]);
  const keys = { rows: data.keys, columns: size, at: (s: number, c: number) => values[s * size + c]! };
  const row = useMemo(() => ({ rows: 1, columns: size, at: (_: number, c: number) => result[c]! }), [result, query]);
  const weights = useMemo(() => ({ rows: data.keys, columns: 1, at: (s: number) => p(s) }), [data.weights, query]);
  const height = data.keys > 64 ? 5 : data.keys > 24 ? 12 : 18;
  const grid = useMemo(() => keys, [values]);
  return (
    <Picture title={say(words.sum, data.label.query(query))} info={v.info} scale={scale} scaleLabel={say(words.value)}>
      <div class="weighted" dir="ltr">
        <div class="weighted-p">
          <Matrix
            name={say(words.weight)}
            grid={weights}
            scale={shareScale(1)}
            rowHeight={height}
            largest={28}
            rowLabel={data.label.key}
            columnTitle="p"
            live={false}
            describe={(s) => data.label.key(s)}
          />
        </div>
        <div class="weighted-v">
          <Matrix
            name={say(words.values)}
            grid={grid}
            scale={scale}
            rowHeight={height}
            largest={14}
            columnTitle={`V · ${say(words.size, size)}`}
            describe={(s, c) => say(words.channel, data.label.key(s), c)}
          />
        </div>
        <div class="weighted-sum">
          <Matrix
            name={say(words.sumRow)}
            grid={row}
            scale={scale}
            rowHeight={22}
            largest={14}
            columnTitle={say(words.sumRow)}
            describe={(_, c) => say(words.channel, say(words.sumRow), c)}
          />
        </div>
      </div>
      {difference !== undefined && <p class="picture-note">{say(words.check, short(difference, 3))}</p>}
    </Picture>
  );
}
