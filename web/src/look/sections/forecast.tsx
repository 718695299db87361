// SPDX-License-Identifier: Apache-2.0
// A forecast: the rows that it was made from, its band, what came, and how each past row moves it.
import { useMemo, useState } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, percent, short } from '../../shared/numbers.ts';
import { type Cell, NumbersTable } from '../../shared/table.tsx';
import type { Forecast } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { Section } from '../parts/section.tsx';
import { TimeChart } from '../parts/time_chart.tsx';
import { pass, view } from '../state.ts';

const words = {
  title: { en: 'Forecast', fa: 'پیش‌بینی' },
  intro: {
    en: (rows: string, horizon: string) =>
      `The model is given the last ${rows} rows of the series and forecasts the next ${horizon}. It sees nothing behind the line.`,
    fa: (rows: string, horizon: string) =>
      `به مدل ${rows} سطر آخر سری داده می‌شود و ${horizon} سطر بعدی را پیش‌بینی می‌کند. از آنچه پس از خط می‌آید چیزی نمی‌بیند.`,
  },
  history: { en: 'history', fa: 'گذشته' },
  forecast: { en: 'forecast', fa: 'پیش‌بینی' },
  came: { en: 'what came', fa: 'آنچه رخ داد' },
  quantiles: {
    en: (shares: string) => `The band lies between the quantiles ${shares}.`,
    fa: (shares: string) => `نوار میان چندک‌های (quantile) ${shares} است.`,
  },
  errors: {
    en: (mae: string, last: string) =>
      `Mean absolute error of this forecast: ${mae}; of the last value, repeated: ${last}.`,
    fa: (mae: string, last: string) => `میانگین قدر مطلق خطای این پیش‌بینی: ${mae}؛ خطای تکرار آخرین مقدار: ${last}.`,
  },
  effects: { en: 'What each past row does to the forecast', fa: 'اثر هر سطر گذشته بر پیش‌بینی' },
  effectsNote: {
    en: (deviation: string) =>
      `Rows are the rows of the forecast, columns those of the history. Each cell was measured: that row was raised by one deviation of the training data (${deviation}), the forecast was made again, and the cell says how far it moved for each unit. Choose a row to see it as a line.`,
    fa: (deviation: string) =>
      `سطرها سطرهای پیش‌بینی و ستون‌ها سطرهای گذشته‌اند. هر خانه اندازه گرفته شده است: آن سطر به اندازهٔ یک انحراف معیار داده‌های آموزش (${deviation}) بالا برده شد، پیش‌بینی از نو انجام گرفت و خانه می‌گوید به‌ازای هر واحد چقدر جابه‌جا شد. سطری را برگزینید تا آن را به شکل خط ببینید.`,
  },
  effect: { en: 'effect', fa: 'اثر' },
  cell: {
    en: (of: string, by: string) => `effect of ${by} on ${of}:`,
    fa: (of: string, by: string) => `اثر ${by} بر ${of}:`,
  },
  line: {
    en: (time: string, sum: string) => `Effects on ${time}; together ${sum}`,
    fa: (time: string, sum: string) => `اثرها بر ${time}؛ روی‌هم ${sum}`,
  },
  steps: { en: 'What the network reads', fa: 'آنچه شبکه می‌خواند' },
  stepsNote: {
    en: 'Columns are the steps of the network, named by their first rows; the numbers are in units of the model’s scale, normalised once more by the window where the model does so.',
    fa: 'ستون‌ها گام‌های شبکه‌اند که نام نخستین سطرشان را دارند؛ عددها با مقیاس مدل‌اند و اگر مدل چنین کند یک بار دیگر با خودِ پنجره نرمال شده‌اند.',
  },
  number: { en: (n: number) => `number ${n}`, fa: (n: number) => `عدد ${count(n)}` },
  value: { en: 'value', fa: 'مقدار' },
  comma: { en: ', ', fa: '، ' },
} satisfies Record<string, Both | Both<[number]> | Both<[string]> | Both<[string, string]>>;

export function ForecastSection() {
  const v = view.value!;
  const { forecast } = v.pass(pass.value);
  if (!forecast) return null;
  return (
    <Section
      id="forecast"
      title={words.title}
      tone="linear"
      intro={<p>{say(words.intro, count(forecast.history.length), count(forecast.values.length))}</p>}
    >
      <Course forecast={forecast} />
      {(v.find(pass.value, 'effects') || v.missing(pass.value, 'effects')) && (
        <Recorded wanted={[{ name: 'effects' }]} height={320}>
          {(effects) => <Effects forecast={forecast} effects={effects!} />}
        </Recorded>
      )}
      {v.find(pass.value, 'encoder.steps') && (
        <Recorded wanted={[{ name: 'encoder.steps' }]} height={120}>
          {(steps) => <Steps steps={steps!} />}
        </Recorded>
      )}
    </Section>
  );
}

function Course({ forecast }: { forecast: Forecast }) {
  const past = forecast.history.map(numberOf);
  const next = forecast.values.map(numberOf);
  const came = forecast.came.map(numberOf);
  const length = past.length;
  const bands = bandsOf(forecast);
  const last = past.at(-1)!;
  const error = (guess: (i: number) => number) =>
    came.reduce((sum, x, i) => sum + Math.abs(x - guess(i)), 0) / came.length;
  const series = [
    { name: say(words.history), first: 0, values: past },
    { name: say(words.forecast), first: length, values: next },
    ...(came.length > 0 ? [{ name: say(words.came), first: length, values: came }] : []),
  ];
  const quantiles = forecast.quantiles.map((q) => numberOf(q.values[0]));
  return (
    <Picture
      title={<bdi>{forecast.column}</bdi>}
      note={
        forecast.quantiles.length > 1 &&
        say(words.quantiles, forecast.quantiles.map((q) => percent(numberOf(q.share))).join(say(words.comma)))
      }
    >
      <TimeChart name={forecast.column} times={forecast.times} series={series} bands={bands} border={length} />
      {came.length > 0 && (
        <p class="answer-line">{say(words.errors, short(error((i) => next[i]!)), short(error(() => last)))}</p>
      )}
      <NumbersTable
        numbers={{
          name: 'forecast',
          rows: forecast.times.length,
          columns: 2 + (came.length > 0 ? 1 : 0) + quantiles.length,
          row: (r) => forecast.times[r]!,
          column: (c) => tableHead(forecast, c, came.length > 0),
          cell: (r, c) => tableCell(forecast, r, c, came.length > 0),
        }}
      />
    </Picture>
  );
}

/** A time stays in one piece, from left to right, in a sentence of either direction. */
const isolated = (text: string) => `\u2066${text}\u2069`;

/** Pairs of quantiles, the outermost first; a single one, or that in the middle, is a line and no band. */
function bandsOf(forecast: Forecast) {
  const all = [...forecast.quantiles].sort((a, b) => numberOf(a.share) - numberOf(b.share));
  const bands = [];
  for (let i = 0; i < Math.floor(all.length / 2); ++i) {
    bands.push({
      first: forecast.history.length,
      low: all[i]!.values.map(numberOf),
      high: all[all.length - 1 - i]!.values.map(numberOf),
    });
  }
  return bands;
}

function tableHead(forecast: Forecast, c: number, came: boolean): string {
  if (c === 0) return say(words.history);
  if (c === 1) return say(words.forecast);
  if (came && c === 2) return say(words.came);
  return percent(numberOf(forecast.quantiles[c - (came ? 3 : 2)]!.share));
}

function tableCell(forecast: Forecast, r: number, c: number, came: boolean): Cell {
  const length = forecast.history.length;
  const list =
    c === 0
      ? forecast.history
      : c === 1
        ? forecast.values
        : came && c === 2
          ? forecast.came
          : forecast.quantiles[c - (came ? 3 : 2)]!.values;
  const x = list[c === 0 ? r : r - length];
  return x ?? '';
}

function Effects({ forecast, effects }: { forecast: Forecast; effects: Known }) {
  const { values, width: past, info } = effects;
  const rows = forecast.values.length;
  const [chosen, setChosen] = useState(0);
  const row = Math.min(chosen, rows - 1);
  const timeOf = (h: number) => forecast.times[past + h]!;
  const grid = useMemo(() => ({ rows, columns: past, at: (r: number, c: number) => values[r * past + c]! }), [values]);
  const scale = signedScale(numberOf(info.low), numberOf(info.high));
  const line = [...values.subarray(row * past, (row + 1) * past)];
  const sum = line.reduce((total, x) => total + x, 0);
  return (
    <>
      <Picture
        title={say(words.effects)}
        note={say(words.effectsNote, short(numberOf(forecast.deviation)))}
        info={info}
        scale={scale}
        scaleLabel={say(words.effect)}
        numbers={{
          name: info.name,
          rows,
          columns: past,
          row: timeOf,
          column: (c) => forecast.times[c]!,
          cell: (r, c) => values[r * past + c]!,
        }}
      >
        <Matrix
          name={say(words.effects)}
          grid={grid}
          scale={scale}
          largest={14}
          rowHeight={rows > 48 ? 6 : 14}
          rowLabel={timeOf}
          markedRow={row}
          describe={(r, c) => say(words.cell, isolated(timeOf(r)), isolated(forecast.times[c]!))}
          onPick={(r) => setChosen(r)}
        />
      </Picture>
      <figure class="picture">
        <figcaption>{say(words.line, isolated(timeOf(row)), short(sum))}</figcaption>
        <TimeChart
          name={say(words.line, isolated(timeOf(row)), short(sum))}
          times={forecast.times.slice(0, past)}
          series={[{ name: say(words.effect), first: 0, values: line }]}
          bands={[]}
          border={past}
          height={170}
        />
      </figure>
    </>
  );
}

function Steps({ steps }: { steps: Known }) {
  const { values, width, info } = steps;
  const v = view.value!;
  const sequence = v.sequence(pass.value, 'encoder')!;
  const length = values.length / width;
  const nameOf = (t: number) => {
    const { begin, end } = sequence.tokens[t] ?? {};
    return sequence.text.slice(begin, end);
  };
  const grid = useMemo(
    () => ({ rows: width, columns: length, at: (r: number, c: number) => values[c * width + r]! }),
    [values],
  );
  const scale = signedScale(numberOf(info.low), numberOf(info.high));
  return (
    <Picture
      title={say(words.steps)}
      note={say(words.stepsNote)}
      info={info}
      scale={scale}
      scaleLabel={say(words.value)}
      numbers={{
        name: info.name,
        rows: length,
        columns: width,
        row: nameOf,
        column: (c) => say(words.number, c),
        cell: (r, c) => values[r * width + c]!,
      }}
    >
      <Matrix
        name={say(words.steps)}
        grid={grid}
        scale={scale}
        rowHeight={width > 24 ? 8 : 16}
        largest={14}
        rowLabel={(r) => say(words.number, r)}
        describe={(r, c) => `${isolated(nameOf(c))}, ${say(words.number, r)}:`}
      />
    </Picture>
  );
}
