// SPDX-License-Identifier: Apache-2.0
// What the page says, in both languages.
import { type Both, type Language, say } from '../shared/language.ts';
import { count, decimal } from '../shared/numbers.ts';
import type { Mark, Run } from './format.ts';

/** A large number in a sentence: 1.2 million. */
function sized(n: number, units: [string, string, string, string]): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return decimal(n / 1000 ** power, power > 1 ? 1 : 0) + units[power];
}

/** Rates in a sentence: 0.1 and 0.3. */
function rates(list: number[], tongue: Language): string {
  return new Intl.ListFormat(tongue).format(list.map((rate) => decimal(rate, 4, tongue)));
}

export const words = {
  title: { en: 'Training runs', fa: 'اجراهای آموزش' },
  live: {
    en: (s: number) => `live: shows itself anew every ${count(s)} s`,
    fa: (s: number) => `زنده: هر ${count(s)} ثانیه تازه می‌شود`,
  },
  pause: { en: 'Pause', fa: 'ایست' },
  goOn: { en: 'Go on', fa: 'ادامه' },
  empty: { en: 'This page holds no runs.', fa: 'در این صفحه هیچ اجرایی نیست.' },
  noNumbers: { en: 'No numbers have been written yet.', fa: 'هنوز عددی نوشته نشده است.' },
  old: {
    en: 'This browser cannot unpack the numbers of this page; Chrome 80, Firefox 113 or Safari 16.4 and newer can.',
    fa: 'این مرورگر نمی‌تواند عددهای این صفحه را باز کند؛ کروم ۸۰، فایرفاکس ۱۱۳، سافاری ۱۶٫۴ و تازه‌تر می‌توانند.',
  },
  damaged: {
    en: (what: string) => `These numbers are damaged and not shown: ${what}`,
    fa: (what: string) => `این عددها آسیب دیده‌اند و نشان داده نمی‌شوند: ${what}`,
  },

  axis: { en: 'Horizontal axis', fa: 'محور افقی' },
  byStep: { en: 'steps', fa: 'گام' },
  byRelative: { en: 'steps since its first', fa: 'گام از آغاز هر اجرا' },
  byTime: { en: 'time', fa: 'زمان' },
  byItems: { en: 'items trained on', fa: 'داده‌های دیده‌شده' },
  logarithmic: { en: 'logarithmic', fa: 'لگاریتمی' },
  smoothing: { en: 'Smoothing', fa: 'هموارسازی' },
  smoothingHelp: {
    en: 'An exponential mean of all values until then, its bias corrected; the values themselves stand behind it.',
    fa: 'میانگین نمایی همهٔ مقدارهای تا آن لحظه، با تصحیح اریبی؛ خود مقدارها کم‌رنگ پشت آن‌اند.',
  },
  logY: { en: 'Logarithmic vertical axis', fa: 'محور عمودی لگاریتمی' },
  saveSvg: { en: 'Save SVG', fa: 'ذخیرهٔ SVG' },
  noX: {
    en: (runs: string) => `Without a place on this axis, as it was not recorded: ${runs}`,
    fa: (runs: string) => `بی‌جا روی این محور، چون ثبت نشده است: ${runs}`,
  },
  nowhere: {
    en: (n: number) => `${count(n)} ${n === 1 ? 'value has' : 'values have'} no place on a logarithmic axis.`,
    fa: (n: number) => `${count(n)} مقدار روی محور لگاریتمی جایی ندارد.`,
  },
  notFinite: {
    en: (n: number) => `${count(n)} ${n === 1 ? 'value is' : 'values are'} not finite: gaps.`,
    fa: (n: number) => `${count(n)} مقدار متناهی نیست: جای آن‌ها خالی است.`,
  },
  cursorHelp: {
    en: 'Arrow keys move through the values, Esc leaves.',
    fa: 'با کلیدهای جهت میان مقدارها بروید؛ Esc بیرون می‌رود.',
  },
  chart: {
    en: (name: string, lines: number) => `${name}: chart with ${count(lines)} ${lines === 1 ? 'curve' : 'curves'}.`,
    fa: (name: string, lines: number) => `${name}: نمودار با ${count(lines)} منحنی.`,
  },

  run: { en: 'Run', fa: 'اجرا' },
  show: { en: (name: string) => `Show ${name}`, fa: (name: string) => `نمایش ${name}` },
  stepOf: {
    en: (step: number, steps: number) => (steps ? `step ${count(step)} of ${count(steps)}` : `step ${count(step)}`),
    fa: (step: number, steps: number) => (steps ? `گام ${count(step)} از ${count(steps)}` : `گام ${count(step)}`),
  },
  left: { en: (time: string) => `${time} left`, fa: (time: string) => `${time} مانده` },
  best: {
    en: (note: string, step: number) => `best: ${note} at step ${count(step)}`,
    fa: (note: string, step: number) => `بهترین: \u2068${note}\u2069 در گام ${count(step)}`,
  },
  parameters: {
    en: (n: number) => `${sized(n, ['', ' thousand', ' million', ' billion'])} parameters`,
    fa: (n: number) => `${sized(n, ['', ' هزار', ' میلیون', ' میلیارد'])} پارامتر`,
  },
  skipped: {
    en: (n: number) => `${count(n)} ${n === 1 ? 'update' : 'updates'} skipped`,
    fa: (n: number) => `${count(n)} به‌روزرسانی کنار گذاشته شد`,
  },
  resumed: {
    en: (n: number) => `resumed ${count(n)} ${n === 1 ? 'time' : 'times'}`,
    fa: (n: number) => `${count(n)} بار از سر گرفته شد`,
  },

  loss: { en: 'Loss', fa: 'زیان (loss)' },
  lossHelp: {
    en: 'How badly the next answer was foreseen: of the batches of training, and (rings) of the text for validation.',
    fa: 'پاسخ بعدی چقدر بد پیش‌بینی شد: در دسته‌های آموزش، و (حلقه‌ها) در متن اعتبارسنجی.',
  },
  lossesDiffer: {
    en: (smoothing: number, dropouts: number[]) => {
      const how = [
        smoothing > 0 && `with labels smoothed by ${decimal(smoothing, 4)}`,
        dropouts.length > 0 && `with dropout ${rates(dropouts, 'en')}`,
      ];
      return `Training loss is measured ${how.filter(Boolean).join(' and ')}, validation loss without: for that reason alone training loss may lie above it.`;
    },
    fa: (smoothing: number, dropouts: number[]) => {
      const how = [
        smoothing > 0 && `با برچسب‌های هموارشده (label smoothing) به اندازهٔ ${decimal(smoothing, 4)}`,
        dropouts.length > 0 && `با حذف تصادفی (dropout) با نرخ ${rates(dropouts, 'fa')}`,
      ];
      const without = smoothing > 0 && dropouts.length > 0 ? 'آن‌ها' : 'آن';
      return `زیان آموزش ${how.filter(Boolean).join(' و ')} سنجیده می‌شود و زیان اعتبارسنجی بدون ${without}؛ تنها به همین دلیل، زیان آموزش ممکن است بالاتر باشد.`;
    },
  },
  ofRuns: {
    en: (names: string, what: string) => `${names}: ${what}`,
    fa: (names: string, what: string) => `${names}: ${what}`,
  },
  rate: { en: 'Learning rate', fa: 'نرخ یادگیری (learning rate)' },
  rateHelp: { en: 'How far an update goes.', fa: 'هر به‌روزرسانی چقدر پیش می‌رود.' },
  norm: { en: 'Norm of the gradient', fa: 'اندازهٔ گرادیان (gradient norm)' },
  normHelp: {
    en: 'Of the mean over the items of an update, before clipping. The dashed line is the limit to which it is clipped.',
    fa: 'اندازهٔ میانگین گرادیان داده‌های یک به‌روزرسانی، پیش از بریدن. خط‌چین حدی است که به آن بریده می‌شود.',
  },
  clip: { en: 'limit', fa: 'حد' },
  speed: { en: 'Speed', fa: 'سرعت' },
  speedHelp: {
    en: 'Items of training in a second, over forward, backward and update, since the run was started or resumed.',
    fa: 'دادهٔ آموزش در ثانیه، در گذر پیش‌رو، پس‌انتشار و به‌روزرسانی، از آغاز یا ازسرگیری.',
  },
  validation: { en: (name: string) => `Validation: ${name}`, fa: (name: string) => `اعتبارسنجی: ${name}` },
  validationHelp: {
    en: 'Measured on data that the model is not trained on.',
    fa: 'سنجیده روی داده‌هایی که مدل با آن‌ها آموزش نمی‌بیند.',
  },
  otherHelp: { en: 'As the run has written it.', fa: 'همان‌گونه که اجرا نوشته است.' },
  layers: { en: 'Layer by layer', fa: 'لایه به لایه' },
  layersHelp: {
    update: {
      en: 'Size of an update beside the size of the weights, ‖Δw‖ / ‖w‖. Around 10⁻³ (dashed) learning is usually sound; far above it is unruly, far below slow.',
      fa: 'اندازهٔ به‌روزرسانی نسبت به اندازهٔ وزن‌ها، \u2066‖Δw‖ / ‖w‖\u2069. نزدیک \u206610⁻³\u2069 (خط‌چین) یادگیری معمولاً سالم است؛ بسیار بالاتر، ناآرام و بسیار پایین‌تر، کند.',
    },
    gradient: {
      en: 'Norm of the gradient of each part, before clipping.',
      fa: 'اندازهٔ گرادیان هر بخش، پیش از بریدن.',
    },
    weight: { en: 'Norm of the weights of each part.', fa: 'اندازهٔ وزن‌های هر بخش.' },
    output: {
      en: 'Root mean square of what each layer puts out, in the first batch of the update.',
      fa: 'جذر میانگین مربعِ خروجی هر لایه، در نخستین دستهٔ به‌روزرسانی.',
    },
  },
  layerKinds: {
    update: { en: 'update / weight', fa: 'به‌روزرسانی / وزن' },
    gradient: { en: 'gradient', fa: 'گرادیان' },
    weight: { en: 'weight', fa: 'وزن' },
    output: { en: 'output', fa: 'خروجی' },
  },
  ofRun: { en: 'of the run', fa: 'از اجرای' },

  samples: { en: 'Samples at validations', fa: 'نمونه‌ها در اعتبارسنجی‌ها' },
  samplesHelp: {
    en: 'What the model answered at each validation, unchanged. Early in training it is nonsense.',
    fa: 'آنچه مدل در هر اعتبارسنجی پاسخ داده است، بی‌تغییر. در آغاز آموزش بی‌معناست.',
  },
  sampleStep: { en: 'Step', fa: 'گام' },
  input: { en: 'input', fa: 'ورودی' },
  expected: { en: 'right answer', fa: 'پاسخ درست' },
  output: { en: 'model', fa: 'مدل' },

  settings: { en: 'Settings', fa: 'تنظیم‌ها' },
  settingsHelp: {
    en: 'What differs between the runs stands first.',
    fa: 'آنچه میان اجراها فرق دارد اول می‌آید.',
  },
  differing: { en: 'differs', fa: 'متفاوت' },
  command: { en: 'Command', fa: 'فرمان' },
  data: { en: 'Data', fa: 'داده‌ها' },
  all: { en: (n: number) => `All ${count(n)} settings`, fa: (n: number) => `همهٔ ${count(n)} تنظیم` },
  tokenizers: {
    en: 'These runs cut texts into tokens differently: their losses and perplexities do not compare.',
    fa: 'این اجراها متن را به شیوه‌های متفاوتی به توکن می‌شکنند: زیان و سرگشتگی آن‌ها با هم سنجیدنی نیست.',
  },
  unread: {
    en: (n: number, file: string, first: number) =>
      `${count(n)} ${n === 1 ? 'line' : 'lines'} of ${file} could not be used and ${n === 1 ? 'is' : 'are'} left out; the first is line ${count(first)}:`,
    fa: (n: number, file: string, first: number) =>
      `${count(n)} سطر از \u2068${file}\u2069 خواندنی نبود و کنار گذاشته شد؛ نخستین آن‌ها سطر ${count(first)} است:`,
  },
  about: {
    en: (program: string) =>
      `Written by ${program}. Numbers are kept in 32 bits, which is about seven digits. The page asks the network for nothing. It contains Preact (MIT), d3 (ISC) and Vazirmatn (OFL 1.1).`,
    fa: (program: string) =>
      `نوشتهٔ \u2068${program}\u2069. عددها ۳۲ بیتی‌اند، یعنی نزدیک هفت رقم. صفحه از شبکه هیچ نمی‌خواهد. در آن Preact (MIT)، d3 (ISC) و وزیرمتن (OFL 1.1) هست.`,
  },
} satisfies Record<string, unknown>;

export const stateWords: Record<Run['state'], Both> = {
  running: { en: 'under way', fa: 'در حال آموزش' },
  finished: { en: 'finished', fa: 'به پایان رسیده' },
  time: { en: 'ended: the time was up', fa: 'پایان: زمان تمام شد' },
  patience: { en: 'ended: no better model for a while', fa: 'پایان: مدتی بهتر نشد' },
  signal: { en: 'stopped', fa: 'متوقف‌شده' },
  diverged: { en: 'ended: numbers no longer finite', fa: 'پایان: عددها دیگر متناهی نبودند' },
  killed: { en: 'ended without saying so', fa: 'بی‌خبر پایان یافته' },
  unknown: { en: 'not under way', fa: 'در جریان نیست' },
};

export const markWords: Record<Mark['mark'], Both> = {
  begun: { en: 'begun', fa: 'آغاز' },
  resumed: { en: 'resumed', fa: 'ازسرگیری' },
  skipped: { en: 'update skipped', fa: 'به‌روزرسانی کنارگذاشته' },
  best: { en: 'best model', fa: 'بهترین مدل' },
  saved: { en: 'last checkpoint', fa: 'آخرین نقطهٔ ذخیره' },
  diverged: { en: 'diverged', fa: 'واگرایی' },
  ended: { en: 'end', fa: 'پایان' },
};

const scores: Record<string, Both> = {
  perplexity: { en: 'perplexity', fa: 'سرگشتگی (perplexity)' },
  bits_per_character: { en: 'bits per character', fa: 'بیت بر نویسه' },
  accuracy: { en: 'accuracy', fa: 'درستی (accuracy)' },
  bleu: { en: 'BLEU', fa: 'BLEU' },
  macro_f1: { en: 'macro F1', fa: 'میانگین F1' },
  entity_f1: { en: 'F1 of entities', fa: 'F1 موجودیت‌ها' },
};

/** The name of a score, as a reader knows it; of one that is unknown its own. */
export function scoreName(name: string): string {
  const known = scores[name];
  return known ? say(known) : name.replaceAll('_', ' ');
}
