// SPDX-License-Identifier: Apache-2.0
// What the models answered at validations: one validation at a time, with a slider through training.
import { directionOf } from '../shared/bidi.ts';
import { say } from '../shared/language.ts';
import { count } from '../shared/numbers.ts';
import { theme } from '../shared/theme.ts';
import { runColour } from './colours.ts';
import type { Run, SampleSet } from './format.ts';
import { change, view } from './state.ts';
import { words } from './words.ts';

/** The last samples at or before a step (−1: the last of all). */
export function samplesAt(sets: SampleSet[], step: number): SampleSet | undefined {
  if (step < 0) return sets.at(-1);
  return sets.findLast((set) => set.step <= step) ?? sets[0];
}

/** One input with what each run answered to it. */
export interface Answers {
  input: string;
  expected?: string;
  outputs: { r: number; output: string }[];
}

/** The samples of several runs, by input: runs that read the same data are asked the same. */
export function answersOf(sets: { r: number; set: SampleSet }[]): Answers[] {
  const found = new Map<string, Answers>();
  for (const { r, set } of sets) {
    for (const { input, expected, output } of set.samples) {
      const key = `${input}\n${expected ?? ''}`;
      if (!found.has(key)) found.set(key, { input, ...(expected !== undefined && { expected }), outputs: [] });
      found.get(key)!.outputs.push({ r, output });
    }
  }
  return [...found.values()];
}

function Text({ name, kind, text, colour }: { name: string; kind: string; text: string; colour?: string }) {
  return (
    <div class={`sample-text ${kind}`}>
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd dir={directionOf(text)} style={colour ? { borderInlineStartColor: colour } : undefined}>
        {text}
      </dd>
    </div>
  );
}

/** Through the validations, one by one; the last position stays with the newest. */
function StepSlider({ steps, chosen }: { steps: number[]; chosen: number }) {
  const text = `${say(words.sampleStep)} ${count(steps[chosen]!)}`;
  return (
    <label class="slider">
      <span>
        {say(words.sampleStep)} <b>{count(steps[chosen]!)}</b>
      </span>
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={chosen}
        aria-valuetext={text}
        onInput={(event) => {
          const i = Number(event.currentTarget.value);
          change({ sample: i === steps.length - 1 ? -1 : steps[i]! });
        }}
      />
    </label>
  );
}

export function Samples({ runs }: { runs: Run[] }) {
  const { sample, hidden } = view.value;
  const sets = runs.flatMap((run, r) => {
    const set = hidden.includes(r) ? undefined : samplesAt(run.samples, sample);
    return set ? [{ r, set }] : [];
  });
  if (sets.length === 0) return null;
  const steps = [...new Set(sets.flatMap(({ r }) => runs[r]!.samples.map((set) => set.step)))].sort((a, b) => a - b);
  const chosen =
    sample < 0
      ? steps.length - 1
      : Math.max(
          0,
          steps.findLastIndex((step) => step <= sample),
        );
  return (
    <section class="panel wide" aria-labelledby="samples">
      <header>
        <h2 id="samples">{say(words.samples)}</h2>
      </header>
      <p class="muted help">{say(words.samplesHelp)}</p>
      {steps.length > 1 && <StepSlider steps={steps} chosen={chosen} />}
      {answersOf(sets).map((answers, i) => (
        <dl class="sample" key={i}>
          <Text name={say(words.input)} kind="input" text={answers.input} />
          {answers.expected && <Text name={say(words.expected)} kind="expected" text={answers.expected} />}
          {answers.outputs.map(({ r, output }) => (
            <Text
              key={r}
              name={runs.length > 1 ? runs[r]!.name : say(words.output)}
              kind="output"
              text={output}
              colour={runColour(r, theme.value)}
            />
          ))}
        </dl>
      ))}
    </section>
  );
}
