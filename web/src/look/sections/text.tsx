// SPDX-License-Identifier: Apache-2.0
// Section 1: the text and the tokens that the model gets.
import { visible, visibleToken } from '../../shared/bidi.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, inDigits } from '../../shared/numbers.ts';
import { type Cell, NumbersTable } from '../../shared/table.tsx';
import type { Sequence } from '../format.ts';
import { Section } from '../parts/section.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, stack, token, view } from '../state.ts';
import { tokenText, vocabularyText } from '../token_text.ts';

const words = {
  title: { en: 'Text and tokens', fa: 'متن و توکن‌ها' },
  intro: {
    en: 'A model does not read letters. The tokenizer cuts the text into tokens of its vocabulary, and each token is a number, its id.',
    fa: 'مدل حرف نمی‌خواند. توکن‌ساز (tokenizer) متن را به توکن‌های (token) واژگانش می‌شکند و هر توکن یک عدد است: شناسهٔ (id) آن.',
  },
  text: { en: 'Text', fa: 'متن' },
  source: { en: 'Source', fa: 'متن مبدأ' },
  target: { en: 'Target: what the decoder is given, word by word', fa: 'متن مقصد: آنچه رمزگشا واژه‌به‌واژه می‌گیرد' },
  again: {
    en: 'The same text once more, behind a start token: what the decoder reads',
    fa: 'همان متن بار دیگر، پس از یک توکن آغاز: آنچه رمزگشا می‌خواند',
  },
  forced: {
    en: 'This target was given; the model did not choose it.',
    fa: 'این متن مقصد داده شده است؛ مدل آن را برنگزیده است.',
  },
  own: {
    en: 'The tokens with a line under them are those that the model has chosen itself.',
    fa: 'توکن‌هایی که زیرشان خط است، برگزیدهٔ خود مدل‌اند.',
  },
  normalized: { en: 'After normalisation', fa: 'پس از یکدست‌سازی' },
  cutStart: {
    en: (kept: number, total: number) =>
      `The model takes no more than ${count(kept)} tokens: the first ${count(total - kept)} of ${count(total)} were left out.`,
    fa: (kept: number, total: number) =>
      `مدل بیش از ${count(kept)} توکن نمی‌گیرد: ${count(total - kept)} توکنِ نخست از ${count(total)} توکن کنار گذاشته شد.`,
  },
  cutEnd: {
    en: (kept: number, total: number) =>
      `The model takes no more than ${count(kept)} tokens: the last ${count(total - kept)} of ${count(total)} were left out.`,
    fa: (kept: number, total: number) =>
      `مدل بیش از ${count(kept)} توکن نمی‌گیرد: ${count(total - kept)} توکنِ پایانی از ${count(total)} توکن کنار گذاشته شد.`,
  },
  summary: {
    en: (characters: number, tokens: number) => `${count(characters)} characters, ${count(tokens)} tokens`,
    fa: (characters: number, tokens: number) => `${count(characters)} نویسه، ${count(tokens)} توکن`,
  },
  empty: { en: 'The text is empty: only special tokens are left.', fa: 'متن خالی است: تنها توکن‌های ویژه مانده‌اند.' },
  unknown: {
    en: 'A token in a dotted frame stands for something that the vocabulary does not have.',
    fa: 'توکنی که کادر نقطه‌چین دارد، جای چیزی است که در واژگان نیست.',
  },
  place: { en: 'place', fa: 'موقعیت' },
  token: { en: 'token', fa: 'توکن' },
  id: { en: 'id', fa: 'شناسه' },
  vocabulary: { en: 'in the vocabulary', fa: 'در واژگان' },
  bytes: { en: 'bytes (UTF-8)', fa: 'بایت‌ها (UTF-8)' },
  from: { en: 'from', fa: 'از' },
  to: { en: 'to', fa: 'تا' },
} satisfies Record<string, Both | Both<[number, number]>>;

export function TextSection() {
  const sequences = view.value!.pass(pass.value).sequences;
  return (
    <Section id="text" title={words.title} tone="input" intro={<p>{say(words.intro)}</p>}>
      {sequences.map((sequence) => (
        <Text key={sequence.role + sequence.stack} sequence={sequence} />
      ))}
    </Section>
  );
}

function Text({ sequence }: { sequence: Sequence }) {
  const name = say(words[sequence.role]);
  const { cut, tokens } = sequence;
  const characters = [...sequence.text].length;
  return (
    <figure class="picture">
      <figcaption>
        {name} {tokens.length > 0 && <span class="muted">· {say(words.summary, characters, tokens.length)}</span>}
      </figcaption>
      {tokens.length === 0 ? (
        <p class="strip plain" dir={sequence.direction}>
          {visible(sequence.text)}
        </p>
      ) : (
        <Tokens sequence={sequence} name={name} />
      )}
      {sequence.forced && <p class="notice">{say(words.forced)}</p>}
      {sequence.own_from !== undefined && !sequence.forced && <p class="picture-note">{say(words.own)}</p>}
      {tokens.some((t) => t.unknown) && <p class="notice">{say(words.unknown)}</p>}
      {sequence.normalized !== undefined && sequence.normalized !== sequence.text && (
        <p class="picture-note">
          {say(words.normalized)}: <bdi>{visibleToken(sequence.normalized).replaceAll('␣', ' ')}</bdi>
        </p>
      )}
      {cut && (
        <p class="notice warn">{say(cut.side === 'start' ? words.cutStart : words.cutEnd, cut.kept, cut.total)}</p>
      )}
      {tokens.length > 0 && <NumbersTable numbers={tokenTable(sequence)} />}
    </figure>
  );
}

function Tokens({ sequence, name }: { sequence: Sequence; name: string }) {
  const { tokens } = sequence;
  return (
    <>
      <Strip
        sequence={sequence}
        name={name}
        chosen={stack.value === sequence.stack ? token.value : undefined}
        onPick={(i) => chooseToken(sequence.stack, i)}
      />
      <Ids sequence={sequence} />
      {tokens.every((t) => t.special) && sequence.role !== 'target' && <p class="notice">{say(words.empty)}</p>}
    </>
  );
}

/** The numbers that the model gets, in the order of the text. */
function Ids({ sequence }: { sequence: Sequence }) {
  const chosen = stack.value === sequence.stack ? token.value : undefined;
  const shown = sequence.tokens.slice(0, 256);
  return (
    <p class="ids" dir={sequence.direction}>
      {shown.map(({ id }, i) => (
        <>
          <span key={i} class={i === chosen ? 'chosen' : ''}>
            {inDigits(id)}
          </span>{' '}
        </>
      ))}
      {shown.length < sequence.tokens.length && '…'}
    </p>
  );
}

function tokenTable(sequence: Sequence) {
  const index = view.value!.index;
  const columns = [words.token, words.id, words.vocabulary, words.bytes, words.from, words.to];
  const hex = (text: string) =>
    [...new TextEncoder().encode(text)].map((b) => b.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  const cell = (i: number, c: number): Cell => {
    const { id, begin, end } = sequence.tokens[i]!;
    const text = tokenText(index, sequence, i);
    return [
      visibleToken(text),
      id,
      visibleToken(vocabularyText(index, id, sequence.stack)),
      begin === undefined ? '' : hex(sequence.text.slice(begin, end)),
      begin ?? '',
      end ?? '',
    ][c]!;
  };
  return {
    name: `tokens-${sequence.role}`,
    rows: sequence.tokens.length,
    columns: columns.length,
    corner: say(words.place),
    row: (i: number) => i,
    column: (c: number) => say(columns[c]!),
    cell,
  };
}
