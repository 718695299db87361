// SPDX-License-Identifier: Apache-2.0
// A perceptron over the last tokens: the window that it sees at the chosen token, and its hidden units.
import { useMemo, useState } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count } from '../../shared/numbers.ts';
import { numberOf, type Stack } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { HiddenUnits } from '../parts/hidden_units.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: { en: 'Perceptron over a window', fa: 'پرسپترون روی یک پنجره' },
  intro: {
    en: (n: number) =>
      `The vectors of the last ${n} tokens stand side by side in one long vector, which a layer with tanh reads. What lies further back cannot change the answer. Each place of the window has weights of its own.`,
    fa: (n: number) =>
      `بردارهای ${count(n)} توکن آخر کنار هم یک بردار بلند می‌سازند و لایه‌ای با tanh آن را می‌خواند. آنچه دورتر از این باشد در پاسخ اثری ندارد. هر جای پنجره وزن‌های خودش را دارد.`,
  },
  layer: { en: 'Layer', fa: 'لایه' },
  window: {
    en: (token: string) => `What it sees at “${token}”`,
    fa: (token: string) => `آنچه در «${token}» می‌بیند`,
  },
  windowNote: {
    en: 'Rows are the places of the window, the last token below; columns are the channels of its vector. Before the beginning of the text there are zeros. Choose a row to go to that token.',
    fa: 'سطرها جاهای پنجره‌اند و آخرین توکن پایین است؛ ستون‌ها کانال‌های بردار آن‌اند. پیش از آغاز متن صفر است. سطری را برگزینید تا به همان توکن بروید.',
  },
  nothing: { en: '(before the text)', fa: '(پیش از متن)' },
  channel: { en: 'channel', fa: 'کانال' },
  cell: {
    en: (token: string, channel: number) => `“${token}”, channel ${channel}:`,
    fa: (token: string, channel: number) => `«${token}»، کانال ${count(channel)}:`,
  },
  value: { en: 'value', fa: 'مقدار' },
} satisfies Record<string, Both | Both<[number]> | Both<[string]> | Both<[string, number]>>;

export function PerceptronSection() {
  const v = view.value!;
  const [chosen, setChosen] = useState(0);
  if (v.index.kind !== 'perceptron') return null;
  const of: Stack = 'decoder';
  const layers = v.layers(pass.value, of).filter((l) => v.find(pass.value, `${of}.layer.${l}.hidden`));
  const at = layers.includes(chosen) ? chosen : (layers[0] ?? 0);
  const places = v.number('context') ?? 1;
  return (
    <Section
      id="perceptron"
      title={words.title}
      tone="feed"
      intro={
        <>
          <p>{say(words.intro, places)}</p>
          <Formula
            name="perceptron"
            values={{ m: places - 1, c: places * (v.number('width') ?? Number.NaN), f: v.number('hidden') }}
          />
        </>
      }
    >
      <Recorded wanted={[{ name: `${of}.window`, first: tokenOf(of), count: 1 }]} height={200}>
        {(window) => <Window of={of} window={window} places={places} />}
      </Recorded>
      {layers.length > 1 && (
        <div class="controls">
          <label>
            {say(words.layer)}{' '}
            <select value={at} onChange={(event) => setChosen(Number((event.target as HTMLSelectElement).value))}>
              {layers.map((l) => (
                <option key={l} value={l}>
                  {count(l)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Recorded wanted={[{ name: `${of}.layer.${at}.hidden` }]} height={320}>
        {(hidden) => <HiddenUnits of={of} hidden={hidden} zeros={false} />}
      </Recorded>
    </Section>
  );
}

function Window({ of, window, places }: { of: Stack; window: Known; places: number }) {
  const { values, info } = window;
  const v = view.value!;
  const sequence = v.sequence(pass.value, of)!;
  const chosen = tokenOf(of);
  const width = values.length / places;
  const token = (row: number) => chosen - (places - 1 - row);
  const label = (row: number) => (token(row) < 0 ? say(words.nothing) : tokenLabel(v.index, sequence, token(row)));
  const grid = useMemo(
    () => ({ rows: places, columns: width, at: (r: number, c: number) => values[r * width + c]! }),
    [values],
  );
  const title = say(words.window, tokenLabel(v.index, sequence, chosen));
  const scale = signedScale(numberOf(info.low), numberOf(info.high));
  return (
    <Picture
      title={title}
      note={say(words.windowNote)}
      info={info}
      scale={scale}
      scaleLabel={say(words.value)}
      numbers={{
        name: info.name,
        rows: places,
        columns: width,
        row: label,
        column: (c) => `${say(words.channel)} ${count(c)}`,
        cell: (r, c) => values[r * width + c]!,
      }}
    >
      <Matrix
        name={title}
        grid={grid}
        scale={scale}
        rowHeight={places > 24 ? 12 : 20}
        largest={18}
        rowLabel={label}
        markedRow={places - 1}
        describe={(r, c) => say(words.cell, label(r), c)}
        onPick={(r) => token(r) >= 0 && chooseToken(of, token(r))}
      />
    </Picture>
  );
}
