// SPDX-License-Identifier: Apache-2.0
// Word vectors: a map of the words, their neighbours, and how alike those are that were asked for.
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { useRef, useState } from 'preact/hooks';
import { directionOf, spelled } from '../../shared/bidi.ts';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, fixed, percent, short } from '../../shared/numbers.ts';
import type { Vectors } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { useWidth } from '../parts/width.ts';
import { pass, view } from '../state.ts';
import { cosineGrid } from './embedding.tsx';

const words = {
  title: { en: 'Word vectors', fa: 'بردارهای واژه' },
  intro: {
    en: 'Every word is a point. Words that stand in like company in the training text lie in like directions; the cosine of the angle says how alike.',
    fa: 'هر واژه یک نقطه است. واژه‌هایی که در متن آموزش همنشین‌های مشابهی دارند جهت‌های مشابهی می‌گیرند؛ کسینوس زاویه (cosine) می‌گوید چقدر شبیه‌اند.',
  },
  map: { en: 'Map of the words', fa: 'نقشهٔ واژه‌ها' },
  mapNote: {
    en: (a: string, b: string) =>
      `The first two principal components: they show ${a} and ${b} of the variance; distances on the map are only as true as that.`,
    fa: (a: string, b: string) =>
      `دو مؤلفهٔ اصلی نخست: ${a} و ${b} از واریانس را نشان می‌دهند؛ فاصله‌های نقشه تنها به همین اندازه درست است.`,
  },
  neighbours: { en: (word: string) => `Nearest to “${word}”`, fa: (word: string) => `نزدیک‌ترین‌ها به «${word}»` },
  unknown: {
    en: (words: string) => `Not in the vocabulary: ${words}`,
    fa: (words: string) => `در واژگان نیست: ${words}`,
  },
  alike: { en: 'How alike are the words?', fa: 'واژه‌ها چقدر به هم شبیه‌اند؟' },
  cosine: { en: 'cosine', fa: 'کسینوس' },
  cell: { en: (a: string, b: string) => `“${a}” and “${b}”:`, fa: (a: string, b: string) => `«${a}» و «${b}»:` },
  vectors: { en: 'The vectors', fa: 'بردارها' },
  channel: {
    en: (w: string, c: number) => `“${w}”, channel ${c}:`,
    fa: (w: string, c: number) => `«${w}»، کانال ${count(c)}:`,
  },
  value: { en: 'value', fa: 'مقدار' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]> | Both<[string, number]>>;

export function VectorsSection() {
  const vectors = view.value!.pass(pass.value).vectors;
  if (!vectors) return null;
  const known = vectors.words.filter((w) => w.known).map((w) => w.word);
  const unknown = vectors.words.filter((w) => !w.known).map((w) => spelled(w.word));
  return (
    <Section
      id="vectors"
      title={words.title}
      tone="input"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="cosine" />
        </>
      }
    >
      {unknown.length > 0 && <p class="notice warn">{say(words.unknown, unknown.join('، '))}</p>}
      <Neighbours vectors={vectors} known={known} />
      <WordMap vectors={vectors} />
      {view.value!.find(pass.value, 'vectors') && <Numbers known={known} />}
    </Section>
  );
}

function Neighbours({ vectors, known }: { vectors: Vectors; known: string[] }) {
  return (
    <div class="pair">
      {known.map((word, i) => (
        <figure class="picture" key={word}>
          <figcaption>{say(words.neighbours, spelled(word))}</figcaption>
          <ol class="candidates" dir="ltr">
            {(vectors.neighbours[i] ?? []).map((n) => (
              <li key={n.word}>
                <bdi class="candidate">{spelled(n.word)}</bdi>
                <span class="bar-track">
                  <i class="bar" style={{ width: `${100 * Math.max(0, numberOf(n.cosine))}%` }} />
                </span>
                <span class="value">{short(numberOf(n.cosine))}</span>
              </li>
            ))}
          </ol>
        </figure>
      ))}
    </div>
  );
}

function WordMap({ vectors }: { vectors: Vectors }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [seen, setSeen] = useState<string | undefined>(undefined);
  if (vectors.map.length < 2) return null;
  const height = Math.min(520, Math.max(280, width * 0.62));
  const x = scaleLinear(extent(vectors.map, (m) => m.x) as [number, number], [50, width - 50]);
  const y = scaleLinear(extent(vectors.map, (m) => m.y) as [number, number], [height - 24, 24]);
  // Where there are many, only those that were asked for, and the one pointed at, have their names.
  const named = (m: Vectors['map'][number]) => m.asked || m.word === seen || vectors.map.length <= 80;
  return (
    <Picture
      title={say(words.map)}
      note={say(words.mapNote, percent(vectors.explained[0]), percent(vectors.explained[1]))}
    >
      <div ref={box} dir="ltr">
        <svg class="word-map" width={width} height={height} role="img" aria-label={say(words.map)}>
          {[...vectors.map]
            .sort((a, b) => Number(a.asked) - Number(b.asked))
            .map((m) => (
              <g
                key={m.word}
                class={m.asked ? 'asked' : ''}
                onPointerEnter={() => setSeen(m.word)}
                onPointerLeave={() => setSeen(undefined)}
              >
                <circle cx={x(m.x)} cy={y(m.y)} r={m.asked ? 5 : 3} />
                {named(m) && (
                  <text x={x(m.x)} y={y(m.y) - 8} text-anchor="middle" direction={directionOf(m.word)}>
                    {spelled(m.word)}
                  </text>
                )}
              </g>
            ))}
        </svg>
      </div>
    </Picture>
  );
}

function Numbers({ known }: { known: string[] }) {
  const label = (i: number) => spelled(known[i]!);
  return (
    <Recorded wanted={[{ name: 'vectors' }]}>
      {({ info, values, width }) => {
        const grid = cosineGrid(values, width);
        const scale = signedScale(numberOf(info.low), numberOf(info.high));
        return (
          <>
            {known.length > 1 && (
              <Picture
                title={say(words.alike)}
                derived={computedHere()}
                scale={signedScale(-1, 1)}
                scaleLabel={say(words.cosine)}
              >
                <Matrix
                  name={say(words.alike)}
                  grid={grid}
                  scale={signedScale(-1, 1)}
                  rowLabel={label}
                  columnLabel={label}
                  numbers
                  format={(c) => fixed(c, 2)}
                  describe={(a, b) => say(words.cell, label(a), label(b))}
                />
              </Picture>
            )}
            <Picture
              title={say(words.vectors)}
              info={info}
              scale={scale}
              scaleLabel={say(words.value)}
              numbers={{
                name: 'vectors',
                rows: known.length,
                columns: width,
                row: label,
                column: (c) => c,
                cell: (r, c) => values[r * width + c]!,
              }}
            >
              <Matrix
                name={say(words.vectors)}
                grid={{ rows: known.length, columns: width, at: (r, c) => values[r * width + c]! }}
                scale={scale}
                rowHeight={20}
                largest={16}
                rowLabel={label}
                describe={(r, c) => say(words.channel, label(r), c)}
              />
            </Picture>
          </>
        );
      }}
    </Recorded>
  );
}
