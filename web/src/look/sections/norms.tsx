// SPDX-License-Identifier: Apache-2.0
// Section 5, last part: what each norm measured of the chosen token, and one of them before and after.
import { useMemo, useState } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, short } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { type NormPlace, normsOf } from '../norms.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { range } from '../parts/rows_of_tokens.tsx';
import { pass, tokenOf, view } from '../state.ts';
import { moments } from '../stream.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: {
    en: (t: string) => `What the norms measure of “${t}”`,
    fa: (t: string) => `آنچه نرمال‌سازی‌ها در «${t}» اندازه می‌گیرند`,
  },
  layerNote: {
    en: 'A layer norm takes the mean μ of the channels away and divides by σ. After it, the learned γ and β have acted too, so μ is not quite 0 and σ not quite 1.',
    fa: 'نرمال‌سازی لایه (layer norm) میانگین کانال‌ها، μ، را کم و حاصل را بر σ تقسیم می‌کند. پس از آن، γ و β آموخته هم اثر کرده‌اند؛ پس μ دقیقاً ۰ و σ دقیقاً ۱ نیست.',
  },
  rmsNote: {
    en: 'An RMS norm divides the channels by the root of the mean of their squares, and takes no mean away. After it, the learned γ has acted too.',
    fa: 'نرمال‌سازی RMS کانال‌ها را بر ریشهٔ میانگین مربع‌هایشان تقسیم می‌کند و میانگینی کم نمی‌کند. پس از آن، γ آموخته هم اثر کرده است.',
  },
  measured: {
    en: 'before: recorded means and scales; after: computed on this page',
    fa: 'پیش: میانگین‌ها و مقیاس‌های ثبت‌شده؛ پس: در همین صفحه حساب شده',
  },
  norm: { en: 'norm', fa: 'نرمال‌سازی' },
  which: { en: 'Norm', fa: 'نرمال‌سازی' },
  beforeWith: { en: (what: string) => `${what} before`, fa: (what: string) => `${what} پیش` },
  afterWith: { en: (what: string) => `${what} after`, fa: (what: string) => `${what} پس` },
  before: { en: 'before', fa: 'پیش' },
  after: { en: 'after', fa: 'پس' },
  one: {
    en: (t: string) => `One norm: “${t}” before and after`,
    fa: (t: string) => `یک نرمال‌سازی: «${t}» پیش و پس از آن`,
  },
  divided: { en: 'What each norm divides by', fa: 'آنچه هر نرمال‌سازی بر آن تقسیم می‌کند' },
  channel: {
    en: (when: string, c: number) => `${when}, channel ${c}:`,
    fa: (when: string, c: number) => `${when}، کانال ${count(c)}:`,
  },
  value: { en: 'value', fa: 'مقدار' },
  embedding: { en: 'embedding', fa: 'جاسازی' },
  self_attention: { en: 'self-attention', fa: 'خودتوجهی' },
  cross_attention: { en: 'cross-attention', fa: 'توجه متقاطع' },
  feed_forward: { en: 'feed-forward', fa: 'پیش‌خور' },
  final_norm: { en: 'final norm', fa: 'نرمال‌سازی پایانی' },
  layerPart: {
    en: (l: number, part: string) => `${l} · ${part}`,
    fa: (l: number, part: string) => `${count(l)} · ${part}`,
  },
  result: { en: (part: string) => `${part}, result`, fa: (part: string) => `${part}، نتیجه` },
} satisfies Record<string, Both | Both<[string]> | Both<[string, number]> | Both<[number, string]>>;

function nameOfNorm({ part, layer, output }: NormPlace): string {
  const plain = say(words[part]);
  const name = layer === undefined ? plain : say(words.layerPart, layer, plain);
  return output ? say(words.result, name) : name;
}

export function Norms({ of }: { of: Stack }) {
  const v = view.value!;
  const norms = normsOf(v, pass.value, of);
  if (norms.length === 0) return null;
  const centred = v.find(pass.value, `${norms[0]!.name}.mean`) !== undefined;
  const at = tokenOf(of);
  const measured = norms.flatMap(({ name }) => [`${name}.scale`, ...(centred ? [`${name}.mean`] : [])]);
  // What comes out of a norm may have been left out.
  const results = norms.filter(({ name }) => v.find(pass.value, name));
  return (
    <>
      <Recorded
        wanted={[...measured.map((name) => ({ name })), ...results.map(({ name }) => ({ name, first: at, count: 1 }))]}
        height={300}
      >
        {(...parts) => {
          const byName = new Map(parts.map((part) => [part.info.name, part]));
          return <Measured of={of} at={at} norms={norms} centred={centred} byName={byName} />;
        }}
      </Recorded>
      <OneNorm key={of} of={of} norms={norms} />
    </>
  );
}

function Measured(props: { of: Stack; at: number; norms: NormPlace[]; centred: boolean; byName: Map<string, Known> }) {
  const { of, at, norms, centred, byName } = props;
  const v = view.value!;
  const title = say(words.title, tokenLabel(v.index, v.sequence(pass.value, of)!, at));
  // σ of a layer norm, the root of the mean square of an RMS norm; epsilon is in it.
  const symbol = centred ? 'σ' : 'rms';
  const rows = norms.map(({ name }) => {
    const result = byName.get(name)?.values;
    const after = result && moments(result);
    return {
      mean: byName.get(`${name}.mean`)?.values[at],
      size: 1 / byName.get(`${name}.scale`)!.values[at]!,
      meanAfter: after?.mean,
      sizeAfter: after && (centred ? after.deviation : Math.hypot(after.mean, after.deviation)),
    };
  });
  const columns = [
    ...(centred ? [{ name: say(words.beforeWith, 'μ'), at: (r: number) => rows[r]!.mean }] : []),
    { name: say(words.beforeWith, symbol), at: (r: number) => rows[r]!.size },
    ...(centred ? [{ name: say(words.afterWith, 'μ'), at: (r: number) => rows[r]!.meanAfter }] : []),
    { name: say(words.afterWith, symbol), at: (r: number) => rows[r]!.sizeAfter },
  ];
  return (
    <Picture
      class="norms"
      title={title}
      note={say(centred ? words.layerNote : words.rmsNote)}
      derived={say(words.measured)}
      numbers={{
        name: `${of}-norms`,
        rows: norms.length,
        columns: columns.length,
        corner: say(words.norm),
        row: (r) => norms[r]!.name,
        column: (c) => columns[c]!.name,
        cell: (r, c) => columns[c]!.at(r) ?? '',
      }}
    >
      <Curve
        name={say(words.divided)}
        height={220}
        log
        series={[{ name: say(words.beforeWith, symbol), values: rows.map((row) => row.size) }]}
        label={(r) => nameOfNorm(norms[r]!)}
      />
      <div class="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say(words.norm)}</th>
              {columns.map((column) => (
                <th key={column.name} scope="col">
                  <bdi>{column.name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {norms.map((norm, r) => (
              <tr key={norm.name}>
                <th scope="row">
                  <bdi>{nameOfNorm(norm)}</bdi>
                </th>
                {columns.map((column) => {
                  const x = column.at(r);
                  return <td key={column.name}>{x === undefined ? '' : short(x)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Picture>
  );
}

/** A token's vector before and after one of the norms, chosen by name. */
function OneNorm({ of, norms }: { of: Stack; norms: NormPlace[] }) {
  const v = view.value!;
  const whole = norms.filter(({ name, before }) => v.find(pass.value, name) && v.find(pass.value, before));
  const [at, setAt] = useState(0);
  const norm = whole[Math.min(at, whole.length - 1)];
  if (!norm) return null;
  return (
    <>
      {whole.length > 1 && (
        <div class="controls">
          <label>
            {say(words.which)}{' '}
            <select value={at} onChange={(event) => setAt(Number((event.target as HTMLSelectElement).value))}>
              {whole.map((one, i) => (
                <option key={one.name} value={i}>
                  {nameOfNorm(one)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Recorded wanted={[{ name: norm.before }, { name: norm.name }]} quiet>
        {(before, after) => <NormPicture of={of} before={before!} after={after!} />}
      </Recorded>
    </>
  );
}

function NormPicture({ of, before, after }: { of: Stack; before: Known; after: Known }) {
  const v = view.value!;
  const width = before.width;
  const chosen = Math.min(tokenOf(of), before.values.length / width - 1);
  const rows = [before, after].map((part) => part.values.subarray(chosen * width, (chosen + 1) * width));
  const grid = useMemo(
    () => ({ rows: 2, columns: width, at: (r: number, c: number) => rows[r]![c]! }),
    [before.values, after.values, chosen],
  );
  const when = [say(words.before), say(words.after)];
  const scale = signedScale(...range([...rows[0]!, ...rows[1]!]));
  const title = say(words.one, tokenLabel(v.index, v.sequence(pass.value, of)!, chosen));
  return (
    <Picture
      title={title}
      info={after.info}
      scale={scale}
      scaleLabel={say(words.value)}
      numbers={{
        name: 'norm',
        rows: 2,
        columns: width,
        row: (r) => when[r]!,
        column: (c) => c,
        cell: (r, c) => grid.at(r, c),
      }}
    >
      <Formula name={v.option('norm') === 'rms' ? 'rms_norm' : 'layer_norm'} values={{ c: width }} />
      <Matrix
        name={title}
        grid={grid}
        scale={scale}
        rowHeight={26}
        largest={18}
        rowLabel={(r) => when[r]!}
        describe={(r, c) => say(words.channel, when[r]!, c)}
      />
    </Picture>
  );
}
