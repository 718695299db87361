// SPDX-License-Identifier: Apache-2.0
// The frame of every picture: its title, what it shows and how exact that is, the key to its colours, its numbers.
import type { ComponentChildren } from 'preact';
import type { Scale } from '../../shared/colour.ts';
import { type Both, say } from '../../shared/language.ts';
import { Legend } from '../../shared/legend.tsx';
import { boundText, count } from '../../shared/numbers.ts';
import { type Numbers, NumbersTable } from '../../shared/table.tsx';
import type { TensorInfo } from '../format.ts';
import { numberOf } from '../index_view.ts';

const words = {
  exact: { en: 'exact', fa: 'دقیق' },
  exactLong: {
    en: 'Every value is the very 32-bit number that the program computed.',
    fa: 'هر مقدار همان عدد ۳۲بیتی است که برنامه حساب کرده است.',
  },
  bound: { en: (b: string) => `± ${b}`, fa: (b: string) => `± ${b}` },
  boundLong: {
    en: (b: string) => `Stored in fewer bits to keep the page small; no value is off by more than ${b}.`,
    fa: (b: string) => `برای کوچک ماندن صفحه با بیت‌های کمتری ذخیره شده است؛ خطای هیچ مقداری بیش از ${b} نیست.`,
  },
  top: {
    en: (k: string) => `${k} largest of each row`,
    fa: (k: string) => `${k} مقدار بزرگ‌تر هر سطر`,
  },
  notFinite: {
    en: (n: string) => `${n} values are not finite`,
    fa: (n: string) => `${n} مقدار متناهی نیست`,
  },
  computed: { en: 'computed on this page', fa: 'در همین صفحه حساب شده' },
} satisfies Record<string, Both | Both<[string]>>;

/** Which tensor it is, and how exact: "decoder.layer.0.output [T, C] · exact". */
export function Source({ info, derived }: { info?: TensorInfo | undefined; derived?: string | undefined }) {
  if (!info) return derived ? <span class="source">{derived}</span> : null;
  const bound = numberOf(info.bound);
  const b = boundText(bound);
  return (
    <span class="source">
      <code dir="ltr">{info.name}</code>{' '}
      <span dir="ltr" class="shape">
        [{[...info.axes].map((axis, i) => `${axis}=${info.shape[i]}`).join(', ')}]
      </span>{' '}
      {bound === 0 ? (
        <abbr class="exactness exact" title={say(words.exactLong)}>
          {say(words.exact)}
        </abbr>
      ) : (
        <abbr class="exactness" title={say(words.boundLong, b)} dir="ltr">
          {say(words.bound, b)}
        </abbr>
      )}
      {info.form === 'top' && <span class="exactness">{say(words.top, count(info.top ?? 0))}</span>}
      {info.not_finite > 0 && <span class="exactness bad">{say(words.notFinite, count(info.not_finite))}</span>}
      {derived && <span class="derived"> · {derived}</span>}
    </span>
  );
}

export const computedHere = () => say(words.computed);

export function Picture(props: {
  title?: ComponentChildren;
  note?: ComponentChildren;
  info?: TensorInfo | undefined;
  derived?: string | undefined;
  scale?: Scale | undefined;
  scaleLabel?: string;
  numbers?: Numbers | undefined;
  children: ComponentChildren;
  class?: string;
}) {
  return (
    <figure class={`picture ${props.class ?? ''}`}>
      {props.title && <figcaption>{props.title}</figcaption>}
      {props.note && <p class="picture-note">{props.note}</p>}
      {props.children}
      <div class="picture-foot">
        {props.scale && <Legend scale={props.scale} label={props.scaleLabel ?? ''} />}
        <Source info={props.info} derived={props.derived} />
      </div>
      {props.numbers && <NumbersTable numbers={props.numbers} />}
    </figure>
  );
}
