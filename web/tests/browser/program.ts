// SPDX-License-Identifier: Apache-2.0
// Small models that the program trains in seconds, and the pages that it writes of them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const data = join(root, 'examples/data/en-fa');

function looks(program: string): boolean {
  if (!existsSync(program)) return false;
  try {
    execFileSync(program, ['look', '--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** $HODHOD, or the program of a build; undefined where there is none that writes pages. */
export function findProgram(): string | undefined {
  const given = process.env['HODHOD'];
  const all = [...(given ? [resolve(given)] : []), join(root, 'build/release/hodhod'), join(root, 'build/dev/hodhod')];
  const found = all.find(looks);
  if (!found && process.env['CI'] === 'true')
    throw new Error('There is no program that writes pages; build hodhod first.');
  return found;
}

export interface Made {
  page: string;
  tensors: string;
}

/** Trains models and writes pages into a folder that is removed at the end. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'hodhod-web-'));

  constructor(private readonly program: string) {}

  run(args: string[]): string {
    try {
      return execFileSync(this.program, args, {
        cwd: this.folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new Error(`hodhod ${args.join(' ')}: ${stderr ?? error}`);
    }
  }

  train(task: string, name: string, args: string): void {
    const words = args.split(' ').map((word) => word.replaceAll('DATA', data));
    this.run(['train', task, ...words, '--out', name]);
  }

  look(model: string, name: string, texts: string[], options: string[] = []): Made {
    const made = { page: join(this.folder, `${name}.html`), tensors: join(this.folder, `${name}.safetensors`) };
    this.run(['look', model, ...texts, '-o', made.page, '--tensors', made.tensors, ...options]);
    return made;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Model {
  name: string;
  task: string;
  args: string; // DATA: the folder of the shipped texts
  texts: string[];
  options?: string[];
}

const series = '--data series.csv --split 0.7,0.15,0.15';
const text = '--data DATA/dev.fa --tokenizer-vocabulary 400 --steps 10';

/** Models of the families that pages differ by, each trained for a moment. */
export const models: Model[] = [
  {
    name: 'translator',
    task: 'translate',
    args: '--source DATA/dev.en --target DATA/dev.fa --preset tiny --tokenizer-vocabulary 400 --steps 10',
    texts: ['Transformers learn from data'],
    options: ['--target', 'ترنسفورمرها از داده‌ها یاد می‌گیرند'],
  },
  {
    name: 'gpt',
    task: 'generate',
    args: `${text} --preset gpt-tiny`,
    texts: ['این کتاب‌ها را Transformers بخوانند.'],
    options: ['--cuts'],
  },
  {
    name: 'llama',
    task: 'generate',
    args: `${text} --preset llama-tiny --model kv_heads=1 window=3`,
    texts: ['The teacher reads «کتاب‌ها» today'],
  },
  { name: 'bert', task: 'fill-mask', args: `${text} --preset bert-tiny`, texts: ['این [MASK] را می‌خوانند'] },
  {
    name: 'critic',
    task: 'classify',
    args: '--data labels.tsv --preset bert-tiny --tokenizer-vocabulary 400 --steps 10',
    texts: ['معلم کتاب را خواند'],
  },
  {
    name: 'tagger',
    task: 'tag',
    args: '--data tags.conll --preset bert-tiny --tokenizer-vocabulary 400 --steps 10',
    texts: ['معلم کتاب را خواند'],
  },
  { name: 'perceptron', task: 'generate', args: `${text} --preset nnlm-tiny`, texts: ['این کتاب‌ها را بخوانند'] },
  { name: 'lstm', task: 'generate', args: `${text} --preset lstm-tiny`, texts: ['این کتاب‌ها را بخوانند'] },
  {
    name: 'gru-critic',
    task: 'classify',
    args: '--data labels.tsv --preset gru-tiny --steps 10',
    texts: ['معلم کتاب را خواند'],
  },
  {
    name: 'counted',
    task: 'generate',
    args: '--data DATA/dev.fa --preset ngram --model order=3',
    texts: ['این کتاب را بخوانند'],
  },
  { name: 'bag', task: 'classify', args: '--data labels.tsv --preset tfidf', texts: ['معلم کتاب را خواند'] },
  {
    name: 'words',
    task: 'embed',
    args: '--data DATA/dev.fa --preset fasttext-vectors --model width=16',
    texts: ['کتاب', 'معلم', 'مدرسه'],
  },
  {
    name: 'windowed',
    task: 'generate',
    args: `${text} --preset windowed-lstm --model context=8 width=12 hidden=16`,
    texts: ['این کتاب‌ها را بخوانند'],
  },
  {
    name: 'topics',
    task: 'topics',
    args: '--data DATA/dev.fa --preset lda --model topics=3 --min-texts 1',
    texts: ['این کتاب‌ها را در مدرسه بخوانند'],
  },
  {
    name: 'forecaster',
    task: 'forecast',
    args: `${series} --preset transformer-forecaster --model context=24 horizon=6 width=16 heads=2 feed_forward=24 layers=1 quantiles=0.1,0.9 --steps 10`,
    texts: [],
    options: ['--data', 'series.csv', '--at', '2024-01-20 12:00'],
  },
  {
    name: 'gru-forecaster',
    task: 'forecast',
    args: `${series} --preset gru-forecaster --model context=24 horizon=6 width=8 mode=step-by-step --steps 10`,
    texts: ['دما'],
    options: ['--data', 'series.csv'],
  },
];

/** Two columns by the hour, a day's wave each, one of them with a hostile name. */
export function writeSeries(folder: string): void {
  const rows = Array.from({ length: 600 }, (_, hour) => {
    const time = new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 16).replace('T', ' ');
    const wave = Math.sin((hour * Math.PI) / 12);
    return `${time},${(20 + 5 * wave + (hour % 7)).toFixed(3)},${(1 - wave).toFixed(3)}\n`;
  });
  writeFileSync(join(folder, 'series.csv'), `time,دما,</script><b>x</b>\n${rows.join('')}`);
}

/** Sentences labelled by whether they hold «را», and tagged by it, made of the shipped text. */
export function writeLabelledText(folder: string): void {
  const lines = readFileSync(join(data, 'dev.fa'), 'utf8').trim().split('\n').slice(0, 200);
  const label = (line: string) => (/ را /.test(line) ? 'با' : 'بی');
  writeFileSync(join(folder, 'labels.tsv'), lines.map((line) => `${label(line)}\t${line}\n`).join(''));
  const hostile = (line: string) => (/ را /.test(line) ? '</script><b>x</b>' : '<!--\u202e');
  writeFileSync(join(folder, 'hostile.tsv'), lines.map((line) => `${hostile(line)}\t${line}\n`).join(''));
  const tag = (word: string) => (word === 'را' ? 'MARK' : 'WORD');
  const sentences = lines.map((line) =>
    line
      .split(' ')
      .map((word) => `${word} ${tag(word)}\n`)
      .join(''),
  );
  writeFileSync(join(folder, 'tags.conll'), `${sentences.join('\n')}\n`);
}
