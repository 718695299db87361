// SPDX-License-Identifier: Apache-2.0
// Bags of words: the features of the text, and what each adds to the score of a label.
import { useState } from 'preact/hooks';
import { spelled } from '../../shared/bidi.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, short } from '../../shared/numbers.ts';
import { NumbersTable } from '../../shared/table.tsx';
import { numberOf } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Section } from '../parts/section.tsx';
import { pass, view } from '../state.ts';

const words = {
  title: { en: 'Features and weights', fa: 'ویژگی‌ها و وزن‌ها' },
  intro: {
    en: 'The text is a bag: which features it has and how much of each, without their order. A score is the sum of value times weight.',
    fa: 'متن یک کیسه (bag) است: چه ویژگی‌هایی دارد و از هر کدام چقدر، بی‌ترتیب. هر امتیاز، جمعِ حاصل‌ضربِ مقدار در وزن است.',
  },
  label: { en: 'For the label', fa: 'برای برچسبِ' },
  contributions: {
    en: 'What speaks for it (orange) and against it (blue)',
    fa: 'آنچه به سود آن (نارنجی) یا به زیان آن (آبی) است',
  },
  values: { en: 'The features of the text', fa: 'ویژگی‌های متن' },
  value: { en: 'value', fa: 'مقدار' },
  bias: { en: 'bias', fa: 'بایاس' },
  shown: {
    en: (n: string, all: string) => `The ${n} strongest of ${all}`,
    fa: (n: string, all: string) => `${n} ویژگیِ قوی‌تر از ${all} ویژگی`,
  },
  sum: { en: (x: string) => `Sum with the bias: ${x}`, fa: (x: string) => `جمع، با بایاس: ${x}` },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]>>;

const shownMost = 30;

export function BagSection() {
  const { bag, labels } = view.value!.pass(pass.value);
  const best = labels?.rows[0]?.chosen[0] ?? 0;
  const [label, setLabel] = useState(best);
  if (!bag) return null;
  const linear = bag.features.some((f) => f.contributions);
  // Of two labels a linear model may keep one column of weights only.
  const columns = bag.features.find((f) => f.contributions)?.contributions?.length ?? 0;
  const amount = (f: (typeof bag.features)[number]) =>
    linear ? numberOf(f.contributions?.[Math.min(label, columns - 1)] ?? 0) : numberOf(f.value);
  const order = [...bag.features].sort((a, b) => Math.abs(amount(b)) - Math.abs(amount(a)));
  const most = Math.max(...order.slice(0, 1).map((f) => Math.abs(amount(f))), 1e-12);
  const bias = numberOf(bag.bias?.[Math.min(label, columns - 1)] ?? 0);
  const sum = bag.features.reduce((total, f) => total + amount(f), bias);
  return (
    <Section
      id="bag"
      title={words.title}
      tone="linear"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="bag" />
        </>
      }
    >
      {linear && labels && columns > 1 && (
        <div class="controls">
          <label>
            {say(words.label)}{' '}
            <select value={label} onChange={(event) => setLabel(Number((event.target as HTMLSelectElement).value))}>
              {labels.names.map((name, i) => (
                <option key={i} value={i}>
                  {spelled(name)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <figure class="picture">
        <figcaption>{say(linear ? words.contributions : words.values)}</figcaption>
        {order.length > shownMost && (
          <p class="picture-note">{say(words.shown, count(shownMost), count(order.length))}</p>
        )}
        <ol class="candidates" dir="ltr">
          {order.slice(0, shownMost).map((f) => (
            <li key={f.name}>
              <bdi class="candidate">{spelled(f.name)}</bdi>
              <span class="bar-track">
                <i
                  class={`bar ${amount(f) < 0 ? 'below' : 'above'}`}
                  style={{ width: `${(100 * Math.abs(amount(f))) / most}%` }}
                />
              </span>
              <span class="value">{short(amount(f))}</span>
            </li>
          ))}
        </ol>
        {linear && <p class="answer-line">{say(words.sum, short(sum))}</p>}
        <NumbersTable
          numbers={{
            name: 'features',
            rows: bag.features.length,
            columns: 1 + columns,
            row: (r) => bag.features[r]!.name,
            column: (c) => (c === 0 ? say(words.value) : (labels?.names[c - 1] ?? c - 1)),
            cell: (r, c) => (c === 0 ? bag.features[r]!.value : (bag.features[r]!.contributions?.[c - 1] ?? '')),
          }}
        />
      </figure>
    </Section>
  );
}
