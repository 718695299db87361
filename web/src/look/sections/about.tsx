// SPDX-License-Identifier: Apache-2.0
// What is in this page: sizes, what was kept and in which form, what was left out, the licences of what is inside.
import { spelled } from '../../shared/bidi.ts';
import type { Both } from '../../shared/language.ts';
import { language, say } from '../../shared/language.ts';
import { bytes, count, percent } from '../../shared/numbers.ts';
import { type Cell, NumbersTable } from '../../shared/table.tsx';
import { terms } from '../../shared/terms.ts';
import { mirrored, pass, view } from '../state.ts';

const words = {
  title: { en: 'What is in this page', fa: 'در این صفحه چیست؟' },
  written: {
    en: (program: string) =>
      `Written by ${program}. Every coloured cell is a number that the model computed; the frame of each picture says which tensor it is and how exact.`,
    fa: (program: string) =>
      `این صفحه را ${program} نوشته است. هر خانهٔ رنگی عددی است که مدل حساب کرده؛ پای هر تصویر نوشته شده کدام تنسور است و با چه دقتی.`,
  },
  size: {
    en: (n: string, size: string, limit: string) => `${n} tensors in ${size}; the limit was ${limit}.`,
    fa: (n: string, size: string, limit: string) => `${n} تنسور در ${size}؛ سقف اندازه ${limit} بود.`,
  },
  reduced: { en: 'Kept in fewer bits, or left out', fa: 'با بیت‌های کمتر، یا کنارگذاشته' },
  reducedNone: { en: 'Everything is here, in full.', fa: 'همه‌چیز کامل این‌جاست.' },
  command: { en: 'The command that wrote it', fa: 'دستوری که آن را نوشته است' },
  tensors: { en: 'All tensors', fa: 'همهٔ تنسورها' },
  parameters: { en: 'Where the parameters are', fa: 'پارامترها کجایند' },
  options: { en: 'Options of the model', fa: 'گزینه‌های مدل' },
  mirror: { en: 'Mirror the matrices', fa: 'آینه‌ای کردن ماتریس‌ها' },
  name: { en: 'tensor', fa: 'تنسور' },
  kept: { en: 'kept', fa: 'نگه‌داشته' },
  reason: { en: 'reason', fa: 'علت' },
  flag: { en: 'option', fa: 'گزینه' },
  licences: {
    en: 'Inside: Preact (MIT), modules of d3 (ISC), Vazirmatn (SIL Open Font License 1.1), formulas written by Temml (MIT). Hodhod itself is Apache-2.0.',
    fa: 'درون این صفحه: Preact (MIT)، بخش‌هایی از d3 (ISC)، وزیرمتن (SIL Open Font License 1.1)، فرمول‌هایی که Temml (MIT) نوشته است. خود هدهد Apache-2.0 است.',
  },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string, string]>>;

// The components of the program, where they are not called as the terms are.
const components: Record<string, Both> = {
  input: { en: 'input', fa: 'ورودی' },
  embedding: terms.embedding,
  positions: { en: 'positions', fa: 'موقعیت‌ها' },
  attention: terms.attention,
  'add & norm': terms.addNorm,
  'feed-forward': terms.feedForward,
  linear: terms.linear,
  softmax: terms.softmax,
  recurrence: terms.recurrentNetwork,
  constant: { en: 'constant', fa: 'ثابت' },
};

const nameOf = (component: string) => {
  const known = components[component];
  return known && language.value === 'fa' ? known.fa : component;
};

export function About() {
  const { index } = view.value!;
  const { plan, tensors, model } = index;
  const total = model.components.reduce((sum, c) => sum + c.parameters, 0) || 1;
  const options = Object.entries(model.options);
  const own = tensors.filter((t) => t.pass === pass.value);
  return (
    <section id="about" class="section about" aria-labelledby="about-title">
      <h2 id="about-title">{say(words.title)}</h2>
      <p>{say(words.written, index.program)}</p>
      <p>{say(words.size, count(tensors.length), bytes(plan.bytes), bytes(plan.limit))}</p>
      {index.command && (
        <div>
          {say(words.command)}:
          <pre class="command" dir="ltr" tabIndex={0}>
            <code>{index.command.split('\n').map(spelled).join('\n')}</code>
          </pre>
        </div>
      )}
      <label class="controls">
        <input
          type="checkbox"
          checked={mirrored.value}
          onChange={(event) => (mirrored.value = (event.target as HTMLInputElement).checked)}
        />
        {say(words.mirror)}
      </label>
      {model.components.length > 0 && <h3>{say(words.parameters)}</h3>}
      <ul class="shares" dir="ltr">
        {model.components.map((c) => (
          <li key={c.component}>
            <span class="candidate">{nameOf(c.component)}</span>
            <span class="bar-track">
              <i class="bar" style={{ width: `${(100 * c.parameters) / total}%` }} />
            </span>
            <span class="value">
              {count(c.parameters)} · {percent(c.parameters / total)}
            </span>
          </li>
        ))}
      </ul>
      <h3>{say(words.reduced)}</h3>
      {plan.reduced.length === 0 ? (
        <p>{say(words.reducedNone)}</p>
      ) : (
        <NumbersTable
          numbers={{
            name: 'reduced',
            rows: plan.reduced.length,
            columns: 4,
            row: (r) => r + 1,
            column: (c) => say([words.name, words.kept, words.reason, words.flag][c]!),
            cell: (r, c) =>
              [plan.reduced[r]!.name, plan.reduced[r]!.kept, plan.reduced[r]!.reason, plan.reduced[r]!.flag][c]!,
          }}
        />
      )}
      <h3>{say(words.tensors)}</h3>
      <NumbersTable
        numbers={{
          name: 'tensors',
          rows: own.length,
          columns: 4,
          row: (r) => own[r]!.name,
          column: (c) => ['shape', 'form', '±', 'component'][c]!,
          cell: (r, c) => {
            const t = own[r]!;
            return [`${t.axes} ${t.shape.join(' × ')}`, t.form, t.bound, nameOf(t.component)][c]!;
          },
        }}
      />
      <h3>{say(words.options)}</h3>
      <NumbersTable
        numbers={{
          name: 'options',
          rows: options.length,
          columns: 1,
          row: (r) => options[r]![0],
          column: () => '',
          cell: (r) => (typeof options[r]![1] === 'boolean' ? String(options[r]![1]) : (options[r]![1] as Cell)),
        }}
      />
      <p class="muted licences">{say(words.licences)}</p>
    </section>
  );
}
