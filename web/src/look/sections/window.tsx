// SPDX-License-Identifier: Apache-2.0
// A model that reads a window of tokens anew for each prediction and averages what it finds there: the weights of the
// average.
import { useMemo } from 'preact/hooks';
import { colourOf, shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, percent } from '../../shared/numbers.ts';
import { theme } from '../../shared/theme.ts';
import { numberOf, type Stack } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: { en: 'Average over a window', fa: 'میانگین روی یک پنجره' },
  intro: {
    en: (n: number) =>
      `For each prediction the network reads the last ${n} tokens anew, from an empty memory, and averages its vectors and states over them. The weights of the average are learned, as those of attention are, but the question is always the same vector v.`,
    fa: (n: number) =>
      `شبکه برای هر پیش‌بینی ${count(n)} توکن آخر را از نو، با حافظهٔ خالی، می‌خواند و میانگین بردارها و حالت‌های خود را روی آن‌ها می‌گیرد. وزن‌های این میانگین مانند وزن‌های توجه آموخته می‌شوند، ولی پرسش همیشه همان بردار v است.`,
  },
  weights: { en: 'Weights of the places in each window', fa: 'وزن جاهای هر پنجره' },
  weightsNote: {
    en: 'Rows are the tokens at which the next one is predicted; columns are the places of the window, the token itself last. Places before the text hold the padding token.',
    fa: 'سطرها توکن‌هایی‌اند که پس از آن‌ها پیش‌بینی می‌شود؛ ستون‌ها جاهای پنجره‌اند و خود توکن آخرین است. جاهای پیش از متن را توکن پُرکننده (padding) گرفته است.',
  },
  seen: {
    en: (token: string) => `What counts at “${token}”`,
    fa: (token: string) => `آنچه در «${token}» به حساب می‌آید`,
  },
  nothing: { en: '(before the text)', fa: '(پیش از متن)' },
  before: {
    en: (share: string) => `${share} of the weight lies on places before the text.`,
    fa: (share: string) => `${share} وزن روی جاهای پیش از متن است.`,
  },
  cell: {
    en: (token: string, at: string) => `at “${token}”, weight of “${at}”:`,
    fa: (token: string, at: string) => `در «${token}»، وزن «${at}»:`,
  },
  weight: { en: 'weight', fa: 'وزن' },
  back: { en: (n: number) => `${n} back`, fa: (n: number) => `${count(n)} جا پیش‌تر` },
} satisfies Record<string, Both | Both<[number]> | Both<[string]> | Both<[string, string]>>;

export function WindowSection() {
  const v = view.value!;
  if (v.index.kind !== 'windowed') return null;
  const of: Stack = 'decoder';
  return (
    <Section
      id="window"
      title={words.title}
      tone="recurrence"
      intro={
        <>
          <p>{say(words.intro, v.number('context') ?? 1)}</p>
          <Formula name="window" />
        </>
      }
    >
      <Recorded wanted={[{ name: `${of}.window_weights` }]} height={320}>
        {(weights) => <Weights of={of} weights={weights!} />}
      </Recorded>
    </Section>
  );
}

function Weights({ of, weights }: { of: Stack; weights: Known }) {
  const { values, width: places, info } = weights;
  const v = view.value!;
  const sequence = v.sequence(pass.value, of)!;
  const rows = sequence.tokens.length;
  const chosen = tokenOf(of);
  const label = (i: number) => (i < 0 ? say(words.nothing) : tokenLabel(v.index, sequence, i));
  const grid = useMemo(
    () => ({ rows, columns: places, at: (r: number, c: number) => values[r * places + c]! }),
    [values],
  );
  const scale = shareScale(numberOf(info.high), true);
  const weightOf = (i: number) => {
    const place = places - 1 - (chosen - i);
    return i > chosen || place < 0 ? undefined : values[chosen * places + place]!;
  };
  const outside = Array.from({ length: Math.max(0, places - 1 - chosen) }, (_, c) => values[chosen * places + c]!);
  const seen = say(words.seen, label(chosen));
  return (
    <>
      <figure class="picture">
        <figcaption>{seen}</figcaption>
        <Strip
          sequence={sequence}
          name={seen}
          chosen={chosen}
          colour={(i) => {
            const weight = weightOf(i);
            return weight === undefined ? undefined : colourOf(weight, scale, theme.value);
          }}
          describe={(i) => `${label(i)}: ${percent(weightOf(i) ?? 0)}`}
          onPick={(i) => chooseToken(of, i)}
        />
        {outside.length > 0 && (
          <p class="answer-line">{say(words.before, percent(outside.reduce((sum, w) => sum + w, 0)))}</p>
        )}
      </figure>
      <Picture
        title={say(words.weights)}
        note={say(words.weightsNote)}
        info={info}
        scale={scale}
        scaleLabel={say(words.weight)}
        numbers={{
          name: info.name,
          rows,
          columns: places,
          row: label,
          column: (c) => say(words.back, places - 1 - c),
          cell: (r, c) => values[r * places + c]!,
        }}
      >
        <Matrix
          name={say(words.weights)}
          grid={grid}
          scale={scale}
          largest={18}
          rowLabel={label}
          markedRow={chosen}
          describe={(r, c) => say(words.cell, label(r), label(r - (places - 1 - c)))}
          onPick={(r) => chooseToken(of, r)}
        />
      </Picture>
    </>
  );
}
