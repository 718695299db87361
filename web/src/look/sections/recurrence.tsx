// SPDX-License-Identifier: Apache-2.0
// Recurrent models: the network unrolled in time, its hidden units over the text, its gates at one step.
import { useMemo, useState } from 'preact/hooks';
import { colourOf, css, type Scale, signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, inDigits } from '../../shared/numbers.ts';
import { theme } from '../../shared/theme.ts';
import { numberOf } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { type RecurrentLayer, recurrentLayers, strongestUnits } from '../recurrent.ts';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { Gates } from './gates.tsx';

const words = {
  title: { en: 'Recurrent network', fa: 'شبکهٔ بازگشتی' },
  intro: {
    en: 'The network reads one token after the other and carries a memory along, the hidden state h. The same weights serve at every step: unrolled in time, it is one cell drawn again and again.',
    fa: 'شبکه توکن‌ها را یکی پس از دیگری می‌خواند و حافظه‌ای با خود می‌برد: حالت پنهان (hidden state) h. در همهٔ گام‌ها همان وزن‌ها به کار می‌رود؛ شبکهٔ بازشده در زمان (unrolled) یک خانه است که بارها کشیده می‌شود.',
  },
  which: { en: 'Layer', fa: 'لایه' },
  forward: { en: 'forward', fa: 'پیش‌رو' },
  reverse: { en: 'backward', fa: 'پس‌رو' },
  encoder: { en: 'encoder', fa: 'رمزگذار' },
  decoder: { en: 'decoder', fa: 'رمزگشا' },
  unrolled: { en: 'Unrolled in time', fa: 'بازشده در زمان' },
  unrolledNote: {
    en: (n: number, all: number) =>
      `Each column is the memory after that token: the ${n} units of ${all} that move most. Choose a step.`,
    fa: (n: number, all: number) =>
      `هر ستون حافظه پس از آن توکن است: ${count(n)} واحد از ${count(all)} واحد که بیش از همه تغییر می‌کنند. گامی را برگزینید.`,
  },
  states: { en: 'Hidden units over time', fa: 'واحدهای پنهان در طول زمان' },
  statesNote: {
    en: 'Rows are units, columns are time steps. Choose a unit to see it as a line.',
    fa: 'سطرها واحدها و ستون‌ها گام‌های زمانی‌اند. واحدی را برگزینید تا آن را به شکل خط ببینید.',
  },
  unit: { en: (u: number) => `unit ${u}`, fa: (u: number) => `واحد ${count(u)}` },
  line: { en: (u: number) => `Unit ${u} over the text`, fa: (u: number) => `واحد ${count(u)} در طول متن` },
  cell: {
    en: (u: number, token: string) => `unit ${u}, after “${token}”:`,
    fa: (u: number, token: string) => `واحد ${count(u)}، پس از «${token}»:`,
  },
  value: { en: 'value', fa: 'مقدار' },
  state: { en: 'state h', fa: 'حالت h' },
  memory: { en: 'cell c', fa: 'سلول c' },
  through: { en: 'Gradient back through time', fa: 'بازگشت گرادیان در زمان' },
  throughNote: {
    en: 'How much the answer would change with what goes into the gates at each step. Where the line falls towards the beginning, the gradient vanishes; where it rises, it explodes.',
    fa: 'پاسخ با تغییر آنچه در هر گام به دروازه‌ها می‌رسد چقدر تغییر می‌کند. هرجا خط به سوی آغاز متن پایین برود گرادیان محو می‌شود (vanishing) و هرجا بالا برود منفجر (exploding).',
  },
} satisfies Record<string, Both | Both<[number]> | Both<[string]> | Both<[number, number]> | Both<[number, string]>>;

export function RecurrenceSection() {
  const layers = recurrentLayers(view.value!, pass.value);
  const [chosen, setChosen] = useState(0);
  if (layers.length === 0) return null;
  const at = layers[Math.min(chosen, layers.length - 1)]!;
  const cell = String(view.value!.option('cell') ?? '');
  return (
    <Section
      id="recurrence"
      title={words.title}
      tone="recurrence"
      intro={
        <>
          <p>{say(words.intro)}</p>
          <Formula name={cell === 'lstm' || cell === 'gru' ? cell : 'rnn'} />
        </>
      }
    >
      {layers.length > 1 && (
        <div class="controls">
          <label>
            {say(words.which)}{' '}
            <select value={chosen} onChange={(event) => setChosen(Number((event.target as HTMLSelectElement).value))}>
              {layers.map((l, i) => (
                <option key={l.prefix} value={i}>
                  {nameOf(l, layers)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Layer key={at.prefix} of={at} />
    </Section>
  );
}

function nameOf(l: RecurrentLayer, all: RecurrentLayer[]): string {
  const stacks = new Set(all.map((x) => x.stack));
  const directions = new Set(all.filter((x) => x.stack === l.stack).map((x) => x.direction));
  // The layers of a decoder above its attention count on from those below.
  const below = l.upper ? all.filter((x) => x.stack === l.stack && !x.upper).length : 0;
  return [
    stacks.size > 1 && say(words[l.stack]),
    count(l.layer + below),
    directions.size > 1 && say(words[l.direction]),
  ]
    .filter(Boolean)
    .join(' · ');
}

function Layer({ of }: { of: RecurrentLayer }) {
  const v = view.value!;
  const cells = v.find(pass.value, `${of.prefix}.cells`) ? [{ name: `${of.prefix}.cells` }] : [];
  return (
    <Recorded wanted={[{ name: `${of.prefix}.states` }, ...cells]} height={360}>
      {(states, memory) => (
        <>
          <Unrolled of={of} states={states!} />
          <Units of={of} states={states!} memory={memory} />
          <Gates of={of} states={states!} memory={memory} />
          <ThroughTime of={of} />
        </>
      )}
    </Recorded>
  );
}

const drawnSteps = 16;
const drawnUnits = 20;

function Unrolled({ of, states }: { of: RecurrentLayer; states: Known }) {
  const { values, width, info } = states;
  const v = view.value!;
  const sequence = v.sequence(pass.value, of.stack)!;
  const steps = values.length / width;
  const units = useMemo(() => strongestUnits(values, width, drawnUnits), [values]);
  const scale = signedScale(numberOf(info.low), numberOf(info.high));
  const chosen = Math.min(tokenOf(of.stack), steps - 1);
  const from = Math.max(0, Math.min(chosen - drawnSteps / 2, steps - drawnSteps));
  const shown = Array.from({ length: Math.min(drawnSteps, steps) }, (_, i) => from + i);
  const [column, cellWidth, side] = [76, 34, 5];
  const top = 40;
  const height = top + units.length * side + 70;
  const backward = of.direction === 'reverse';
  return (
    <Picture
      title={say(words.unrolled)}
      note={say(words.unrolledNote, units.length, width)}
      info={info}
      scale={scale}
      scaleLabel={say(words.value)}
    >
      <div class="matrix-scroll" dir="ltr" tabIndex={0} role="region" aria-label={say(words.unrolled)}>
        <svg
          class="unrolled"
          width={shown.length * column + 40}
          height={height}
          role="group"
          aria-label={say(words.unrolled)}
        >
          <defs>
            <marker id="time" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 8 4 0 8z" class="arrow-head" />
            </marker>
          </defs>
          {shown.map((t, i) => {
            const x = 20 + i * column;
            const middle = top + (units.length * side) / 2;
            const label = tokenLabel(v.index, sequence, t);
            const [a, b] = [x + cellWidth + 4, x + column - 6];
            return (
              <g
                key={t}
                class={`time-step ${t === chosen ? 'chosen' : ''}`}
                role="button"
                tabIndex={0}
                aria-pressed={t === chosen}
                onClick={() => chooseToken(of.stack, t)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' && event.key !== ' ') return;
                  event.preventDefault();
                  chooseToken(of.stack, t);
                }}
              >
                <rect
                  class="frame"
                  x={x - 5}
                  y={top - 6}
                  width={cellWidth + 10}
                  height={units.length * side + 12}
                  rx="7"
                />
                {units.map((u, k) => (
                  <rect
                    key={u}
                    x={x}
                    y={top + k * side}
                    width={cellWidth}
                    height={side - 0.6}
                    style={{ fill: css(colourOf(values[t * width + u]!, scale, theme.value)) }}
                  />
                ))}
                <line
                  class="wire"
                  x1={x + cellWidth / 2}
                  x2={x + cellWidth / 2}
                  y1={height - 30}
                  y2={top + units.length * side + 9}
                  marker-end="url(#time)"
                />
                <line
                  class="wire"
                  x1={x + cellWidth / 2}
                  x2={x + cellWidth / 2}
                  y1={top - 8}
                  y2={top - 24}
                  marker-end="url(#time)"
                />
                {t + 1 < steps && i + 1 < shown.length && (
                  <line
                    class="wire"
                    x1={backward ? b : a}
                    x2={backward ? a : b}
                    y1={middle}
                    y2={middle}
                    marker-end="url(#time)"
                  />
                )}
                <text x={x + cellWidth / 2} y={10} text-anchor="middle" class="tick">
                  h
                  <tspan class="index" dy="0.3em">
                    {inDigits(t)}
                  </tspan>
                </text>
                <text x={x + cellWidth / 2} y={height - 14} text-anchor="middle">
                  {label.length > 10 ? `${label.slice(0, 9)}…` : label}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
    </Picture>
  );
}

function Units({ of, states, memory }: { of: RecurrentLayer; states: Known; memory: Known | undefined }) {
  const { values, width, info } = states;
  const v = view.value!;
  const steps = values.length / width;
  const units = useMemo(() => strongestUnits(values, width, 64), [values]);
  const [unit, setUnit] = useState(units[0] ?? 0);
  const label = (t: number) => tokenLabel(v.index, v.sequence(pass.value, of.stack)!, t);
  const grid = useMemo(
    () => ({ rows: units.length, columns: steps, at: (r: number, t: number) => values[t * width + units[r]!]! }),
    [values, units],
  );
  const scale: Scale = signedScale(numberOf(info.low), numberOf(info.high));
  const line = (part: Known) => Array.from({ length: steps }, (_, t) => part.values[t * width + unit]!);
  const chosen = Math.min(tokenOf(of.stack), steps - 1);
  return (
    <>
      <Picture
        title={say(words.states)}
        note={say(words.statesNote)}
        info={info}
        scale={scale}
        scaleLabel={say(words.value)}
        numbers={{
          name: info.name,
          rows: width,
          columns: steps,
          row: (u) => say(words.unit, u),
          column: label,
          cell: (u, t) => values[t * width + u]!,
        }}
      >
        <Matrix
          name={say(words.states)}
          grid={grid}
          scale={scale}
          rowHeight={units.length > 40 ? 8 : 12}
          largest={36}
          rowLabel={(r) => inDigits(units[r]!)}
          columnLabel={label}
          markedRow={units.indexOf(unit) >= 0 ? units.indexOf(unit) : undefined}
          markedColumn={chosen}
          describe={(r, t) => say(words.cell, units[r]!, label(t))}
          onPick={(r, t) => {
            setUnit(units[r]!);
            chooseToken(of.stack, t);
          }}
        />
      </Picture>
      <Picture title={say(words.line, unit)} info={info}>
        <Curve
          name={say(words.line, unit)}
          series={[
            { name: say(words.state), values: line(states) },
            ...(memory && memory.width === width ? [{ name: say(words.memory), values: line(memory) }] : []),
          ]}
          label={label}
          chosen={chosen}
          onPick={(t) => chooseToken(of.stack, t)}
          direction={v.sequence(pass.value, of.stack)!.direction}
        />
      </Picture>
    </>
  );
}

/** Length of the gradient at every step. */
function ThroughTime({ of }: { of: RecurrentLayer }) {
  const v = view.value!;
  // That of the gates before their functions has what comes back through the steps after.
  const name = [`${of.prefix}.gates.gradient`, `${of.prefix}.states.gradient`].find((n) => v.find(pass.value, n));
  if (!name) return null;
  return (
    <Recorded wanted={[{ name }]}>
      {({ info, values }) => {
        const steps = info.shape[0]!;
        const each = values.length / steps;
        const lengths = Array.from({ length: steps }, (_, t) =>
          Math.sqrt(values.subarray(t * each, (t + 1) * each).reduce((sum, x) => sum + x * x, 0)),
        );
        const label = (t: number) => tokenLabel(v.index, v.sequence(pass.value, of.stack)!, t);
        return (
          <Picture
            title={say(words.through)}
            note={say(words.throughNote)}
            info={info}
            numbers={{
              name: info.name,
              rows: steps,
              columns: 1,
              row: label,
              column: () => '‖∂‖',
              cell: (t) => lengths[t]!,
            }}
          >
            <Curve
              name={say(words.through)}
              log
              series={[{ name: '‖∂‖', values: lengths }]}
              label={label}
              chosen={Math.min(tokenOf(of.stack), steps - 1)}
              onPick={(t) => chooseToken(of.stack, t)}
              direction={v.sequence(pass.value, of.stack)!.direction}
            />
          </Picture>
        );
      }}
    </Recorded>
  );
}
