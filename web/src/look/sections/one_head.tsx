// SPDX-License-Identifier: Apache-2.0
// One head in five steps: Q·K, ÷ √d, + bias and mask, softmax, Σ p·v. The matrix of a step, and the row of the chosen
// query through all of them.
import { useMemo } from 'preact/hooks';
import type { Both } from '../../shared/language.ts';
import { language, say } from '../../shared/language.ts';
import { count, inDigits } from '../../shared/numbers.ts';
import { type Attention, leftOut, placeOfHead } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { pass, shape, stage, tokenOf, view } from '../state.ts';
import { nameOf } from './heads.tsx';
import { Arcs } from './one_head_arcs.tsx';
import { collect, type HeadData, wholeMost, windowOf } from './one_head_data.ts';
import { StageMatrix } from './one_head_matrix.tsx';
import { QueryRow } from './one_head_row.tsx';
import { stepNames } from './one_head_steps.ts';
import { QueriesAndKeys, WeightedValues } from './one_head_vectors.tsx';
import { headSize } from './positions.tsx';

const words = {
  title: {
    en: (kind: string, layer: number, head: number) => `${kind}: layer ${layer}, head ${head}`,
    fa: (kind: string, layer: number, head: number) => `${kind}: لایهٔ ${count(layer)}، سر ${count(head)}`,
  },
  steps: { en: 'Steps of a head', fa: 'گام‌های یک سر' },
  otherHeads: {
    en: (a: number, b: number) => `This page has heads ${a} to ${b} alone. This brings the head:`,
    fa: (a: number, b: number) =>
      `این صفحه تنها سرهای ${count(a)} تا ${count(b)} را دارد. با این گزینه این سر هم آورده می‌شود:`,
  },
  shape: { en: 'How the weights are drawn', fa: 'شکل نمایش وزن‌ها' },
  matrix: { en: 'Matrix', fa: 'ماتریس' },
  arcs: { en: 'Arcs', fa: 'کمان‌ها' },
  t1: {
    en: 'Score of every query with every key: the dot product of two vectors. Large where they point the same way.',
    fa: 'امتیاز هر پرسش با هر کلید: ضرب داخلی دو بردار. هرجا دو بردار هم‌سو باشند بزرگ است.',
  },
  t2: {
    en: 'Divided by the root of the head’s size, so that scores do not grow with it and the softmax stays soft.',
    fa: 'تقسیم بر ریشهٔ اندازهٔ سر، تا امتیازها با آن بزرگ نشوند و سافت‌مکس نرم بماند.',
  },
  t2None: { en: 'This model does not divide its scores.', fa: 'این مدل امتیازهایش را تقسیم نمی‌کند.' },
  t3: {
    en: 'What a query may not see is hatched: −∞ is added there. In a decoder those are the words that come after, above the diagonal.',
    fa: 'آنچه پرسش نباید ببیند هاشور خورده است: آن‌جا −∞ افزوده می‌شود. در رمزگشا این‌ها واژه‌های پس از آن‌اند، بالای قطر.',
  },
  t3None: {
    en: 'Nothing is hidden here: every query sees every key.',
    fa: 'این‌جا چیزی پوشیده نیست: هر پرسش همهٔ کلیدها را می‌بیند.',
  },
  t4: {
    en: 'The softmax turns each row into weights that add up to 1; larger scores gain.',
    fa: 'سافت‌مکس (softmax) هر سطر را به وزن‌هایی تبدیل می‌کند که جمعشان ۱ است؛ سهم امتیازهای بزرگ‌تر بیشتر می‌شود.',
  },
  t5: {
    en: 'Each value is taken by its weight, and they are added: what this head tells the query’s token.',
    fa: 'از هر مقدار به اندازهٔ وزنش برداشته و با هم جمع می‌شود: آنچه این سر به توکنِ پرسش می‌گوید.',
  },
} satisfies Record<string, Both | Both<[string, number, number]> | Both<[number, number]>>;

export function OneHead({ of, head }: { of: Attention; head: number }) {
  const v = view.value!;
  const info = v.find(pass.value, `${of.prefix}.probabilities`) ?? v.find(pass.value, `${of.prefix}.scores`);
  if (!info) return null;
  const place = placeOfHead(info, head);
  const queries = info.shape[1]!;
  const window = windowOf(Math.min(tokenOf(of.stack), queries - 1), queries, queries > wholeMost);
  const rows = { first: (place ?? 0) * queries + window.from, count: window.count };
  const scores = v.find(pass.value, `${of.prefix}.scores`) && { name: `${of.prefix}.scores`, ...rows };
  const bias = biasOf(of, head);
  const wanted = [
    { name: `${of.prefix}.probabilities`, ...rows },
    ...(scores ? [scores] : []),
    ...(bias ? [bias.rows] : []),
  ];
  return (
    <div class="one-head" id="head">
      <h3 id="head-title" tabIndex={-1}>
        {say(words.title, nameOf(of), of.layer, head)}
      </h3>
      {place === undefined ? (
        <p class="notice">
          {say(words.otherHeads, info.heads!.first, info.heads!.first + info.shape[0]! - 1)}{' '}
          <code dir="ltr">{flagFor(of, head)}</code>
        </p>
      ) : (
        <Recorded wanted={wanted} height={420}>
          {(weights, ...others) => (
            <Collected
              of={of}
              head={head}
              from={window.from}
              weights={weights!}
              scores={scores ? others[0] : undefined}
              bias={bias ? others[scores ? 1 : 0] : undefined}
              byKey={bias?.byKey ?? false}
            />
          )}
        </Recorded>
      )}
    </div>
  );
}

/** What brings a head that the page does not have: of a layer for which there was no room, what the plan says. */
function flagFor(of: Attention, head: number): string {
  const some = leftOut(view.value!.index.plan.reduced, pass.value, of).some;
  return some.find(({ layer }) => layer === of.layer)?.flag ?? `--heads ${head}`;
}

/** What is added to the scores of a head: a row by the distance of the key, or by the key. */
function biasOf(of: Attention, head: number) {
  if (of.kind !== 'self_attention') return undefined;
  for (const [name, byKey] of [
    [`${of.stack}.distance_bias`, false],
    [`${of.stack}.key_bias`, true],
  ] as const) {
    const info = view.value!.find(pass.value, name);
    const place = info && placeOfHead(info, head);
    if (place !== undefined) return { rows: { name, first: place, count: 1 }, byKey };
  }
  return undefined;
}

/** Keeps what was collected while its numbers stay the same, so that pointing draws nothing anew. */
function Collected(props: {
  of: Attention;
  head: number;
  from: number;
  weights: Known;
  scores: Known | undefined;
  bias: Known | undefined;
  byKey: boolean;
}) {
  const { of, head, from, weights, scores, bias, byKey } = props;
  const data = useMemo(
    () => collect(of, head, from, weights, scores, bias, byKey),
    [of.prefix, head, from, weights.values, scores?.values, bias?.values, language.value],
  );
  return <Steps data={data} />;
}

// What a step does, and its formula.
const stepTexts = [
  [words.t1, 'stage_dot'],
  [words.t2, 'stage_scaled'],
  [words.t3, 'stage_masked'],
  [words.t4, 'stage_softmax'],
  [words.t5, 'stage_sum'],
] as const;

function Steps({ data }: { data: HeadData }) {
  const chosen = stage.value;
  const [text, formula] = stepTexts[chosen - 1]!;
  const note =
    chosen === 3 && !data.hidden && !data.bias ? words.t3None : chosen === 2 && data.root === 1 ? words.t2None : text;
  return (
    <>
      <div class="steps" role="tablist" aria-label={say(words.steps)} dir="ltr">
        {stepNames.map((name, i) => (
          <button
            key={i}
            type="button"
            role="tab"
            id={`step-${i + 1}`}
            aria-selected={chosen === i + 1}
            aria-controls="step"
            tabIndex={chosen === i + 1 ? 0 : -1}
            onClick={() => {
              stage.value = i + 1;
            }}
            onKeyDown={(event) => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              if (!step) return;
              stage.value = Math.min(5, Math.max(1, i + 1 + step));
              document.getElementById(`step-${stage.value}`)?.focus();
              event.stopPropagation();
            }}
          >
            <i>{inDigits(i + 1)}</i> {say(name)}
          </button>
        ))}
      </div>
      <div id="step" role="tabpanel" aria-labelledby={`step-${chosen}`}>
        <p class="step-text">{say(note)}</p>
        <Formula name={formula} values={{ d: headSize() }} />
        {chosen === 1 && <QueriesAndKeys data={data} />}
        {chosen === 4 && <ShapeChoice />}
        {chosen === 4 && shape.value === 'arcs' ? (
          <Arcs data={data} />
        ) : chosen < 5 ? (
          <StageMatrix data={data} />
        ) : (
          <WeightedValues data={data} />
        )}
      </div>
      <QueryRow data={data} />
    </>
  );
}

/** How the weights are drawn. */
function ShapeChoice() {
  return (
    <div class="controls" role="group" aria-label={say(words.shape)}>
      {(['matrix', 'arcs'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={shape.value === one}
          onClick={() => {
            shape.value = one;
          }}
        >
          {say(words[one])}
        </button>
      ))}
    </div>
  );
}
