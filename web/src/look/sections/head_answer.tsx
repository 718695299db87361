// SPDX-License-Identifier: Apache-2.0
// What a head answers for the chosen token, in a sentence: the key that it attends to most, and in a decoder which word
// is chosen at that row.
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { percent } from '../../shared/numbers.ts';
import { type Attention, placeOfHead, type Stack } from '../index_view.ts';
import { Recorded } from '../parts/recorded.tsx';
import { nextOf } from '../rows.ts';
import { head, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  most: {
    en: (q: string, k: string, p: string) => `“\u2068${q}\u2069” attends most to “\u2068${k}\u2069”: ${p}.`,
    fa: (q: string, k: string, p: string) => `«\u2068${q}\u2069» بیش از همه به «\u2068${k}\u2069» توجه می‌کند: ${p}.`,
  },
  chosen: {
    en: (next: string) => `This row is read while “\u2068${next}\u2069” is chosen.`,
    fa: (next: string) => `این سطر هنگام برگزیدن «\u2068${next}\u2069» خوانده می‌شود.`,
  },
  predicted: {
    en: (next: string) => `This row is read while “\u2068${next}\u2069” is predicted.`,
    fa: (next: string) => `این سطر هنگام پیش‌بینی «\u2068${next}\u2069» خوانده می‌شود.`,
  },
  last: {
    en: 'This row is read while the next token is chosen.',
    fa: 'این سطر هنگام برگزیدن توکن بعدی خوانده می‌شود.',
  },
  reason: {
    en: 'A weight says where a head looks, not why the model answers as it does.',
    fa: 'وزن می‌گوید سر به کجا می‌نگرد، نه این‌که مدل چرا چنین پاسخ می‌دهد.',
  },
  steps: { en: 'Step by step', fa: 'گام‌به‌گام' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string, string]>>;

/** `row`: the weights of a query. */
export function AnswerLine({ of, query, row }: { of: Attention; query: number; row: ArrayLike<number> }) {
  const v = view.value!;
  const label = (stack: Stack, i: number) => tokenLabel(v.index, v.sequence(pass.value, stack)!, i);
  let best = 0;
  for (let s = 1; s < row.length; ++s) if (row[s]! > row[best]!) best = s;
  const keyStack = of.kind === 'cross_attention' ? 'encoder' : of.stack;
  const next = nextOf(v, pass.value, of.stack, query);
  return (
    <p class="answer-line">
      {say(words.most, label(of.stack, query), label(keyStack, best), percent(row[best]!))}{' '}
      {next && `${next.at === undefined ? say(words.last) : say(words[next.how], label(of.stack, next.at))} `}
      <span class="muted">{say(words.reason)}</span>
    </p>
  );
}

/** The answer of the chosen head beside its picture, and the way to its steps. */
export function HeadAnswer({ of }: { of: Attention }) {
  const info = view.value!.find(pass.value, `${of.prefix}.probabilities`);
  const place = info && placeOfHead(info, Math.min(head.value, of.heads - 1));
  if (!info || place === undefined) return null;
  const queries = info.shape[1]!;
  const query = Math.min(tokenOf(of.stack), queries - 1);
  return (
    <Recorded wanted={[{ name: info.name, first: place * queries + query, count: 1 }]} height={0} quiet>
      {(weights) => (
        <>
          <AnswerLine of={of} query={query} row={weights!.values} />
          <a href="#head" onClick={follow}>
            {say(words.steps)} ↓
          </a>
        </>
      )}
    </Recorded>
  );
}

/** To the steps of the head, with the focus; the address keeps the state. */
function follow(event: Event): void {
  event.preventDefault();
  const title = document.getElementById('head-title')!;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  title.scrollIntoView({ block: 'start', behavior: still ? 'instant' : 'smooth' });
  title.focus({ preventScroll: true });
}
