// SPDX-License-Identifier: Apache-2.0
// Section 2: the vectors of the tokens.
import { useMemo } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { fixed } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { Recorded } from '../parts/recorded.tsx';
import { TokenRows } from '../parts/rows_of_tokens.tsx';
import { Section } from '../parts/section.tsx';
import { pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { NearestTokens } from './nearest.tsx';

const words = {
  embedding: { en: 'Embedding', fa: 'جاسازی' },
  embeddingIntro: {
    en: 'Each id picks its row of a learned table: a vector. One word has one vector here, whatever it means in this sentence.',
    fa: 'هر شناسه سطر خودش را از یک جدولِ آموخته برمی‌دارد: یک بردار. این‌جا هر واژه یک بردار دارد، هر معنایی که در این جمله داشته باشد.',
  },
  vectors: { en: 'Vectors of the tokens', fa: 'بردارهای توکن‌ها' },
  cosines: { en: 'How alike are these vectors?', fa: 'این بردارها چقدر به هم شبیه‌اند؟' },
  cosineNote: {
    en: 'Cosine of the angle between every two of them: 1 for the same direction, 0 for a right angle.',
    fa: 'کسینوس زاویهٔ میان هر دو بردار: ۱ برای جهت یکسان، ۰ برای زاویهٔ راست (cosine similarity).',
  },
  cosineCell: {
    en: (a: string, b: string) => `“${a}” and “${b}”:`,
    fa: (a: string, b: string) => `«${a}» و «${b}»:`,
  },
  cosine: { en: 'cosine', fa: 'کسینوس' },
  ofStack: {
    en: (what: string, of: string) => `${what} · ${of}`,
    fa: (what: string, of: string) => `${what} · ${of}`,
  },
  encoder: { en: 'encoder', fa: 'رمزگذار' },
  decoder: { en: 'decoder', fa: 'رمزگشا' },
} satisfies Record<string, Both | Both<[string, string]>>;

/** "Vectors of the tokens", and of which stack where there are two. */
export function titled(what: string, stack: Stack): string {
  return view.value!.stacks().length > 1 ? say(words.ofStack, what, say(words[stack])) : what;
}

export function EmbeddingSection() {
  const scaled = view.value!.option('scale_embedding') === true;
  const values = { v: view.value!.number('vocabulary'), c: view.value!.number('width') };
  return (
    <Section
      id="embedding"
      title={words.embedding}
      tone="input"
      intro={
        <>
          <p>{say(words.embeddingIntro)}</p>
          <Formula name={scaled ? 'embedding_scaled' : 'embedding'} values={values} />
        </>
      }
    >
      {view.value!.stacks().map((stack) => (
        <Recorded key={stack} wanted={[{ name: `${stack}.embedding.tokens` }]}>
          {({ info, values, width }) => (
            <>
              <TokenRows
                stack={stack}
                info={info}
                values={values}
                width={width}
                title={titled(say(words.vectors), stack)}
                name={`${stack}-embedding`}
              />
              {info.rows <= 64 && info.rows > 1 && <Cosines stack={stack} values={values} width={width} />}
            </>
          )}
        </Recorded>
      ))}
      <div class="pair">
        {view.value!.stacks().map((stack) => (
          <NearestTokens key={stack} stack={stack} />
        ))}
      </div>
    </Section>
  );
}

export function Cosines(props: { stack: Stack; values: Float32Array; width: number; title?: string }) {
  const { values, width } = props;
  const index = view.value!.index;
  const sequence = view.value!.sequence(pass.value, props.stack)!;
  const grid = useMemo(() => cosineGrid(values, width), [values, width]);
  const label = (i: number) => tokenLabel(index, sequence, i);
  const scale = signedScale(-1, 1);
  return (
    <Picture
      title={titled(props.title ?? say(words.cosines), props.stack)}
      note={say(words.cosineNote)}
      derived={computedHere()}
      scale={scale}
      scaleLabel={say(words.cosine)}
      numbers={{
        name: `${props.stack}-cosine`,
        rows: grid.rows,
        columns: grid.columns,
        row: label,
        column: label,
        cell: (r, c) => grid.at(r, c),
      }}
    >
      <Matrix
        name={say(words.cosine)}
        grid={grid}
        scale={scale}
        rowLabel={label}
        columnLabel={label}
        largest={24}
        numbers
        format={(x) => fixed(x, 2)}
        markedRow={tokenOf(props.stack)}
        describe={(r, c) => say(words.cosineCell, label(r), label(c))}
      />
    </Picture>
  );
}

export function cosineGrid(values: Float32Array, width: number) {
  const rows = values.length / width;
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < width; ++i) sum += values[a * width + i]! * values[b * width + i]!;
    return sum;
  };
  const lengths = Array.from({ length: rows }, (_, r) => Math.sqrt(dot(r, r)));
  const cosines = new Float32Array(rows * rows);
  for (let a = 0; a < rows; ++a) {
    for (let b = 0; b < rows; ++b) cosines[a * rows + b] = dot(a, b) / (lengths[a]! * lengths[b]! || 1);
  }
  return { rows, columns: rows, at: (r: number, c: number) => cosines[r * rows + c]! };
}
