// SPDX-License-Identifier: Apache-2.0
// Classifiers and taggers: labels with their probabilities; a tag under every word.

import { spelled } from '../../shared/bidi.ts';
import { colourOf, css, inkOn, shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { Legend } from '../../shared/legend.tsx';
import { inDigits, percent, short } from '../../shared/numbers.ts';
import { NumbersTable } from '../../shared/table.tsx';
import { theme } from '../../shared/theme.ts';
import type { Labels } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: { en: 'Linear and softmax', fa: 'لایهٔ خطی و سافت‌مکس' },
  classifier: {
    en: 'The last layer gives every label a score (logit); the softmax turns the scores into probabilities that add up to 1.',
    fa: 'لایهٔ آخر به هر برچسب یک امتیاز خام (logit) می‌دهد؛ سافت‌مکس امتیازها را به احتمال‌هایی تبدیل می‌کند که جمعشان ۱ است.',
  },
  multi: {
    en: 'The last layer gives every label a score; each is turned into a probability by itself, so several labels may hold.',
    fa: 'لایهٔ آخر به هر برچسب یک امتیاز می‌دهد و هر امتیاز جداگانه به احتمال تبدیل می‌شود؛ پس چند برچسب با هم ممکن است.',
  },
  regression: { en: 'The last layer gives numbers, not labels.', fa: 'لایهٔ آخر عدد می‌دهد، نه برچسب.' },
  tags: { en: 'Each word gets the tag that fits best.', fa: 'هر واژه برچسبی می‌گیرد که بهتر از همه به آن می‌خورد.' },
  answer: { en: (label: string, p: string) => `${label}: ${p}`, fa: (label: string, p: string) => `${label}: ${p}` },
  place: { en: (token: string) => `Tags of “${token}”`, fa: (token: string) => `برچسب‌های «${token}»` },
  probability: { en: 'probability of the tag', fa: 'احتمال برچسب' },
  label: { en: 'label', fa: 'برچسب' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]>>;

export function LabelsSection() {
  const labels = view.value!.pass(pass.value).labels;
  if (!labels || labels.rows.length === 0) return null;
  const intro = {
    'single-label': words.classifier,
    'multi-label': words.multi,
    regression: words.regression,
    tags: words.tags,
  };
  return (
    <Section id="answer" title={words.title} tone="softmax" intro={<p>{say(intro[labels.problem])}</p>}>
      {labels.problem === 'tags' ? <Tags labels={labels} /> : <Row labels={labels} row={labels.rows[0]!} />}
    </Section>
  );
}

type LabelRow = Labels['rows'][number];

function Row({ labels, row }: { labels: Labels; row: LabelRow }) {
  const regression = labels.problem === 'regression';
  const values = (regression ? row.logits : row.probabilities).map(numberOf);
  const most = Math.max(...values.map(Math.abs), 1e-9);
  const order = values.map((_, i) => i).sort((a, b) => (regression ? a - b : values[b]! - values[a]!));
  return (
    <>
      <ol class="candidates" dir="ltr">
        {order.slice(0, 40).map((i) => (
          <li key={i} class={row.chosen.includes(i) ? 'truth' : ''}>
            <bdi class="candidate">{spelled(labels.names[i] ?? inDigits(i))}</bdi>
            <span class="bar-track">
              <i class="bar" style={{ width: `${(100 * Math.abs(values[i]!)) / most}%` }} />
            </span>
            <span class="value">{short(values[i]!)}</span>
          </li>
        ))}
      </ol>
      <NumbersTable
        numbers={{
          name: 'labels',
          rows: labels.names.length,
          columns: 2,
          row: (r) => labels.names[r]!,
          column: (c) => ['logit', 'p'][c]!,
          cell: (r, c) => (c ? row.probabilities : row.logits)[r] ?? '',
        }}
      />
    </>
  );
}

/** The text with the tags of its words, coloured by how sure the model is. */
function Tags({ labels }: { labels: Labels }) {
  const v = view.value!;
  const sequence = v.pass(pass.value).sequences[0]!;
  const rows = new Map(labels.rows.map((row) => [row.at ?? 0, row]));
  const best = (row: LabelRow) => row.chosen[0] ?? 0;
  const sure = (row: LabelRow) => numberOf(row.probabilities[best(row)]);
  const chosen = tokenOf(sequence.stack);
  // A word's later pieces carry the tag of its first.
  const at = [...rows.keys()].filter((i) => i <= chosen).at(-1) ?? [...rows.keys()][0]!;
  return (
    <figure class="picture">
      <div class="tags" dir={sequence.direction}>
        {[...rows].map(([i, row]) => {
          const colour = colourOf(sure(row), shareScale(1), theme.value);
          return (
            <button
              key={i}
              type="button"
              class={`tag ${labels.names[best(row)] === 'O' ? 'outside' : ''}`}
              aria-pressed={i === at}
              onClick={() => chooseToken(sequence.stack, i)}
            >
              <bdi>{tokenLabel(v.index, sequence, i)}</bdi>
              <span class="tag-name coloured" dir="ltr" style={{ background: css(colour), color: css(inkOn(colour)) }}>
                {spelled(labels.names[best(row)]!)}
              </span>
            </button>
          );
        })}
      </div>
      <Legend scale={shareScale(1)} label={say(words.probability)} />
      <Strip
        sequence={sequence}
        name={say(words.label)}
        chosen={chosen}
        onPick={(i) => chooseToken(sequence.stack, i)}
      />
      <h3>{say(words.place, tokenLabel(v.index, sequence, at))}</h3>
      <p>{say(words.answer, labels.names[best(rows.get(at)!)]!, percent(sure(rows.get(at)!)))}</p>
      <Row labels={labels} row={rows.get(at)!} />
    </figure>
  );
}
