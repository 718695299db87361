// SPDX-License-Identifier: Apache-2.0
// Section 6: the feed-forward network, token by token.
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { inDigits } from '../../shared/numbers.ts';
import type { Stack } from '../index_view.ts';
import { Formula } from '../parts/formula.tsx';
import { HiddenUnits } from '../parts/hidden_units.tsx';
import { Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { attentions, chooseHead, head, layer, pass, stack, view } from '../state.ts';

const words = {
  title: { en: 'Feed-forward', fa: 'شبکهٔ پیش‌خور' },
  intro: {
    en: 'Two linear layers with an activation between them, the same for every token and without a look at the others. Much of what a model knows is held in these weights.',
    fa: 'دو لایهٔ خطی با یک تابع فعال‌ساز (activation) میانشان، برای همهٔ توکن‌ها یکسان و بی‌نگاه به توکن‌های دیگر. بخش بزرگی از دانسته‌های مدل در همین وزن‌هاست.',
  },
  layer: { en: 'Layer', fa: 'لایه' },
} satisfies Record<string, Both>;

export function FeedForwardSection() {
  const v = view.value!;
  const of = v.stacks().includes(stack.value) ? stack.value : (v.stacks()[0] ?? 'decoder');
  const layers = v.layers(pass.value, of).filter((l) => v.find(pass.value, `${of}.layer.${l}.feed_forward.hidden`));
  if (layers.length === 0) return null;
  const at = layers.includes(layer.value) ? layer.value : layers.at(-1)!;
  const gated = v.option('gated') === true;
  return (
    <Section
      id="feed_forward"
      title={words.title}
      tone="feed"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula
            name={gated ? 'feed_forward_gated' : 'feed_forward'}
            values={{ c: v.number('width'), f: v.number('feed_forward') }}
          />
        </>
      }
    >
      <div class="controls">
        <label>
          {say(words.layer)}{' '}
          <select value={at} onChange={(event) => chooseLayer(of, Number((event.target as HTMLSelectElement).value))}>
            {layers.map((l) => (
              <option key={l} value={l}>
                {inDigits(l)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Recorded wanted={[{ name: `${of}.layer.${at}.feed_forward.hidden` }]} height={320}>
        {(hidden) => <HiddenUnits of={of} hidden={hidden} zeros />}
      </Recorded>
    </Section>
  );
}

function chooseLayer(of: Stack, to: number): void {
  const attention = attentions.value.find((a) => a.stack === of && a.layer === to);
  if (attention) chooseHead(attention, Math.min(head.value, attention.heads - 1));
  else layer.value = to;
}
