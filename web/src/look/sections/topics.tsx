// SPDX-License-Identifier: Apache-2.0
// Topics: what share of a text each has, and which of its words it has given.
import { useState } from 'preact/hooks';
import { colourOf, css, inkOn, type Rgb, shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, percent, short } from '../../shared/numbers.ts';
import { NumbersTable } from '../../shared/table.tsx';
import { theme } from '../../shared/theme.ts';
import type { Topics } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: { en: 'Topics', fa: 'موضوع‌ها' },
  intro: {
    en: 'A text is a mixture of topics, and a topic prefers some words to others. The order of the words does not matter. Which topic gave a word is seldom certain: it is shared among the topics that the text has.',
    fa: 'هر متن آمیزه‌ای از موضوع‌هاست و هر موضوع برخی واژه‌ها را بیشتر می‌پسندد. ترتیب واژه‌ها اهمیتی ندارد. این‌که هر واژه از کدام موضوع آمده است کمتر قطعی است؛ واژه میان موضوع‌های متن تقسیم می‌شود.',
  },
  mixture: { en: 'Share of each topic in the text', fa: 'سهم هر موضوع در متن' },
  shown: {
    en: (n: string, all: string) => `The ${n} topics with the greatest shares, of ${all}. Choose one.`,
    fa: (n: string, all: string) => `${n} موضوع با بیشترین سهم، از ${all} موضوع. یکی را برگزینید.`,
  },
  topic: { en: (n: string) => `topic ${n}`, fa: (n: string) => `موضوع ${n}` },
  strip: {
    en: (n: string) => `How much of each word is of topic ${n}`,
    fa: (n: string) => `چه سهمی از هر واژه از موضوع ${n} است`,
  },
  word: {
    en: (word: string, share: string) => `“\u2068${word}\u2069”: ${share} of it is of this topic`,
    fa: (word: string, share: string) => `«\u2068${word}\u2069»: ${share} آن از این موضوع است`,
  },
  unknown: {
    en: (word: string) => `The model does not know “${word}”; such words do not count.`,
    fa: (word: string) => `مدل «${word}» را نمی‌شناسد؛ چنین واژه‌هایی به حساب نمی‌آیند.`,
  },
  likeliest: {
    en: (n: string) => `The likeliest words of topic ${n}`,
    fa: (n: string) => `محتمل‌ترین واژه‌های موضوع ${n}`,
  },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]>>;

export function TopicsSection() {
  const { topics, sequences } = view.value!.pass(pass.value);
  const [chosen, setChosen] = useState(0);
  const sequence = sequences[0];
  if (!topics || !sequence || topics.shown.length === 0) return null;
  const at = Math.min(chosen, topics.shown.length - 1);
  const topic = topics.shown[at]!;
  return (
    <Section
      id="topics"
      title={words.title}
      tone="softmax"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="topics" />
        </>
      }
    >
      <figure class="picture">
        <figcaption>{say(words.mixture)}</figcaption>
        <p class="picture-note">{say(words.shown, count(topics.shown.length), count(topics.count))}</p>
        <ol class="candidates topic-shares" dir="ltr">
          {topics.shown.map((t, i) => (
            <li key={t.topic} class={i === at ? 'truth' : ''}>
              <button type="button" class="candidate" aria-pressed={i === at} onClick={() => setChosen(i)}>
                <bdi>{say(words.topic, count(t.topic))}</bdi>
              </button>
              <span class="bar-track">
                <i class="bar" style={{ width: `${100 * numberOf(t.share)}%` }} />
              </span>
              <span class="value">{short(numberOf(t.share))}</span>
              <bdi class="topic-words">
                {t.words
                  .slice(0, 6)
                  .map((w) => w.word)
                  .join(' · ')}
              </bdi>
            </li>
          ))}
        </ol>
      </figure>
      <OfWords topics={topics} at={at} />
      <figure class="picture">
        <figcaption>{say(words.likeliest, count(topic.topic))}</figcaption>
        <ol class="candidates" dir="ltr">
          {topic.words.map((w) => (
            <li key={w.word}>
              <bdi class="candidate">{w.word}</bdi>
              <span class="bar-track">
                <i class="bar" style={{ width: `${(100 * numberOf(w.p)) / (numberOf(topic.words[0]!.p) || 1)}%` }} />
              </span>
              <span class="value">{short(numberOf(w.p))}</span>
            </li>
          ))}
        </ol>
      </figure>
    </Section>
  );
}

function OfWords({ topics, at }: { topics: Topics; at: number }) {
  const v = view.value!;
  const sequence = v.pass(pass.value).sequences[0]!;
  const name = say(words.strip, count(topics.shown[at]!.topic));
  const shares = new Map(topics.words.map((w) => [w.at, numberOf(w.shares[at])]));
  const colour = (i: number): Rgb | undefined => {
    const share = shares.get(i);
    return share === undefined ? undefined : colourOf(share, shareScale(1), theme.value);
  };
  const chosen = Math.max(0, Math.min(tokenOf(sequence.stack), sequence.tokens.length - 1));
  const describe = (i: number) => {
    const word = tokenLabel(v.index, sequence, i);
    const share = shares.get(i);
    return share === undefined ? say(words.unknown, word) : say(words.word, word, percent(share));
  };
  const key = [0, 0.5, 1].map((share) => ({ share, colour: colourOf(share, shareScale(1), theme.value) }));
  return (
    <figure class="picture">
      <figcaption>{name}</figcaption>
      <Strip
        sequence={sequence}
        name={name}
        chosen={chosen}
        colour={colour}
        describe={describe}
        onPick={(i) => chooseToken(sequence.stack, i)}
      />
      <p class="order-key">
        {key.map((k) => (
          <span key={k.share} class="coloured" style={{ background: css(k.colour), color: css(inkOn(k.colour)) }}>
            {percent(k.share, 0)}
          </span>
        ))}
      </p>
      {sequence.tokens.length > 0 && <p class="answer-line">{describe(chosen)}</p>}
      <NumbersTable
        numbers={{
          name: 'topics',
          rows: topics.words.length,
          columns: topics.shown.length,
          row: (r) => tokenLabel(v.index, sequence, topics.words[r]!.at),
          column: (c) => say(words.topic, count(topics.shown[c]!.topic)),
          cell: (r, c) => numberOf(topics.words[r]!.shares[c]),
        }}
      />
    </figure>
  );
}
