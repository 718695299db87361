// SPDX-License-Identifier: Apache-2.0
// Several texts side by side: one token of each, and how alike their states are in every layer.

import { signal } from '@preact/signals';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { language, say } from '../../shared/language.ts';
import { count, fixed, inDigits } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { recurrentLayers } from '../recurrent.ts';
import { pass, view } from '../state.ts';
import { levelsOf } from '../stream.ts';
import { tokenLabel } from '../token_text.ts';
import { cosineGrid } from './embedding.tsx';
import { nameOfLevel } from './stream.tsx';

const words = {
  title: { en: 'Texts side by side', fa: 'متن‌ها در کنار هم' },
  intro: {
    en: 'Choose a token in each text. In the embedding the same token always has the same vector; layer by layer its neighbours move it. The cosine says how far apart the same word has come.',
    fa: 'از هر متن توکنی برگزینید. یک توکن در جاسازی همیشه یک بردار دارد؛ همسایه‌ها لایه‌به‌لایه آن را جابه‌جا می‌کنند. کسینوس می‌گوید آن واژه در متن‌ها چقدر از هم دور شده است.',
  },
  text: { en: (n: number) => `Text ${n}`, fa: (n: number) => `متن ${count(n)}` },
  along: { en: 'Cosine with the token of the first text, by layer', fa: 'کسینوس با توکنِ متن نخست، لایه‌به‌لایه' },
  last: { en: 'Every two of them, after the last layer', fa: 'هر دو تا، پس از لایهٔ آخر' },
  vector: { en: 'embedding', fa: 'جاسازی' },
  layer: { en: (l: number) => `layer ${l}, both directions`, fa: (l: number) => `لایهٔ ${count(l)}، هر دو جهت` },
  placed: { en: 'with positions', fa: 'با موقعیت' },
  cosine: { en: 'cosine', fa: 'کسینوس' },
  cell: { en: (a: string, b: string) => `“${a}” and “${b}”:`, fa: (a: string, b: string) => `«${a}» و «${b}»:` },
} satisfies Record<string, Both | Both<[number]> | Both<[string, string]>>;

// The chosen token of each text.
const chosen = signal<number[]>([]);

export function CompareSection() {
  const v = view.value!;
  const { passes } = v.index;
  if (passes.length < 2 || !passes[0]!.sequences[0]) return null;
  const of = passes[0]!.sequences[0].stack;
  if (chosen.value.length !== passes.length) chosen.value = firstChoice();
  const shown = comparedLevels(of).filter((l) => passes.every((_, p) => l.states.every((name) => v.find(p, name))));
  const label = (p: number) => tokenLabel(v.index, passes[p]!.sequences[0]!, chosen.value[p]!);
  return (
    <Section id="compare" title={words.title} tone="input" intro={<p>{say(words.intro)}</p>}>
      {passes.map((p, i) => (
        <Strip
          key={i}
          sequence={p.sequences[0]!}
          name={say(words.text, i + 1)}
          chosen={chosen.value[i]}
          onPick={(t) => {
            pass.value = i;
            chosen.value = chosen.value.map((old, k) => (k === i ? t : old));
          }}
        />
      ))}
      {shown.length > 0 && (
        <Recorded wanted={passes.flatMap((_, p) => shown.flatMap((l) => l.states.map((name) => ({ name, of: p }))))}>
          {(...states) => <Distances levels={shown} states={states} label={label} count={passes.length} />}
        </Recorded>
      )}
    </Section>
  );
}

interface ComparedLevel {
  name: string;
  states: string[]; // tensors [T, C] that stand side by side in a token's vector
}

function comparedLevels(of: Stack): ComparedLevel[] {
  const v = view.value!;
  // Before anything tells places apart, one token has one vector.
  const levels = [{ states: [`${of}.embedding.tokens`], name: say(words.vector) }];
  for (const l of levelsOf(v, 0, of))
    levels.push({ states: [l.state], name: l.part === 'embedding' ? say(words.placed) : nameOfLevel(l) });
  if (levels.length > 1) return levels;
  // Two networks that read the text from its two ends.
  const apart = recurrentLayers(v, 0);
  const numbers = [...new Set(apart.map((l) => l.layer))];
  return [
    { states: ['embedding.output'], name: say(words.vector) },
    ...numbers.map((layer) => ({
      states: apart
        .filter((l) => l.layer === layer)
        .map((l) => `${l.prefix.slice(0, l.prefix.lastIndexOf('.'))}.output`),
      name: say(words.layer, layer),
    })),
  ];
}

/** A token that all texts share, if there is one; else the first word of each. */
function firstChoice(): number[] {
  const all = view.value!.index.passes.map((p) => p.sequences[0]!.tokens);
  const shared = all[0]!.find((t) => !t.special && all.every((tokens) => tokens.some((u) => u.id === t.id)));
  const longest = all[0]!.filter((t) => !t.special && all.every((tokens) => tokens.some((u) => u.id === t.id)));
  const wanted = longest.sort((a, b) => (b.end ?? 0) - (b.begin ?? 0) - (a.end ?? 0) + (a.begin ?? 0))[0] ?? shared;
  return all.map((tokens) =>
    Math.max(
      0,
      tokens.findIndex((t) => (wanted ? t.id === wanted.id : !t.special)),
    ),
  );
}

function Distances(props: { levels: ComparedLevel[]; states: Known[]; label: (p: number) => string; count: number }) {
  const { levels, states, label, count } = props;
  const perText = states.length / count;
  // Of each level, where its tensors are among those of a text.
  const places = levels.map((l, i) => {
    const first = levels.slice(0, i).reduce((sum, before) => sum + before.states.length, 0);
    return l.states.map((_, k) => first + k);
  });
  const row = (p: number, l: number) =>
    places[l]!.flatMap((place) => {
      const { values, width } = states[p * perText + place]!;
      const t = Math.min(chosen.value[p]!, values.length / width - 1);
      return [...values.subarray(t * width, (t + 1) * width)];
    });
  const grids = levels.map((_, l) => {
    const rows = Array.from({ length: count }, (_, p) => row(p, l));
    return cosineGrid(Float32Array.from(rows.flat()), rows[0]!.length);
  });
  const name = (p: number) => `${inDigits(p + 1)} · ${label(p)}`;
  const last = grids.at(-1)!;
  return (
    <>
      <Picture
        title={say(words.along)}
        derived={computedHere()}
        numbers={{
          name: 'cosine-by-layer',
          rows: levels.length,
          columns: count,
          row: (l) => levels[l]!.name,
          column: name,
          cell: (l, p) => grids[l]!.at(0, p),
        }}
      >
        <Curve
          key={language.value}
          name={say(words.along)}
          series={Array.from({ length: count - 1 }, (_, i) => ({
            name: name(i + 1),
            values: grids.map((g) => g.at(0, i + 1)),
          }))}
          label={(l) => levels[l]!.name}
        />
      </Picture>
      <Picture
        title={say(words.last)}
        derived={computedHere()}
        scale={signedScale(-1, 1)}
        scaleLabel={say(words.cosine)}
      >
        <Matrix
          name={say(words.last)}
          grid={last}
          scale={signedScale(-1, 1)}
          rowLabel={name}
          columnLabel={name}
          numbers
          format={(c) => fixed(c, 3)}
          describe={(a, b) => say(words.cell, name(a), name(b))}
        />
      </Picture>
    </>
  );
}
