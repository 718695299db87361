// SPDX-License-Identifier: Apache-2.0
// Section 8: how the answer would change with each number: gradients, and what cutting a link does.
import { useMemo } from 'preact/hooks';
import { colourOf, logScale, signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { short } from '../../shared/numbers.ts';
import { theme } from '../../shared/theme.ts';
import type { Cuts, Effect, GradientOf } from '../format.ts';
import { numberOf, type Stack } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { computedHere, Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { levelsOf } from '../stream.ts';
import { tokenLabel, vocabularyLabel } from '../token_text.ts';
import { ParameterGroups } from './parameter_groups.tsx';
import { nameOfLevel } from './stream.tsx';

const words = {
  title: { en: 'Gradients', fa: 'گرادیان‌ها' },
  intro: {
    en: 'Back-propagation tells for every number how much the answer would change with it. A large gradient at a word means that a small change of its vector would change the answer.',
    fa: 'پس‌انتشار (back-propagation) برای هر عدد می‌گوید که پاسخ با تغییر آن چقدر تغییر می‌کند. گرادیانِ بزرگ در یک واژه یعنی تغییر کوچکی در بردار آن پاسخ را تغییر می‌دهد.',
  },
  of: {
    en: (what: string, answer: string) => `Of the ${what} of ${answer}`,
    fa: (what: string, answer: string) => `گرادیانِ ${what} برای ${answer}`,
  },
  'log-probability': { en: 'log-probability', fa: 'لگاریتم احتمال' },
  logit: { en: 'logit', fa: 'لاجیت' },
  loss: { en: 'loss', fa: 'زیان' },
  token: { en: (t: string) => `“${t}”`, fa: (t: string) => `«${t}»` },
  tokenAfter: {
    en: (t: string, at: string) => `“${t}” at “${at}”`,
    fa: (t: string, at: string) => `«${t}» در جای «${at}»`,
  },
  size: { en: 'Size of the gradient at each token', fa: 'اندازهٔ گرادیان در هر توکن' },
  product: {
    en: 'Gradient × vector: for (orange) or against (blue) the answer',
    fa: 'گرادیان × بردار: به سود پاسخ (نارنجی) یا به زیان آن (آبی)',
  },
  productNote: {
    en: 'A first-order estimate of what each token’s vector adds to the answer; cutting the token, below, is the measured effect.',
    fa: 'برآورد مرتبهٔ نخست از آنچه بردار هر توکن به پاسخ می‌افزاید؛ اثر اندازه‌گیری‌شده، پنهان کردن توکن است که پایین‌تر آمده است.',
  },
  byLayer: { en: 'Back through the layers', fa: 'بازگشت از لایه‌ها' },
  byLayerNote: {
    en: 'Length of the gradient at each state, from the last layer (bottom) back to the embedding (top).',
    fa: 'طول گرادیان در هر حالت، از لایهٔ آخر (پایین) تا جاسازی (بالا).',
  },
  lengthLog: { en: 'length (log)', fa: 'طول (لگاریتمی)' },
  effect: { en: 'effect', fa: 'اثر' },
  cell: { en: (l: string, t: string) => `${l}, “${t}”:`, fa: (l: string, t: string) => `${l}، «${t}»:` },
  cuts: { en: 'Hide a token: what does the answer lose?', fa: 'توکنی را پنهان کنید: پاسخ چه از دست می‌دهد؟' },
  cutsNote: {
    en: 'Measured, not estimated: the model was run again with the token hidden from every query. Change of the log-probability of the same answer; orange: the token spoke for it.',
    fa: 'اندازه‌گیری است، نه برآورد: مدل بار دیگر اجرا شده و توکن از همهٔ پرسش‌ها پنهان بوده است. تغییر لگاریتم احتمالِ همان پاسخ؛ نارنجی: توکن به سود آن بوده است.',
  },
  skipsNote: {
    en: 'Measured, not estimated: the model read the text again without the token, as if its step were not there. Change of the log-probability of the same answer; orange: the token spoke for it.',
    fa: 'اندازه‌گیری است، نه برآورد: مدل متن را بار دیگر بی این توکن خوانده است، گویی آن گام نبوده باشد. تغییر لگاریتم احتمالِ همان پاسخ؛ نارنجی: توکن به سود آن بوده است.',
  },
  noCuts: {
    en: 'What the answer would lose without each token was not measured, as it takes longer than the rest of the page. This measures it:',
    fa: 'این‌که پاسخ بی هر توکن چه از دست می‌دهد اندازه‌گیری نشده است، چون بیش از باقیِ صفحه زمان می‌برد. با این گزینه اندازه‌گیری می‌شود:',
  },
  links: { en: 'Cut one link', fa: 'پیوندی را ببُرید' },
  linksNote: {
    en: 'One query no longer sees one key, in every layer and head.',
    fa: 'یک پرسش دیگر یک کلید را در هیچ لایه و سری نمی‌بیند.',
  },
  hidden: { en: 'hidden token', fa: 'توکن پنهان‌شده' },
  cut: { en: 'cut link: query → key', fa: 'پیوند بریده‌شده: پرسش ← کلید' },
  link: { en: (q: string, k: string) => `“${q}” → “${k}”`, fa: (q: string, k: string) => `«${q}» ← «${k}»` },
  change: { en: 'Δ log p', fa: 'Δ log p' },
  told: {
    en: (change: string, first: string) => `${change} → ${first}`,
    fa: (change: string, first: string) => `${change} ← ${first}`,
  },
  becomes: { en: 'first answer', fa: 'پاسخ نخست' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]>>;

export function GradientsSection() {
  const v = view.value!;
  const { gradient, cuts } = v.pass(pass.value);
  if (!gradient && !cuts) return null;
  return (
    <Section
      id="gradients"
      title={words.title}
      tone="linear"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name="gradient" />
        </>
      }
    >
      {gradient && <p class="answer-line">{say(words.of, say(words[gradient.of]), answerOf(gradient))}</p>}
      {gradient &&
        v.stacks().map((of) => (
          <div key={of}>
            <AtTokens of={of} />
            <ByLayer of={of} />
          </div>
        ))}
      {gradient && gradient.groups.length > 0 && <ParameterGroups groups={gradient.groups} />}
      {cuts ? <CutsPicture cuts={cuts} /> : <NoCuts />}
    </Section>
  );
}

function answerOf({ id, label, at, stack }: Pick<GradientOf, 'id' | 'label' | 'at' | 'stack'>): string {
  const v = view.value!;
  const labels = v.pass(pass.value).labels;
  const sequence = v.sequence(pass.value, stack);
  const what =
    label !== undefined
      ? (labels?.names[label] ?? String(label))
      : id !== undefined
        ? vocabularyLabel(v.index, id)
        : '';
  return at >= 0 && sequence ? say(words.tokenAfter, what, tokenLabel(v.index, sequence, at)) : say(words.token, what);
}

function lengths(part: Known): number[] {
  const { values, width } = part;
  return Array.from({ length: values.length / width }, (_, t) => {
    let sum = 0;
    for (let i = t * width; i < (t + 1) * width; ++i) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  });
}

function AtTokens({ of }: { of: Stack }) {
  const v = view.value!;
  const state = `${of}.embedding.output`;
  const name = `${state}.gradient`;
  if (!v.find(pass.value, name)) return null;
  const sequence = v.sequence(pass.value, of)!;
  const label = (t: number) => tokenLabel(v.index, sequence, t);
  const known = v.find(pass.value, state) ? [{ name: state }] : [];
  return (
    <Recorded wanted={[{ name }, ...known]}>
      {(g, x) => {
        const size = lengths(g!);
        const product = x && size.map((_, t) => dot(g!, x, t));
        const most = product && Math.max(...product.map(Math.abs));
        return (
          <>
            <Picture title={say(words.size)} info={g!.info} derived={computedHere()}>
              <Curve
                name={say(words.size)}
                log
                series={[{ name: '‖g‖', values: size }]}
                label={label}
                chosen={tokenOf(of)}
                onPick={(t) => chooseToken(of, t)}
                direction={sequence.direction}
              />
            </Picture>
            {product && (
              <Picture
                title={say(words.product)}
                note={say(words.productNote)}
                scale={signedScale(-most!, most!)}
                scaleLabel="x · g"
                derived={computedHere()}
                numbers={{
                  name: 'gradient-times-vector',
                  rows: size.length,
                  columns: 2,
                  row: label,
                  column: (c) => ['‖g‖', 'x · g'][c]!,
                  cell: (t, c) => (c ? product : size)[t]!,
                }}
              >
                <Strip
                  sequence={sequence}
                  name={say(words.product)}
                  chosen={tokenOf(of)}
                  colour={(t) => colourOf(product[t]!, signedScale(-most!, most!), theme.value)}
                  describe={(t) => short(product[t]!)}
                  onPick={(t) => chooseToken(of, t)}
                />
              </Picture>
            )}
          </>
        );
      }}
    </Recorded>
  );
}

function dot(a: Known, b: Known, t: number): number {
  let sum = 0;
  for (let i = t * a.width; i < (t + 1) * a.width; ++i) sum += a.values[i]! * b.values[i]!;
  return sum;
}

function ByLayer({ of }: { of: Stack }) {
  const v = view.value!;
  const levels = levelsOf(v, pass.value, of).filter((l) => v.find(pass.value, `${l.state}.gradient`));
  // The outputs of layers stand for the levels where only they have gradients.
  const outputs = v
    .layers(pass.value, of)
    .map((l) => ({ state: `${of}.layer.${l}.output`, layer: l, part: 'output' as const }))
    .filter((l) => v.find(pass.value, `${l.state}.gradient`));
  const shown = levels.length > 1 ? levels : [...levels, ...outputs];
  if (shown.length < 2) return null;
  return (
    <Recorded wanted={shown.map((l) => ({ name: `${l.state}.gradient` }))}>
      {(...parts) => <ByLayerPicture of={of} names={shown.map(nameOfLevel)} parts={parts} />}
    </Recorded>
  );
}

function ByLayerPicture({ of, names, parts }: { of: Stack; names: string[]; parts: Known[] }) {
  const v = view.value!;
  const sizes = useMemo(() => parts.map(lengths), [parts[0]!.values]);
  const tokens = sizes[0]!.length;
  const label = (t: number) => tokenLabel(v.index, v.sequence(pass.value, of)!, t);
  const positive = sizes.flat().filter((x) => x > 0);
  const scale = logScale(Math.min(...positive, 1), Math.max(...positive, 1e-30));
  const grid = useMemo(
    () => ({ rows: names.length, columns: tokens, at: (l: number, t: number) => sizes[l]![t]! }),
    [sizes],
  );
  return (
    <Picture
      title={say(words.byLayer)}
      note={say(words.byLayerNote)}
      derived={computedHere()}
      scale={scale}
      scaleLabel={say(words.lengthLog)}
      numbers={{
        name: `${of}-gradient-lengths`,
        rows: names.length,
        columns: tokens,
        row: (l) => names[l]!,
        column: label,
        cell: (l, t) => grid.at(l, t),
      }}
    >
      <Matrix
        name={say(words.byLayer)}
        grid={grid}
        scale={scale}
        rowHeight={20}
        largest={34}
        rowLabel={(l) => names[l]!}
        columnLabel={label}
        markedColumn={tokenOf(of)}
        describe={(l, t) => say(words.cell, names[l]!, label(t))}
        onPick={(_, t) => chooseToken(of, t)}
      />
    </Picture>
  );
}

/** How to get what was not measured, of models and answers that have it. */
function NoCuts() {
  const v = view.value!;
  const { gradient } = v.pass(pass.value);
  const several = v.pass(pass.value).sequences.some((s) => s.tokens.length > 1);
  if (gradient?.of === 'logit' || !several) return null;
  return (
    <p class="notice no-cuts">
      {say(words.noCuts)} <code dir="ltr">--cuts</code>
    </p>
  );
}

function CutsPicture({ cuts }: { cuts: Cuts }) {
  const v = view.value!;
  const skipped = v.index.kind !== 'transformer';
  const whole = numberOf(cuts.log_probability);
  const loss = (e: Effect) => whole - numberOf(e.log_probability);
  const most = Math.max(...cuts.hidden.map((e) => Math.abs(loss(e))), 1e-9);
  const scale = signedScale(-most, most);
  const text = (of: Stack, t: number) => tokenLabel(v.index, v.sequence(pass.value, of)!, t);
  const labels = v.pass(pass.value).labels;
  const first = (e: Effect) => (labels ? (labels.names[e.first] ?? '') : vocabularyLabel(v.index, e.first));
  const links = [...cuts.links].sort((a, b) => Math.abs(loss(b)) - Math.abs(loss(a))).slice(0, 24);
  return (
    <>
      <Picture
        title={say(words.cuts)}
        note={say(skipped ? words.skipsNote : words.cutsNote)}
        scale={scale}
        scaleLabel={say(words.change)}
      >
        {v.stacks().map((of) => {
          const effects = new Map(cuts.hidden.filter((e) => e.stack === of).map((e) => [e.token, e]));
          if (effects.size === 0) return null;
          return (
            <Strip
              key={of}
              sequence={v.sequence(pass.value, of)!}
              name={say(words.cuts)}
              chosen={tokenOf(of)}
              colour={(t) => (effects.has(t) ? colourOf(loss(effects.get(t)!), scale, theme.value) : undefined)}
              describe={(t) =>
                effects.has(t) ? say(words.told, short(-loss(effects.get(t)!)), first(effects.get(t)!)) : ''
              }
              onPick={(t) => chooseToken(of, t)}
            />
          );
        })}
        <EffectTable
          rows={cuts.hidden.map((e) => ({ name: text(e.stack, e.token), loss: loss(e), first: first(e) }))}
          title={say(words.cuts)}
          what={say(words.hidden)}
          most={most}
        />
      </Picture>
      {links.length > 0 && (
        <Picture title={say(words.links)} note={say(words.linksNote)}>
          <EffectTable
            rows={links.map((e) => ({
              name: say(words.link, text(e.query_stack, e.query), text(e.stack, e.token)),
              loss: loss(e),
              first: first(e),
            }))}
            title={say(words.links)}
            what={say(words.cut)}
            most={Math.max(...links.map((e) => Math.abs(loss(e))), 1e-9)}
          />
        </Picture>
      )}
    </>
  );
}

function EffectTable({
  rows,
  title,
  what,
  most,
}: {
  rows: { name: string; loss: number; first: string }[];
  title: string;
  what: string; // has been taken away in each row
  most: number;
}) {
  return (
    <div class="table-scroll step-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col">{say(words.change)}</th>
            <th scope="col">{say(words.effect)}</th>
            <th scope="col">{say(words.becomes)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              <th scope="row">
                <bdi>{row.name}</bdi>
              </th>
              <td>{short(-row.loss)}</td>
              <td class="bar-cell">
                <i
                  class={`bar ${row.loss < 0 ? 'below' : 'above'}`}
                  style={{ width: `${(100 * Math.abs(row.loss)) / most}%` }}
                />
              </td>
              <td>
                <bdi>{row.first}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
