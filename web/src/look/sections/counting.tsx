// SPDX-License-Identifier: Apache-2.0
// Counting models: which n-gram answered at each place, how the model backed off, and what could have followed.
import { colourOf, css, inkOn, type Rgb, shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, percent, short } from '../../shared/numbers.ts';
import { theme } from '../../shared/theme.ts';
import type { Counting } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel, vocabularyLabel } from '../token_text.ts';

const words = {
  title: { en: 'Counts and back-off', fa: 'شمارش و پس‌نشینی' },
  intro: {
    en: 'This model has counted what followed what. It looks for the longest context it has seen; where that fails it backs off to a shorter one, and pays for it.',
    fa: 'این مدل شمرده است که پس از هر چه، چه آمده است. درازترین بافتی را که دیده باشد می‌جوید؛ اگر نبود به بافتی کوتاه‌تر پس می‌نشیند (back-off) و بهایش را می‌پردازد.',
  },
  orders: {
    en: 'Order of the n-gram that answered, for each token',
    fa: 'مرتبهٔ ان‌گرامی (n-gram) که پاسخ داد، برای هر توکن',
  },
  order: { en: 'order', fa: 'مرتبه' },
  used: {
    en: (token: string, n: string, p: string) => `“\u2068${token}\u2069”: the ${n}-gram answered, probability ${p}`,
    fa: (token: string, n: string, p: string) => `«\u2068${token}\u2069»: ${n}-گرام پاسخ داد، احتمال ${p}`,
  },
  steps: {
    en: (token: string) => `How “${token}” got its probability`,
    fa: (token: string) => `«${token}» احتمالش را چگونه گرفت`,
  },
  context: { en: 'context', fa: 'بافت' },
  seen: { en: 'seen', fa: 'دیده شده' },
  unseen: { en: 'never seen', fa: 'دیده نشده' },
  own: { en: 'probability of the n-gram', fa: 'احتمال ان‌گرام' },
  backoff: { en: 'weight of backing off', fa: 'وزن پس‌نشینی' },
  none: { en: '(no context)', fa: '(بی بافت)' },
  absent: { en: 'not in the model', fa: 'در مدل نیست' },
  next: {
    en: (context: string) => `What could follow “${context}”?`,
    fa: (context: string) => `پس از «${context}» چه می‌تواند بیاید؟`,
  },
  first: { en: 'What could stand at the beginning?', fa: 'در آغاز چه می‌تواند بیاید؟' },
  model: {
    en: (order: string, smoothing: string) => `Order ${order}, smoothing ${smoothing}.`,
    fa: (order: string, smoothing: string) => `مرتبهٔ ${order}، هموارسازی (smoothing) ${smoothing}.`,
  },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]> | Both<[string, string, string]>>;

const smoothings: Record<string, string> = {
  modified_kneser_ney: 'modified Kneser–Ney',
  katz: 'Katz',
  add_k: 'add-k',
  maximum_likelihood: 'maximum likelihood',
};

/** A step of the share scale for each order, the longest darkest. */
function colourOfOrder(used: number, order: number): Rgb {
  return colourOf(used / order, shareScale(1.25), theme.value);
}

export function CountingSection() {
  const v = view.value!;
  const counting = v.pass(pass.value).counting;
  const sequence = v.pass(pass.value).sequences[0];
  if (!counting || !sequence || counting.places.length === 0) return null;
  const chosen = counting.places.find((p) => p.at === tokenOf(sequence.stack)) ?? counting.places.at(-1)!;
  const byToken = new Map(counting.places.map((p) => [p.at, p]));
  const describe = (i: number) => {
    const p = byToken.get(i);
    return p
      ? say(words.used, tokenLabel(v.index, sequence, i), count(p.used), percent(numberOf(p.probability), 3))
      : '';
  };
  return (
    <Section
      id="counting"
      title={words.title}
      tone="softmax"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="ngram" />
          <p class="muted">
            {say(words.model, count(counting.order), smoothings[counting.smoothing] ?? counting.smoothing)}
          </p>
        </>
      }
    >
      <figure class="picture">
        <figcaption>{say(words.orders)}</figcaption>
        <Strip
          sequence={sequence}
          name={say(words.orders)}
          chosen={chosen.at}
          colour={(i) => (byToken.has(i) ? colourOfOrder(byToken.get(i)!.used, counting.order) : undefined)}
          describe={describe}
          onPick={(i) => chooseToken(sequence.stack, i)}
        />
        <p class="order-key">
          {Array.from({ length: counting.order }, (_, i) => i + 1).map((n) => {
            const colour = colourOfOrder(n, counting.order);
            return (
              <span key={n} class="coloured" style={{ background: css(colour), color: css(inkOn(colour)) }}>
                {say(words.order)} {count(n)}
              </span>
            );
          })}
        </p>
        <p class="answer-line">{describe(chosen.at)}</p>
      </figure>
      <BackOff place={chosen} />
    </Section>
  );
}

type Place = Counting['places'][number];

function BackOff({ place }: { place: Place }) {
  const v = view.value!;
  const sequence = v.pass(pass.value).sequences[0]!;
  const token = tokenLabel(v.index, sequence, place.at);
  const context = (order: number) =>
    Array.from({ length: order - 1 }, (_, i) => place.at - order + 1 + i)
      .filter((i) => i >= 0)
      .map((i) => tokenLabel(v.index, sequence, i))
      .join(' ');
  const before = context(place.orders[0]?.order ?? 2);
  const most = Math.max(...place.best.map((b) => numberOf(b.p)), 1e-9);
  return (
    <>
      <figure class="picture">
        <figcaption>{say(words.steps, token)}</figcaption>
        <div class="table-scroll step-table" tabIndex={0} role="region" aria-label={say(words.steps, token)}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say(words.order)}</th>
                <th scope="col">{say(words.context)}</th>
                <th scope="col">{say(words.seen)}</th>
                <th scope="col">{say(words.own)}</th>
                <th scope="col">{say(words.backoff)}</th>
              </tr>
            </thead>
            <tbody>
              {place.orders.map((o) => (
                <tr key={o.order} class={o.order === place.used ? 'current' : o.order > place.used ? 'unseen' : ''}>
                  <th scope="row">{count(o.order)}</th>
                  <td>
                    <bdi>{context(o.order) || say(words.none)}</bdi>
                  </td>
                  <td>{say(o.seen ? words.seen : words.unseen)}</td>
                  <td>
                    {o.probability === undefined ? say(words.absent) : <bdi>{short(numberOf(o.probability))}</bdi>}
                  </td>
                  <td>{o.backoff === undefined ? '' : <bdi>{short(numberOf(o.backoff))}</bdi>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </figure>
      <figure class="picture">
        <figcaption>{before === '' ? say(words.first) : say(words.next, before)}</figcaption>
        <ol class="candidates" dir="ltr">
          {place.best.map((b) => (
            <li key={b.id} class={b.id === sequence.tokens[place.at]?.id ? 'truth' : ''}>
              <bdi class="candidate">{vocabularyLabel(v.index, b.id)}</bdi>
              <span class="bar-track">
                <i class="bar" style={{ width: `${(100 * numberOf(b.p)) / most}%` }} />
              </span>
              <span class="value">{short(numberOf(b.p))}</span>
            </li>
          ))}
        </ol>
      </figure>
    </>
  );
}
