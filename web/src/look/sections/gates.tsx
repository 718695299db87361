// SPDX-License-Identifier: Apache-2.0
// The gates of an LSTM or a GRU: over the text on average, and unit by unit at the chosen step, with the step's
// arithmetic done again from the recorded gates.
import { useMemo } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { language, say } from '../../shared/language.ts';
import { count, short } from '../../shared/numbers.ts';
import { type Term, terms } from '../../shared/terms.ts';
import { Curve } from '../parts/curve.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { gruStep, lstmStep, type RecurrentLayer, strongestUnits } from '../recurrent.ts';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  step: { en: (token: string) => `Inside the step of “${token}”`, fa: (token: string) => `درون گامِ «${token}»` },
  lstmNote: {
    en: 'The forget gate says how much of the old cell stays, the input gate how much of the candidate comes in, the output gate how much of the cell is shown.',
    fa: 'دروازهٔ فراموشی می‌گوید چه سهمی از سلولِ پیشین بماند، دروازهٔ ورودی چه سهمی از نامزد بیاید و دروازهٔ خروجی چه سهمی از سلول نشان داده شود.',
  },
  gruNote: {
    en: 'The update gate z says how much of the old state stays; the reset gate r how much of it the candidate n may see.',
    fa: 'دروازهٔ به‌روزرسانی z می‌گوید چه سهمی از حالت پیشین بماند و دروازهٔ بازنشانی r می‌گوید نامزدِ n چه سهمی از آن را ببیند.',
  },
  before: { en: 'before', fa: 'پیش' },
  old: { en: (x: string) => `${x} before`, fa: (x: string) => `${x} پیشین` },
  now: { en: (x: string) => `${x} now`, fa: (x: string) => `${x} اکنون` },
  cell: {
    en: (row: string, unit: number) => `${row}, unit ${unit}:`,
    fa: (row: string, unit: number) => `${row}، واحد ${count(unit)}:`,
  },
  check: {
    en: (x: string) =>
      `Done again here from the recorded gates, the step differs from the recorded state by at most ${x}.`,
    fa: (x: string) => `همین گام که این‌جا از دروازه‌های ثبت‌شده دوباره حساب شد، با حالت ثبت‌شده حداکثر ${x} فرق دارد.`,
  },
  mean: { en: 'Gates over the text, mean of all units', fa: 'دروازه‌ها در طول متن، میانگین همهٔ واحدها' },
  value: { en: 'value', fa: 'مقدار' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, number]>>;

const gateTerms: Record<number, Term[]> = {
  4: ['inputGate', 'forgetGate', 'candidate', 'outputGate'],
  3: ['resetGate', 'updateGate', 'candidate'],
};
const letters: Record<number, string[]> = { 4: ['i', 'f', 'g', 'o'], 3: ['r', 'z', 'n'] };

interface Inside {
  of: RecurrentLayer;
  states: Known;
  memory: Known | undefined;
}

export function Gates(props: Inside) {
  const name = `${props.of.prefix}.gates_after`;
  if (!view.value!.find(pass.value, name)) return null;
  return <Recorded wanted={[{ name }]}>{(gates) => <Step {...props} gates={gates!} />}</Recorded>;
}

function Step({ of, states, memory, gates }: Inside & { gates: Known }) {
  const v = view.value!;
  const [steps, kinds, size] = gates.info.shape as [number, number, number];
  const t = Math.min(tokenOf(of.stack), steps - 1);
  const label = (i: number) => tokenLabel(v.index, v.sequence(pass.value, of.stack)!, i);
  const units = useMemo(() => strongestUnits(states.values, states.width, 64).filter((u) => u < size), [states.values]);
  const rows = useMemo(() => rowsOfStep(t, of, states, memory, gates), [t, gates.values, language.value]);
  const grid = useMemo(
    () => ({ rows: rows.length, columns: units.length, at: (r: number, u: number) => rows[r]!.values[units[u]!]! }),
    [rows, units],
  );
  const scale = signedScale(-1, Math.max(1, ...rows.flatMap((row) => [...row.values].map(Math.abs))));
  const title = say(words.step, label(t));
  return (
    <>
      <Picture
        title={title}
        note={say(kinds === 4 ? words.lstmNote : words.gruNote)}
        info={gates.info}
        scale={scale}
        scaleLabel={say(words.value)}
        numbers={{
          name: 'step',
          rows: rows.length,
          columns: size,
          row: (r) => rows[r]!.name,
          column: (c) => c,
          cell: (r, u) => rows[r]!.values[u]!,
        }}
      >
        <Matrix
          name={title}
          grid={grid}
          scale={scale}
          rowHeight={24}
          largest={16}
          rowLabel={(r) => rows[r]!.name}
          describe={(r, u) => say(words.cell, rows[r]!.name, units[u]!)}
        />
        <p class="picture-note">{say(words.check, short(difference(t, of, states, memory, gates), 3))}</p>
      </Picture>
      <Picture title={say(words.mean)} info={gates.info}>
        <Curve
          name={say(words.mean)}
          series={(letters[kinds] ?? []).map((letter, k) => ({
            name: `${letter} · ${say(terms[gateTerms[kinds]![k]!])}`,
            values: Array.from({ length: steps }, (_, s) => mean(gates.values, (s * kinds + k) * size, size)),
          }))}
          label={label}
          chosen={t}
          onPick={(s) => chooseToken(of.stack, s)}
          direction={v.sequence(pass.value, of.stack)!.direction}
        />
      </Picture>
    </>
  );
}

function mean(values: Float32Array, from: number, n: number): number {
  let sum = 0;
  for (let i = from; i < from + n; ++i) sum += values[i]!;
  return sum / n;
}

/** The step before in the order of reading; zeros at its start. */
function rowBefore(part: Known, t: number, reverse: boolean): Float32Array {
  const before = reverse ? t + 1 : t - 1;
  const steps = part.values.length / part.width;
  if (before < 0 || before >= steps) return new Float32Array(part.width);
  return part.values.subarray(before * part.width, (before + 1) * part.width);
}

const rowAt = (part: Known, t: number) => part.values.subarray(t * part.width, (t + 1) * part.width);

function gatesAt(gates: Known, t: number): Float32Array {
  const each = gates.info.shape[1]! * gates.info.shape[2]!;
  return gates.values.subarray(t * each, (t + 1) * each);
}

function rowsOfStep(t: number, of: RecurrentLayer, states: Known, memory: Known | undefined, gates: Known) {
  const [, kinds, size] = gates.info.shape as [number, number, number];
  const at = gatesAt(gates, t);
  const part = memory ?? states;
  const what = memory ? 'c' : 'h';
  const reverse = of.direction === 'reverse';
  return [
    { name: say(words.old, what), values: rowBefore(part, t, reverse) },
    ...(letters[kinds] ?? []).map((letter, k) => ({
      name: `${letter} · ${say(terms[gateTerms[kinds]![k]!])}`,
      values: at.subarray(k * size, (k + 1) * size),
    })),
    ...(memory ? [{ name: say(words.now, 'c'), values: rowAt(memory, t) }] : []),
    { name: say(words.now, 'h'), values: rowAt(states, t) },
  ];
}

/** Between the recorded state and the one that the recorded gates give. */
function difference(t: number, of: RecurrentLayer, states: Known, memory: Known | undefined, gates: Known): number {
  const [, kinds, size] = gates.info.shape as [number, number, number];
  const reverse = of.direction === 'reverse';
  const at = gatesAt(gates, t);
  if (kinds === 4 && memory) {
    const { cell, state } = lstmStep(at, rowBefore(memory, t, reverse), size);
    // With a projection the states are narrower than the cells.
    return states.width === size ? apart(state, rowAt(states, t)) : apart(cell, rowAt(memory, t));
  }
  return apart(gruStep(at, rowBefore(states, t, reverse), size), rowAt(states, t));
}

function apart(a: Float64Array, b: Float32Array): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
}
