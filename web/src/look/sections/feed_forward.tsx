// SPDX-License-Identifier: Apache-2.0
// Section 6: the feed-forward network, token by token.
import { useMemo } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, exact, percent, short } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { range } from '../parts/rows_of_tokens.tsx';
import { Section } from '../parts/section.tsx';
import { attentions, chooseHead, head, layer, pass, stack, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: { en: 'Feed-forward', fa: 'شبکهٔ پیش‌خور' },
  intro: {
    en: 'Two linear layers with an activation between them, the same for every token and without a look at the others. Much of what a model knows is held in these weights.',
    fa: 'دو لایهٔ خطی با یک تابع فعال‌ساز (activation) میانشان، برای همهٔ توکن‌ها یکسان و بی‌نگاه به توکن‌های دیگر. بخش بزرگی از دانسته‌های مدل در همین وزن‌هاست.',
  },
  layer: { en: 'Layer', fa: 'لایه' },
  hidden: { en: 'Hidden units', fa: 'واحدهای پنهان' },
  hiddenNote: {
    en: (n: number, all: number) => `The ${n} units of ${all} with the largest value somewhere in this text`,
    fa: (n: number, all: number) => `${count(n)} واحد از ${count(all)} واحد با بزرگ‌ترین مقدار در این متن`,
  },
  cell: {
    en: (token: string, unit: number) => `“${token}”, unit ${unit}:`,
    fa: (token: string, unit: number) => `«${token}»، واحد ${unit}:`,
  },
  unit: { en: (u: number) => `unit ${u}`, fa: (u: number) => `واحد ${u}` },
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

export function FeedForwardSection() {
  const v = view.value!;
  const of = v.stacks().includes(stack.value) ? stack.value : (v.stacks()[0] ?? 'decoder');
  const layers = v.layers(pass.value, of).filter((l) => v.find(pass.value, `${of}.layer.${l}.feed_forward.hidden`));
  if (layers.length === 0) return null;
  const at = layers.includes(layer.value) ? layer.value : layers.at(-1)!;
  const gated = v.option('gated') === true;
  return (
    <Section
      id="feed_forward"
      title={words.title}
      tone="feed"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula
            name={gated ? 'feed_forward_gated' : 'feed_forward'}
            values={{ c: v.number('width'), f: v.number('feed_forward') }}
          />
        </>
      }
    >
      <div class="controls">
        <label>
          {say(words.layer)}{' '}
          <select value={at} onChange={(event) => chooseLayer(of, Number((event.target as HTMLSelectElement).value))}>
            {layers.map((l) => (
              <option key={l} value={l}>
                {l}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Recorded wanted={[{ name: `${of}.layer.${at}.feed_forward.hidden` }]} height={320}>
        {(hidden) => <Hidden of={of} hidden={hidden} />}
      </Recorded>
    </Section>
  );
}

function chooseLayer(of: Stack, to: number): void {
  const attention = attentions.value.find((a) => a.stack === of && a.layer === to);
  if (attention) chooseHead(attention, Math.min(head.value, attention.heads - 1));
  else layer.value = to;
}

function Hidden({ of, hidden }: { of: Stack; hidden: Known }) {
  const v = view.value!;
  const { values, width, info } = hidden;
  const tokens = values.length / width;
  const units = useMemo(() => strongest(values, width), [values]);
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
          column: String,
          cell: (t, u) => exact(values[t * width + u]!),
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
        <Picture title={say(words.zero)} derived={computedHere()}>
          <Curve
            name={say(words.zero)}
            height={220}
            series={[
              { name: say(words.zero), values: Array.from({ length: tokens }, (_, t) => zeroShare(values, width, t)) },
            ]}
            label={label}
            chosen={chosen}
          />
          <p class="picture-note">{say(words.zeroLine, percent(zeros), label(chosen))}</p>
        </Picture>
      </div>
    </>
  );
}

function zeroShare(values: Float32Array, width: number, t: number): number {
  let zeros = 0;
  for (let i = t * width; i < (t + 1) * width; ++i) zeros += values[i] === 0 ? 1 : 0;
  return zeros / width;
}

/** The units with the largest magnitude anywhere, in their own order. */
function strongest(values: Float32Array, width: number): number[] {
  const most = new Float32Array(width);
  for (let i = 0; i < values.length; ++i) most[i % width] = Math.max(most[i % width]!, Math.abs(values[i]!));
  return Array.from({ length: width }, (_, u) => u)
    .sort((a, b) => most[b]! - most[a]!)
    .slice(0, columnsShown)
    .sort((a, b) => a - b);
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
