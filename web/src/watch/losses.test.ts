// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test } from 'vitest';
import { language } from '../shared/language.ts';
import type { Run, Table } from './format.ts';
import { differenceOf, lossNotes } from './losses.ts';

function runOf(name: string, options: object, model: object, columns = ['loss', 'validation.loss']): Run {
  const settings = (values: object) => Object.entries(values).map(([key, value]) => ({ name: key, value: `${value}` }));
  const block = { id: 0, raw: 0, deflate: false };
  const table = {
    kind: 'metrics',
    rows: 0,
    step: block,
    columns: columns.map((column) => ({ name: column, low: 0, high: 0, not_finite: 0, block })),
  } satisfies Table;
  return { name, options: settings(options), model: settings(model), tables: [table] } as unknown as Run;
}

afterEach(() => {
  language.value = 'en';
});

test('smoothed labels and dropout are found where they stand', () => {
  expect(differenceOf(runOf('a', { 'label-smoothing': 0.1 }, { dropout: 0.2 }))).toEqual({
    smoothing: 0.1,
    dropouts: [0.2],
  });
  expect(differenceOf(runOf('a', { 'word-dropout': 0.3 }, { dropout: 0.1, 'attention-dropout': '0.1' }))).toEqual({
    smoothing: 0,
    dropouts: [0.1, 0.3],
  });
});

test('what is not in use is no difference', () => {
  expect(differenceOf(runOf('a', { 'label-smoothing': 0, 'word-dropout': 0 }, { dropout: 0 }))).toBeUndefined();
  expect(differenceOf(runOf('a', {}, { 'embedding-dropout': '', 'locked-dropout': 'yes' }))).toBeUndefined();
  expect(differenceOf(runOf('a', { 'lora-rank': 0, 'lora-dropout': 0.05 }, {}))).toBeUndefined();
  expect(differenceOf(runOf('a', { 'lora-rank': 8, 'lora-dropout': 0.05 }, {}))).toEqual({
    smoothing: 0,
    dropouts: [0.05],
  });
});

test('without both losses there is nothing to compare', () => {
  expect(differenceOf(runOf('a', { 'label-smoothing': 0.1 }, {}, ['loss']))).toBeUndefined();
  expect(differenceOf(runOf('a', { 'label-smoothing': 0.1 }, {}, ['validation.loss']))).toBeUndefined();
});

test('it is said in both languages', () => {
  const run = runOf('a', { 'label-smoothing': 0.1 }, { dropout: 0.2 });
  expect(lossNotes([run])).toEqual([
    'Training loss is measured with labels smoothed by 0.1 and with dropout 0.2, validation loss without: for that reason alone training loss may lie above it.',
  ]);
  language.value = 'fa';
  expect(lossNotes([run])).toEqual([
    'زیان آموزش با برچسب‌های هموارشده (label smoothing) به اندازهٔ ۰٫۱ و با حذف تصادفی (dropout) با نرخ ۰٫۲ سنجیده می‌شود و زیان اعتبارسنجی بدون آن‌ها؛ تنها به همین دلیل، زیان آموزش ممکن است بالاتر باشد.',
  ]);
});

test('runs that differ are named, and those that do not are not', () => {
  const smooth = (name: string) => runOf(name, { 'label-smoothing': 0.1 }, {});
  expect(lossNotes([smooth('a'), smooth('b')])).toHaveLength(1);
  expect(lossNotes([smooth('a'), smooth('b')])[0]).toMatch(/^Training loss is measured with labels smoothed by 0\.1, /);
  const notes = lossNotes([
    smooth('a'),
    runOf('b', {}, { dropout: 0.3, 'head-dropout': 0.1 }),
    smooth('c'),
    runOf('d', {}, {}),
  ]);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toMatch(/^\u2068a\u2069, \u2068c\u2069: Training loss .* smoothed by 0\.1, /);
  expect(notes[1]).toMatch(/^\u2068b\u2069: .* with dropout 0\.1 and 0\.3, validation/);
});
