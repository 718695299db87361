// SPDX-License-Identifier: Apache-2.0
// Section 4: attention. All heads, then one head in five steps.
import { batch } from '@preact/signals';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { inDigits } from '../../shared/numbers.ts';
import { attentionsOf } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Section } from '../parts/section.tsx';
import { attention, attentions, chooseHead, head, pass, shape, stage, view } from '../state.ts';
import { AllHeads, NoHeads, nameOf } from './heads.tsx';
import { OneHead } from './one_head.tsx';
import { headSize } from './positions.tsx';

const words = {
  title: { en: 'Multi-head attention', fa: 'توجه چندسر' },
  intro: {
    en: 'Every token asks a question (query) and offers a key and a value. The better a key answers the query, the more of its value is taken: this is how words tell each other what they mean.',
    fa: 'هر توکن پرسشی (query) دارد و کلیدی (key) و مقداری (value) عرضه می‌کند. هر کلید هرچه پاسخ بهتری به پرسش باشد، سهم بیشتری از مقدارش برداشته می‌شود؛ واژه‌ها این‌گونه معنای خود را به هم می‌گویند.',
  },
  kind: { en: 'Attention', fa: 'توجه' },
  layer: { en: 'Layer', fa: 'لایه' },
  head: { en: 'Head', fa: 'سر' },
} satisfies Record<string, Both>;

export function AttentionSection() {
  const of = attention.value;
  if (!of && attentionsOf(view.value!.index.plan.reduced, pass.value).length === 0) return null;
  return (
    <Section
      id="attention"
      title={words.title}
      tone="attention"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="attention" values={{ d: headSize() }} />
        </>
      }
    >
      {of ? (
        <div onKeyDown={onKeyDown}>
          <AllHeads />
          <Chooser />
          <OneHead key={of.prefix} of={of} head={Math.min(head.value, of.heads - 1)} />
        </div>
      ) : (
        <NoHeads />
      )}
    </Section>
  );
}

/** Kind, layer and head, by name. */
function Chooser() {
  const of = attention.value!;
  const kinds = new Map(attentions.value.map((a) => [`${a.stack} ${a.kind}`, a]));
  const layers = attentions.value.filter((a) => a.stack === of.stack && a.kind === of.kind);
  const pick = (event: Event) => (event.target as HTMLSelectElement).value;
  return (
    <div class="controls chooser">
      {kinds.size > 1 && (
        <label>
          {say(words.kind)}{' '}
          <select value={`${of.stack} ${of.kind}`} onChange={(event) => chooseHead(kinds.get(pick(event))!, 0)}>
            {[...kinds].map(([key, a]) => (
              <option key={key} value={key}>
                {nameOf(a)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {say(words.layer)}{' '}
        <select
          value={of.layer}
          onChange={(event) => chooseHead(layers.find((a) => a.layer === Number(pick(event)))!, head.value)}
        >
          {layers.map((a) => (
            <option key={a.layer} value={a.layer}>
              {inDigits(a.layer)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {say(words.head)}{' '}
        <select value={head.value} onChange={(event) => chooseHead(of, Number(pick(event)))}>
          {Array.from({ length: of.heads }, (_, h) => (
            <option key={h} value={h}>
              {inDigits(h)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Page keys change the layer while the focus is in this section. */
function onKeyDown(event: KeyboardEvent): void {
  const step = { PageUp: -1, PageDown: 1 }[event.key];
  if (!step) return;
  moveLayer(step);
  event.preventDefault();
}

export function moveLayer(step: number): void {
  const of = attention.value;
  if (!of) return;
  const layers = attentions.value.filter((a) => a.stack === of.stack && a.kind === of.kind);
  const next = layers[layers.indexOf(of) + step];
  if (next) chooseHead(next, head.value);
}

export function moveHead(step: number): void {
  const of = attention.value;
  if (of) chooseHead(of, (head.value + step + of.heads) % of.heads);
}

export function moveStage(): void {
  stage.value = (stage.value % 5) + 1;
}

/** Matrix or arcs: of the weights, so it goes to their step. */
export function moveShape(): void {
  batch(() => {
    shape.value = stage.value === 4 && shape.value === 'arcs' ? 'matrix' : 'arcs';
    stage.value = 4;
  });
}
