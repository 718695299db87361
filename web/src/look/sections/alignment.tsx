// SPDX-License-Identifier: Apache-2.0
// A translation word by word: what was chosen at each step, how surely, and where the decoder looked in the source.
import { useMemo } from 'preact/hooks';
import { shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, fixed } from '../../shared/numbers.ts';
import type { Attention } from '../index_view.ts';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { attention, attentions, chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { wholeMost } from './one_head_data.ts';

const words = {
  title: { en: 'Word by word: where does the decoder look?', fa: 'واژه‌به‌واژه: رمزگشا به کجا می‌نگرد؟' },
  note: {
    en: (heads: number, layer: number) =>
      `Mean of the ${heads} heads of layer ${layer} of the cross-attention. Each row is the step that chooses the word named there.`,
    fa: (heads: number, layer: number) =>
      `میانگین ${count(heads)} سرِ لایهٔ ${count(layer)} توجه متقاطع. هر سطر گامی است که واژهٔ نام‌برده را برمی‌گزیند.`,
  },
  cell: {
    en: (target: string, source: string) => `for “${target}”, on “${source}”:`,
    fa: (target: string, source: string) => `برای «${target}»، به «${source}»:`,
  },
  weight: { en: 'weight', fa: 'وزن' },
  end: { en: '(end)', fa: '(پایان)' },
} satisfies Record<string, Both | Both<[string, string]> | Both<[number, number]>>;

/** The cross-attention of the chosen layer, else of the last. */
function crossOf(): Attention | undefined {
  const all = attentions.value.filter((a) => a.kind === 'cross_attention');
  return all.find((a) => a.layer === attention.value?.layer) ?? all.at(-1);
}

export function Alignment() {
  const of = crossOf();
  const info = of && view.value!.find(pass.value, `${of.prefix}.probabilities`);
  if (!of || !info || Math.max(info.shape[1]!, info.shape[2]!) > wholeMost) return null;
  return (
    <Recorded wanted={[{ name: `${of.prefix}.probabilities` }]} quiet>
      {(p) => <AlignmentPicture of={of} p={p!} />}
    </Recorded>
  );
}

function AlignmentPicture({ of, p }: { of: Attention; p: Known }) {
  const v = view.value!;
  const [heads, rows, columns] = p.info.shape as [number, number, number];
  const [source, target] = [v.sequence(pass.value, 'encoder')!, v.sequence(pass.value, 'decoder')!];
  // The step that reads token t chooses token t + 1.
  const chosenAt = (t: number) => (t + 1 < target.tokens.length ? tokenLabel(v.index, target, t + 1) : say(words.end));
  const sourceAt = (s: number) => tokenLabel(v.index, source, s);
  const grid = useMemo(() => {
    const mean = new Float32Array(rows * columns);
    for (let i = 0; i < p.values.length; ++i) mean[i % (rows * columns)]! += p.values[i]! / heads;
    return { rows, columns, at: (t: number, s: number) => mean[t * columns + s]! };
  }, [p.values]);
  return (
    <Picture
      title={say(words.title)}
      note={say(words.note, heads, of.layer)}
      info={p.info}
      derived={computedHere()}
      scale={shareScale(1)}
      scaleLabel={say(words.weight)}
      numbers={{
        name: 'alignment',
        rows,
        columns,
        row: chosenAt,
        column: sourceAt,
        cell: (t, s) => grid.at(t, s),
      }}
    >
      <Matrix
        name={say(words.title)}
        grid={grid}
        scale={shareScale(1)}
        rowLabel={chosenAt}
        columnLabel={sourceAt}
        largest={34}
        numbers
        format={(x) => fixed(x, 2)}
        markedRow={tokenOf('decoder')}
        describe={(t, s) => say(words.cell, chosenAt(t), sourceAt(s))}
        onPick={(t) => chooseToken('decoder', t)}
      />
    </Picture>
  );
}
