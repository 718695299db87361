// SPDX-License-Identifier: Apache-2.0
// Section 7: the last layer and the softmax choose the next token.
import { useState } from 'preact/hooks';
import { colourOf, css, inkOn, shareScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { Legend } from '../../shared/legend.tsx';
import { count, decimal, fixed, percent, short } from '../../shared/numbers.ts';
import { NumbersTable } from '../../shared/table.tsx';
import { theme } from '../../shared/theme.ts';
import type { Lens, Prediction } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Picture } from '../parts/picture.tsx';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { resample } from '../sampling.ts';
import { chooseToken, pass, stack, token, view } from '../state.ts';
import { tokenLabel, vocabularyLabel } from '../token_text.ts';
import { Alignment } from './alignment.tsx';
import { Copying } from './copying.tsx';

const words = {
  title: { en: 'Linear and softmax', fa: 'لایهٔ خطی و سافت‌مکس' },
  intro: {
    en: 'The last layer gives every token of the vocabulary a score (logit); the softmax turns the scores into probabilities that add up to 1.',
    fa: 'لایهٔ آخر به هر توکنِ واژگان یک امتیاز خام (logit) می‌دهد؛ سافت‌مکس امتیازها را به احتمال‌هایی تبدیل می‌کند که جمعشان ۱ است.',
  },
  choose: { en: 'Choose a place in the text', fa: 'جایی از متن را برگزینید' },
  next: { en: (token: string) => `What comes after “${token}”?`, fa: (token: string) => `پس از «${token}» چه می‌آید؟` },
  masked: { en: (token: string) => `What stands at “${token}”?`, fa: (token: string) => `جای «${token}» چه می‌نشیند؟` },
  temperature: { en: 'temperature τ', fa: 'دما (temperature) τ' },
  topK: { en: 'top k', fa: 'top k' },
  topP: { en: 'top p', fa: 'top p' },
  sliders: {
    en: 'Computed on this page from the 20 recorded scores and the recorded sum over the vocabulary. At a temperature other than 1 the tokens beyond the 20 count for nothing.',
    fa: 'در همین صفحه از ۲۰ امتیاز ثبت‌شده و مجموع ثبت‌شدهٔ کل واژگان حساب می‌شود. در دمایی جز ۱، توکن‌های بیرون از این ۲۰ به شمار نمی‌آیند.',
  },
  entropy: {
    en: (bits: string, choices: string) => `Entropy ${bits} bits: as unsure as among ${choices} equal choices.`,
    fa: (bits: string, choices: string) =>
      `آنتروپی (entropy) ${bits} بیت: به اندازهٔ انتخاب میان ${choices} گزینهٔ برابر مردد است.`,
  },
  truth: {
    en: (token: string, rank: string, p: string) => `In the text “${token}” follows: rank ${rank}, probability ${p}.`,
    fa: (token: string, rank: string, p: string) => `در متن «${token}» آمده است: رتبهٔ ${rank}، احتمال ${p}.`,
  },
  rest: { en: 'all others', fa: 'همهٔ دیگران' },
  along: { en: 'How unsure is the model along the text?', fa: 'مدل در طول متن چقدر مردد است؟' },
  entropyAxis: { en: 'entropy in bits', fa: 'آنتروپی به بیت' },
  surprise: { en: '−log₂ p of the next token', fa: '−log₂ p توکن بعدی' },
  lens: { en: 'What would the model say after each layer?', fa: 'مدل پس از هر لایه چه می‌گفت؟' },
  lensNote: {
    en: 'As if the model ended there: the last norm and the linear layer, laid on the state after every layer (logit lens), and the word that would win.',
    fa: 'گویی مدل همان‌جا پایان یابد: نرمال‌سازی پایانی و لایهٔ خطی روی حالتِ پس از هر لایه به کار رفته‌اند (logit lens) و واژه‌ای آمده است که آن‌جا برنده می‌شد.',
  },
  level: { en: 'state', fa: 'حالت' },
  embedding: { en: 'embedding', fa: 'جاسازی' },
  layer: { en: (l: string) => `layer ${l}`, fa: (l: string) => `لایهٔ ${count(Number(l))}` },
  probability: { en: 'probability', fa: 'احتمال' },
  token: { en: 'token', fa: 'توکن' },
  place: { en: 'place', fa: 'جا' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]> | Both<[string, string, string]>>;

export function AnswerSection() {
  const v = view.value!;
  const predictions = v.pass(pass.value).predictions;
  if (!predictions || predictions.places.length === 0) return null;
  const of = predictions.places[0]!.stack;
  const sequence = v.sequence(pass.value, of)!;
  const places = predictions.places;
  const masked = v.index.model.head === 'masked-language-model';
  const chosen =
    (stack.value === of && places.find((p) => p.at === token.value)) ||
    nearest(places, stack.value === of ? token.value : Number.POSITIVE_INFINITY);
  const name = tokenLabel(v.index, sequence, chosen.at);
  return (
    <Section
      id="answer"
      title={words.title}
      tone="softmax"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="softmax" values={{ v: predictions.size }} />
        </>
      }
    >
      <figure class="picture">
        <figcaption>{say(words.choose)}</figcaption>
        <Strip sequence={sequence} name={say(words.choose)} chosen={chosen.at} onPick={(i) => chooseToken(of, i)} />
        <h3 class="question">{say(masked ? words.masked : words.next, name)}</h3>
        <Candidates key={chosen.at} prediction={chosen} />
      </figure>
      {places.length > 1 && !masked && (
        <Picture title={say(words.along)}>
          <Curve
            name={say(words.along)}
            series={[
              { name: say(words.entropyAxis), values: places.map((p) => numberOf(p.entropy)) },
              ...(places.some((p) => p.truth)
                ? [
                    {
                      name: say(words.surprise),
                      values: places.map((p) => (p.truth ? -Math.log2(numberOf(p.truth.p)) : Number.NaN)),
                    },
                  ]
                : []),
            ]}
            label={(i) => tokenLabel(v.index, sequence, places[i]!.at)}
            chosen={places.indexOf(chosen)}
            onPick={(i) => chooseToken(of, places[i]!.at)}
            direction={sequence.direction}
          />
        </Picture>
      )}
      <Alignment />
      <Copying />
      {v.pass(pass.value).lens && <LensTable lens={v.pass(pass.value).lens!} at={chosen.at} />}
    </Section>
  );
}

function nearest(places: Prediction[], at: number): Prediction {
  return places.filter((p) => p.at <= at).at(-1) ?? places[0]!;
}

function Candidates({ prediction }: { prediction: Prediction }) {
  const [temperature, setTemperature] = useState(1);
  const [topK, setTopK] = useState(0);
  const [topP, setTopP] = useState(1);
  const index = view.value!.index;
  const { best } = prediction;
  const shares = resample(
    best.map((b) => numberOf(b.logit)),
    numberOf(prediction.log_sum),
    { temperature, topK, topP },
  );
  const most = Math.max(...shares, 1e-9);
  const rest = 1 - shares.reduce((sum, p) => sum + p, 0);
  const entropy = numberOf(prediction.entropy);
  const { truth } = prediction;
  const label = (id: number) => vocabularyLabel(index, id);
  return (
    <>
      <ol class="candidates" dir="ltr">
        {best.map((b, i) => (
          <li key={b.id} class={[shares[i] === 0 && 'out', truth?.id === b.id && 'truth'].filter(Boolean).join(' ')}>
            <bdi class="candidate">{label(b.id)}</bdi>
            <span class="bar-track">
              <i class="bar" style={{ width: `${(100 * shares[i]!) / most}%` }} />
            </span>
            <span class="value">{short(shares[i]!)}</span>
          </li>
        ))}
        {rest > 1e-6 && (
          <li class="rest">
            <bdi class="candidate">{say(words.rest)}</bdi>
            <span class="bar-track">
              <i class="bar" style={{ width: `${Math.min(100, (100 * rest) / most)}%` }} />
            </span>
            <span class="value">{short(rest)}</span>
          </li>
        )}
      </ol>
      <div class="sliders">
        <Slider
          name={say(words.temperature)}
          value={temperature}
          min={0.1}
          max={2}
          step={0.05}
          set={setTemperature}
          text={fixed(temperature, 2)}
        />
        <Slider
          name={say(words.topK)}
          value={topK}
          min={0}
          max={best.length}
          step={1}
          set={setTopK}
          text={topK === 0 ? '—' : count(topK)}
        />
        <Slider
          name={say(words.topP)}
          value={topP}
          min={0.05}
          max={1}
          step={0.05}
          set={setTopP}
          text={fixed(topP, 2)}
        />
      </div>
      <p class="picture-note">{say(words.sliders)}</p>
      <p>{say(words.entropy, decimal(entropy, 2), decimal(2 ** entropy, 1))}</p>
      {truth && <p>{say(words.truth, label(truth.id), count(truth.rank), percent(numberOf(truth.p), 2))}</p>}
      <NumbersTable
        numbers={{
          name: `best-${prediction.at}`,
          rows: best.length,
          columns: 4,
          row: (r) => r + 1,
          column: (c) => [say(words.token), 'id', 'logit', 'p'][c]!,
          cell: (r, c) => [label(best[r]!.id), best[r]!.id, best[r]!.logit, best[r]!.p][c]!,
        }}
      />
    </>
  );
}

function Slider(props: {
  name: string;
  value: number;
  min: number;
  max: number;
  step: number;
  set: (x: number) => void;
  text: string;
}) {
  return (
    <label class="slider">
      <span>
        {props.name} <b dir="ltr">{props.text}</b>
      </span>
      <input
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        onInput={(event) => props.set(Number((event.target as HTMLInputElement).value))}
      />
    </label>
  );
}

function LensTable({ lens, at }: { lens: Lens; at: number }) {
  const v = view.value!;
  const sequence = v.sequence(pass.value, lens.stack)!;
  const scale = shareScale(1);
  const level = (name: string) => {
    const layer = /layer\.(\d+)/.exec(name)?.[1];
    return layer === undefined ? say(words.embedding) : say(words.layer, layer);
  };
  // Around the chosen place where the text is long.
  const middle = Math.max(0, lens.places.indexOf(at));
  const from = Math.max(0, Math.min(middle - 8, lens.places.length - 16));
  const shown = lens.places.map((_, i) => i).slice(from, from + 16);
  return (
    <Picture title={say(words.lens)} note={say(words.lensNote)}>
      <div class="table-scroll lens" dir={sequence.direction} tabIndex={0} role="region" aria-label={say(words.lens)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say(words.level)}</th>
              {shown.map((i) => (
                <th key={i} scope="col" class={lens.places[i] === at ? 'current' : ''}>
                  <bdi>{tokenLabel(v.index, sequence, lens.places[i]!)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lens.levels.map((name, l) => (
              <tr key={name}>
                <th scope="row">{level(name)}</th>
                {shown.map((i) => {
                  const top = lens.best[l]![i]![0];
                  if (!top) return <td key={i} />;
                  const colour = colourOf(numberOf(top.p), scale, theme.value);
                  const others = lens.best[l]![i]!.map(
                    (b) => `${vocabularyLabel(v.index, b.id)} ${percent(numberOf(b.p))}`,
                  );
                  return (
                    <td
                      key={i}
                      class="coloured"
                      style={{ background: css(colour), color: css(inkOn(colour)) }}
                      title={others.join('\n')}
                    >
                      <bdi>{vocabularyLabel(v.index, top.id)}</bdi>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="picture-foot">
        <Legend scale={scale} label={say(words.probability)} />
      </div>
    </Picture>
  );
}
