// SPDX-License-Identifier: Apache-2.0
// Section 2, last part: which tokens of the whole vocabulary have vectors like that of the chosen token.
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, fixed } from '../../shared/numbers.ts';
import type { Nearest as Neighbours } from '../format.ts';
import { numberOf, type Stack } from '../index_view.ts';
import { Picture } from '../parts/picture.tsx';
import { pass, tokenOf, view } from '../state.ts';
import { tokenLabel, vocabularyLabel } from '../token_text.ts';

const words = {
  title: {
    en: (t: string) => `Nearest to “${t}” in the table`,
    fa: (t: string) => `نزدیک‌ترین‌ها به «${t}» در جدول`,
  },
  note: {
    en: (rows: string) =>
      `Of all ${rows} rows of the table, those whose direction is most like that of this token, its own row left out: what the model has learned to treat alike.`,
    fa: (rows: string) =>
      `از همهٔ ${rows} سطر جدول، آن‌ها که جهتشان به جهت بردار این توکن نزدیک‌تر است، بی سطر خودش: آنچه مدل آموخته است همانند بگیرد.`,
  },
  none: {
    en: 'The vector of this token is zero, so it has no direction and nothing is near to it.',
    fa: 'بردار این توکن صفر است؛ پس جهتی ندارد و چیزی به آن نزدیک نیست.',
  },
  absent: {
    en: (n: string) =>
      `The page has the neighbours of the first ${n} different tokens of the text; this one comes later.`,
    fa: (n: string) => `این صفحه همسایه‌های ${n} توکنِ متفاوتِ نخستِ متن را دارد؛ این توکن پس از آن‌هاست.`,
  },
  program: { en: 'computed by the program from the table', fa: 'برنامه آن را از روی جدول حساب کرده است' },
  cosine: { en: 'cosine', fa: 'کسینوس' },
  token: { en: 'token', fa: 'توکن' },
  id: { en: 'id', fa: 'شناسه' },
} satisfies Record<string, Both | Both<[string]>>;

export function NearestTokens({ stack }: { stack: Stack }) {
  const v = view.value!;
  const table = v.pass(pass.value).nearest?.find((n) => n.stack === stack);
  const sequence = v.sequence(pass.value, stack);
  if (!table || !sequence || sequence.tokens.length === 0) return null;
  const at = tokenOf(stack);
  const near = table.tokens.find((t) => t.id === sequence.tokens[at]!.id)?.near;
  return (
    <Picture
      class="nearest"
      title={say(words.title, tokenLabel(v.index, sequence, at))}
      note={say(words.note, count(table.rows))}
      derived={say(words.program)}
      numbers={near && near.length > 0 ? numbersOf(near, stack) : undefined}
    >
      {near === undefined && <p class="notice">{say(words.absent, count(table.tokens.length))}</p>}
      {near?.length === 0 && <p class="notice">{say(words.none)}</p>}
      {near && near.length > 0 && <Bars near={near} stack={stack} />}
    </Picture>
  );
}

type Near = Neighbours['tokens'][number]['near'];

/** A bar for each neighbour; a cosine below 0 has none. */
function Bars({ near, stack }: { near: Near; stack: Stack }) {
  return (
    <ol class="candidates" dir="ltr" aria-label={say(words.cosine)}>
      {near.map(({ id, cosine }) => (
        <li key={id}>
          <bdi class="candidate">{vocabularyLabel(view.value!.index, id, stack)}</bdi>
          <span class="bar-track">
            <i class="bar" style={{ width: `${Math.max(0, 100 * numberOf(cosine))}%` }} />
          </span>
          <span class="value">{fixed(numberOf(cosine), 3)}</span>
        </li>
      ))}
    </ol>
  );
}

function numbersOf(near: Near, stack: Stack) {
  const columns = [words.token, words.id, words.cosine];
  return {
    name: `${stack}-nearest`,
    rows: near.length,
    columns: columns.length,
    row: (r: number) => r + 1,
    column: (c: number) => say(columns[c]!),
    cell: (r: number, c: number) => {
      const { id, cosine } = near[r]!;
      return [vocabularyLabel(view.value!.index, id, stack), id, numberOf(cosine)][c]!;
    },
  };
}
