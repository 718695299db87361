// SPDX-License-Identifier: Apache-2.0
// A task over two language models of opposite directions (ELMo): in which shares it takes their layers.
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, inDigits, percent, short } from '../../shared/numbers.ts';
import { type LayerMix, layerMix } from '../layer_mix.ts';
import { Formula } from '../parts/formula.tsx';
import { Picture } from '../parts/picture.tsx';
import { Section } from '../parts/section.tsx';
import { pass, view } from '../state.ts';

const words = {
  title: { en: 'Mix of the layers', fa: 'آمیزهٔ لایه‌ها' },
  intro: {
    en: 'Each layer knows something else of a word, so the task does not read the last one alone. It has learnt in which shares s it takes them, and by which factor γ it scales their sum.',
    fa: 'هر لایه چیز دیگری از واژه می‌داند؛ پس این کار تنها لایهٔ آخر را نمی‌خواند. آموخته است که هر لایه را به چه سهمی (s) بردارد و جمعشان را در چه ضریبی (γ) ضرب کند.',
  },
  picture: { en: 'Share of each layer', fa: 'سهم هر لایه' },
  note: {
    en: (scale: string) =>
      `The shares add up to 1; γ = ${scale}. A share tells how much of a layer’s vectors is taken, not how long these are.`,
    fa: (scale: string) =>
      `جمع سهم‌ها ۱ است؛ γ = \u2066${scale}\u2069. سهم می‌گوید چه اندازه از بردارهای یک لایه برداشته می‌شود، نه این‌که آن بردارها چه اندازه بلندند.`,
  },
  embedding: { en: 'embedding', fa: 'جاسازی' },
  layer: { en: (j: number) => `layer ${j}`, fa: (j: number) => `لایهٔ ${count(j)}` },
  share: { en: 'share s of a layer', fa: 'سهم s هر لایه' },
  even: {
    en: (share: string) => `if all had the same: ${share}`,
    fa: (share: string) => `اگر همه برابر بودند: ${share}`,
  },
  column: { en: 'share', fa: 'سهم' },
  bar: {
    en: (name: string, share: string) => `${name}: ${share}`,
    fa: (name: string, share: string) => `${name}: ${share}`,
  },
} satisfies Record<string, Both | Both<[number]> | Both<[string]> | Both<[string, string]>>;

/** h₀ is what layer 0 reads, the vector of the token alone; h₁ is what layer 0 gives. */
const nameOf = (j: number) => (j === 0 ? say(words.embedding) : say(words.layer, j - 1));

export function LayerMixSection() {
  const v = view.value!;
  const mix = layerMix(v);
  if (!mix) return null;
  return (
    <Section
      id="mix"
      title={words.title}
      tone="linear"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="layer_mix" values={{ n: mix.shares.length - 1 }} />
        </>
      }
    >
      <Picture
        title={say(words.picture)}
        note={say(words.note, short(mix.scale))}
        info={v.find(pass.value, 'mix.shares')}
        numbers={{
          name: 'mix.shares',
          rows: mix.shares.length,
          columns: 1,
          row: nameOf,
          column: () => say(words.column),
          cell: (j) => mix.shares[j]!,
        }}
      >
        <Bars mix={mix} />
      </Picture>
    </Section>
  );
}

function Bars({ mix: { shares } }: { mix: LayerMix }) {
  const even = 1 / shares.length;
  return (
    <>
      <ol class="shares mix-shares" dir="ltr">
        {shares.map((share, j) => (
          <li key={j} title={say(words.bar, nameOf(j), percent(share))}>
            <bdi class="candidate">
              {nameOf(j)}{' '}
              <bdi class="mix-letter" dir="ltr">
                h<sub>{inDigits(j)}</sub>
              </bdi>
            </bdi>
            <span class="bar-track">
              <i class="bar" style={{ width: `${100 * share}%` }} />
              <i class="even" style={{ left: `${100 * even}%` }} />
            </span>
            <span class="value">{short(share)}</span>
          </li>
        ))}
        <li class="mix-axis" aria-hidden="true">
          <span />
          <span class="ticks">
            {[0, 0.5, 1].map((x) => (
              <span key={x} style={{ left: `${100 * x}%` }}>
                {inDigits(x)}
              </span>
            ))}
          </span>
          <span />
        </li>
      </ol>
      <ul class="mix-key">
        <li>
          <i class="swatch" aria-hidden="true" /> {say(words.share)}
        </li>
        <li>
          <i class="even" aria-hidden="true" /> {say(words.even, short(even))}
        </li>
      </ul>
    </>
  );
}
