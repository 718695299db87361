// SPDX-License-Identifier: Apache-2.0
// The hidden units of a layer: a row for each token, a column for each of the units that are largest somewhere.
import { useMemo } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, percent, short } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { strongestUnits } from '../recurrent.ts';
import { pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { Curve } from './curve.tsx';
import { Matrix } from './matrix.tsx';
import { computedHere, Picture } from './picture.tsx';
import type { Known } from './recorded.tsx';
import { range } from './rows_of_tokens.tsx';

const words = {
  hidden: { en: 'Hidden units', fa: 'واحدهای پنهان' },
  hiddenNote: {
    en: (n: number, all: number) => `The ${n} units of ${all} with the largest value somewhere in this text`,
    fa: (n: number, all: number) => `${count(n)} واحد از ${count(all)} واحد با بزرگ‌ترین مقدار در این متن`,
  },
  cell: {
    en: (token: string, unit: number) => `“${token}”, unit ${unit}:`,
    fa: (token: string, unit: number) => `«${token}»، واحد ${count(unit)}:`,
  },
  unit: { en: (u: number) => `unit ${u}`, fa: (u: number) => `واحد ${count(u)}` },
  strongest: {
    en: (token: string) => `Strongest units of “${token}”`,
    fa: (token: string) => `قوی‌ترین واحدهای «${token}»`,
  },
  zero: { en: 'Share of units that are exactly zero', fa: 'سهم واحدهایی که دقیقاً صفرند' },
  zeroLine: {
    en: (share: string, token: string) => `${share} of the units of “${token}” are exactly zero.`,
    fa: (share: string, token: string) => `${share} واحدهای «${token}» دقیقاً صفرند.`,
  },
  value: { en: 'value', fa: 'مقدار' },
} satisfies Record<
  string,
  Both | Both<[string]> | Both<[number]> | Both<[string, string]> | Both<[string, number]> | Both<[number, number]>
>;

const columnsShown = 64;

/** `zeros`: with the share of units that are exactly zero, which an activation such as ReLU leaves. */
export function HiddenUnits({ of, hidden, zeros: shown }: { of: Stack; hidden: Known; zeros: boolean }) {
  const v = view.value!;
  const { values, width, info } = hidden;
  const tokens = values.length / width;
  const units = useMemo(() => strongestUnits(values, width, columnsShown), [values]);
  const label = (t: number) => tokenLabel(v.index, v.sequence(pass.value, of)!, t);
  const grid = useMemo(
    () => ({ rows: tokens, columns: units.length, at: (t: number, u: number) => values[t * width + units[u]!]! }),
    [values, units],
  );
  const scale = signedScale(...range(values));
  const chosen = Math.min(tokenOf(of), tokens - 1);
  const row = values.subarray(chosen * width, (chosen + 1) * width);
  const zeros = row.reduce((n, x) => n + (x === 0 ? 1 : 0), 0) / width;
  return (
    <>
      <Picture
        title={say(words.hidden)}
        note={units.length < width ? say(words.hiddenNote, units.length, width) : undefined}
        info={info}
        scale={scale}
        scaleLabel={say(words.value)}
        numbers={{
          name: info.name,
          rows: tokens,
          columns: width,
          row: label,
          column: (c) => c,
          cell: (t, u) => values[t * width + u]!,
        }}
      >
        <Matrix
          name={say(words.hidden)}
          grid={grid}
          scale={scale}
          rowHeight={tokens > 64 ? 6 : tokens > 24 ? 14 : 20}
          largest={18}
          rowLabel={label}
          markedRow={chosen}
          describe={(t, u) => say(words.cell, label(t), units[u]!)}
        />
      </Picture>
      <div class="pair">
        <Strongest row={row} title={say(words.strongest, label(chosen))} />
        {shown && (
          <Picture title={say(words.zero)} derived={computedHere()}>
            <Curve
              name={say(words.zero)}
              height={220}
              series={[
                {
                  name: say(words.zero),
                  values: Array.from({ length: tokens }, (_, t) => zeroShare(values, width, t)),
                },
              ]}
              label={label}
              chosen={chosen}
              direction={v.sequence(pass.value, of)!.direction}
            />
            <p class="picture-note">{say(words.zeroLine, percent(zeros), label(chosen))}</p>
          </Picture>
        )}
      </div>
    </>
  );
}

function zeroShare(values: Float32Array, width: number, t: number): number {
  let zeros = 0;
  for (let i = t * width; i < (t + 1) * width; ++i) zeros += values[i] === 0 ? 1 : 0;
  return zeros / width;
}

function Strongest({ row, title }: { row: Float32Array; title: string }) {
  const units = Array.from(row, (x, u) => ({ u, x }))
    .sort((a, b) => Math.abs(b.x) - Math.abs(a.x))
    .slice(0, 12);
  const most = Math.abs(units[0]?.x ?? 1) || 1;
  return (
    <Picture title={title}>
      <ol class="candidates" dir="ltr">
        {units.map(({ u, x }) => (
          <li key={u}>
            <span class="candidate">{say(words.unit, u)}</span>
            <span class="bar-track">
              <i class={`bar ${x < 0 ? 'below' : 'above'}`} style={{ width: `${(100 * Math.abs(x)) / most}%` }} />
            </span>
            <span class="value">{short(x)}</span>
          </li>
        ))}
      </ol>
    </Picture>
  );
}
