// SPDX-License-Identifier: Apache-2.0
// Section 5: add & norm, and the residual stream.
import { useMemo, useState } from 'preact/hooks';
import { logScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { TokenRows } from '../parts/rows_of_tokens.tsx';
import { Section } from '../parts/section.tsx';
import { chooseToken, pass, stack, tokenOf, view } from '../state.ts';
import { cosines, type Level, levelsOf, rms } from '../stream.ts';
import { tokenLabel } from '../token_text.ts';
import { Norms } from './norms.tsx';

const words = {
  title: { en: 'Add & norm, residual stream', fa: 'جمع و نرمال‌سازی، جریان باقی‌مانده' },
  post: {
    en: 'A sub-layer does not replace a state: its result is added to it (residual), and then the sum is normalised. Gradients flow back through the addition undiminished.',
    fa: 'زیرلایه جای حالت را نمی‌گیرد: نتیجه‌اش با آن جمع می‌شود (residual) و سپس حاصل نرمال می‌شود (norm). گرادیان از مسیر جمع بی‌کاهش بازمی‌گردد.',
  },
  pre: {
    en: 'A sub-layer reads a normalised copy of the state and adds its result to the state itself (residual). Gradients flow back through the addition undiminished.',
    fa: 'زیرلایه نسخه‌ای نرمال‌شده (norm) از حالت را می‌خواند و نتیجه‌اش را با خودِ حالت جمع می‌کند (residual). گرادیان از مسیر جمع بی‌کاهش بازمی‌گردد.',
  },
  sizes: { en: 'Size of the stream', fa: 'اندازهٔ جریان' },
  sizesNote: {
    en: 'Root of the mean square of each state: rows are the places in the model, from the embedding down to the last layer; columns are tokens.',
    fa: 'ریشهٔ میانگین مربع‌های هر حالت: سطرها جاهای مدل‌اند، از جاسازی تا لایهٔ آخر؛ ستون‌ها توکن‌ها.',
  },
  size: { en: 'size (log)', fa: 'اندازه (لگاریتمی)' },
  cell: {
    en: (level: string, token: string) => `${level}, “${token}”:`,
    fa: (level: string, token: string) => `${level}، «${token}»:`,
  },
  path: { en: (t: string) => `The way of “${t}” through the model`, fa: (t: string) => `راه «${t}» در مدل` },
  stateSize: { en: 'size of the state', fa: 'اندازهٔ حالت' },
  addedSize: { en: 'size of what is added', fa: 'اندازهٔ آنچه افزوده می‌شود' },
  turn: { en: 'How much does each step turn the state?', fa: 'هر گام حالت را چقدر می‌چرخاند؟' },
  turnNote: {
    en: 'Cosine with the state before: 1 means unchanged in direction.',
    fa: 'کسینوس با حالت پیش از آن: ۱ یعنی جهت همان مانده است.',
  },
  cosine: { en: 'cosine', fa: 'کسینوس' },
  embedding: { en: 'embedding', fa: 'جاسازی' },
  self_attention: { en: 'self-attention', fa: 'خودتوجهی' },
  cross_attention: { en: 'cross-attention', fa: 'توجه متقاطع' },
  feed_forward: { en: 'feed-forward', fa: 'پیش‌خور' },
  output: { en: 'output', fa: 'خروجی' },
  final_norm: { en: 'final norm', fa: 'نرمال‌سازی پایانی' },
  layerPart: {
    en: (l: number, part: string) => `${l} · ${part}`,
    fa: (l: number, part: string) => `${count(l)} · ${part}`,
  },
  look: { en: 'State', fa: 'حالت' },
  states: { en: 'The states themselves', fa: 'خودِ حالت‌ها' },
  value: { en: 'value', fa: 'مقدار' },
  encoder: { en: 'encoder', fa: 'رمزگذار' },
  decoder: { en: 'decoder', fa: 'رمزگشا' },
} satisfies Record<
  string,
  | Both
  | Both<[string]>
  | Both<[string, string]>
  | Both<[string, string, string]>
  | Both<[string, number]>
  | Both<[number, string]>
>;

export function nameOfLevel(level: Level): string {
  const part = say(words[level.part]);
  return level.layer === undefined ? part : say(words.layerPart, level.layer, part);
}

export function StreamSection() {
  const v = view.value!;
  const of = v.stacks().includes(stack.value) ? stack.value : (v.stacks()[0] ?? 'decoder');
  const levels = levelsOf(v, pass.value, of);
  if (levels.length < 2) return null;
  const pre = v.option('norm_placement') === 'pre';
  return (
    <Section
      id="stream"
      title={words.title}
      tone="norm"
      intro={
        <>
          <p>{say(pre ? words.pre : words.post)}</p>
          <Formula name={pre ? 'pre_norm' : 'post_norm'} />
        </>
      }
    >
      <Recorded wanted={levels.map((l) => ({ name: l.state }))} height={300}>
        {(...states) => <Stream key={of} of={of} levels={levels} states={states} />}
      </Recorded>
      <Norms of={of} />
    </Section>
  );
}

function Stream({ of, levels, states }: { of: Stack; levels: Level[]; states: Known[] }) {
  const v = view.value!;
  const sequence = v.sequence(pass.value, of)!;
  const label = (t: number) => tokenLabel(v.index, sequence, t);
  const width = states[0]!.width;
  const tokens = states[0]!.values.length / width;
  const sizes = useMemo(
    () => states.map((s) => rms(s.values, s.width)),
    [states.map((s) => s.values).length, states[0]!.values],
  );
  const grid = useMemo(
    () => ({ rows: levels.length, columns: tokens, at: (l: number, t: number) => sizes[l]![t]! }),
    [sizes],
  );
  const all = sizes.flatMap((s) => [...s]);
  const scale = logScale(Math.min(...all.filter((x) => x > 0)), Math.max(...all));
  const chosen = Math.min(tokenOf(of), tokens - 1);
  const name = (l: number) => nameOfLevel(levels[l]!);
  const title = v.stacks().length > 1 ? `${say(words.sizes)} · ${say(words[of])}` : say(words.sizes);
  return (
    <>
      <Picture
        title={title}
        note={say(words.sizesNote)}
        derived={computedHere()}
        scale={scale}
        scaleLabel={say(words.size)}
        numbers={{
          name: `${of}-sizes`,
          rows: levels.length,
          columns: tokens,
          row: name,
          column: label,
          cell: (l, t) => grid.at(l, t),
        }}
      >
        <Matrix
          name={title}
          grid={grid}
          scale={scale}
          rowHeight={18}
          largest={34}
          rowLabel={name}
          columnLabel={label}
          markedColumn={chosen}
          describe={(l, t) => say(words.cell, name(l), label(t))}
          onPick={(_, t) => chooseToken(of, t)}
        />
      </Picture>
      <Way of={of} levels={levels} states={states} sizes={sizes} chosen={chosen} />
      <States of={of} levels={levels} states={states} />
    </>
  );
}

function Way(props: { of: Stack; levels: Level[]; states: Known[]; sizes: Float32Array[]; chosen: number }) {
  const { levels, states, sizes, chosen } = props;
  const v = view.value!;
  const label = tokenLabel(v.index, v.sequence(pass.value, props.of)!, chosen);
  const name = (l: number) => nameOfLevel(levels[l]!);
  const additions = levels.filter((l) => l.added).map((l) => ({ name: l.added! }));
  const turns = states.map((s, l) =>
    l === 0 ? Number.NaN : cosines(s.values, states[l - 1]!.values, s.width)[chosen]!,
  );
  return (
    <div class="pair">
      <Picture title={say(words.path, label)} derived={computedHere()}>
        <Recorded wanted={additions} quiet>
          {(...added) => {
            const byName = new Map(added.map((a) => [a.info.name, rms(a.values, a.width)[chosen]!]));
            return (
              <Curve
                name={say(words.path, label)}
                height={220}
                series={[
                  { name: say(words.stateSize), values: sizes.map((s) => s[chosen]!) },
                  ...(byName.size > 0
                    ? [
                        {
                          name: say(words.addedSize),
                          values: levels.map((l) => (l.added ? byName.get(l.added)! : Number.NaN)),
                        },
                      ]
                    : []),
                ]}
                label={name}
              />
            );
          }}
        </Recorded>
      </Picture>
      <Picture title={say(words.turn)} note={say(words.turnNote)} derived={computedHere()}>
        <Curve name={say(words.turn)} height={220} series={[{ name: say(words.cosine), values: turns }]} label={name} />
      </Picture>
    </div>
  );
}

/** One state of the stream, chosen by name. */
function States({ of, levels, states }: { of: Stack; levels: Level[]; states: Known[] }) {
  const [at, setAt] = useState(levels.length - 1);
  const state = states[Math.min(at, levels.length - 1)]!;
  return (
    <>
      <div class="controls">
        <label>
          {say(words.look)}{' '}
          <select value={at} onChange={(event) => setAt(Number((event.target as HTMLSelectElement).value))}>
            {levels.map((level, l) => (
              <option key={level.state} value={l}>
                {nameOfLevel(level)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <TokenRows
        stack={of}
        info={state.info}
        values={state.values}
        width={state.width}
        title={say(words.states)}
        name={state.info.name}
      />
    </>
  );
}
