// SPDX-License-Identifier: Apache-2.0
// Pages of runs for tests: what the program would write, made of given numbers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Column, Index, Run, Table } from '../../src/watch/format.ts';

export class PageMaker {
  private readonly blocks: string[] = [];

  private block(values: Int32Array | Float32Array) {
    const bytes = new Uint8Array(values.buffer);
    const planes = new Uint8Array(bytes.length);
    for (let i = 0; i < values.length; ++i)
      for (let plane = 0; plane < 4; ++plane) planes[plane * values.length + i] = bytes[4 * i + plane]!;
    this.blocks.push(Buffer.from(deflateSync(planes, { level: 1 })).toString('base64'));
    return { id: this.blocks.length - 1, raw: planes.length, deflate: true };
  }

  table(kind: Table['kind'], steps: number[], columns: Record<string, number[]>): Table {
    return {
      kind,
      rows: steps.length,
      step: this.block(Int32Array.from(steps)),
      columns: Object.entries(columns).map(([name, values]): Column => {
        const finite = values.filter(Number.isFinite);
        return {
          name,
          low: finite.reduce((a, b) => Math.min(a, b), Infinity),
          high: finite.reduce((a, b) => Math.max(a, b), -Infinity),
          not_finite: values.length - finite.length,
          block: this.block(Float32Array.from(values)),
        };
      }),
    };
  }

  write(path: string, index: Partial<Index>, runs: Run[]): string {
    const whole: Index = { format: 'hodhod-watch', version: 1, program: 'hodhod test', language: 'en', runs, ...index };
    const json = JSON.stringify(whole).replaceAll('<', '\\u003c');
    const data = [
      `<script type="application/json" id="watch-index">${json}</script>`,
      ...this.blocks.map((text, i) => `<script type="text/plain" id="b${i}">${text}</script>`),
    ].join('\n');
    const template = readFileSync(join(import.meta.dirname, '../../dist/watch.html'), 'utf8');
    writeFileSync(
      path,
      template.replace('<!--hodhod:data-->', () => data),
    );
    return path;
  }
}

export function runOf(name: string, part: Partial<Run>): Run {
  return {
    name,
    task: 'translate',
    command: `hodhod train translate --source train.en --out ${name}`,
    program: 'hodhod test',
    parameters: 1_234_567,
    tokenizer: '0123456789abcdef',
    options: [
      { name: 'seed', value: name },
      { name: 'steps', value: '2000' },
    ],
    model: [{ name: 'width', value: '128' }],
    data: [{ option: 'source', name: 'train.en', bytes: 123_456 }],
    state: 'finished',
    steps: 2000,
    minutes: 0,
    clip: 1,
    tables: [],
    marks: [],
    samples: [],
    unread: [],
    ...part,
  };
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** A run as training writes it, of `n` lines; `phase` makes its noise differ from that of others. */
export function typicalRun(pages: PageMaker, name: string, n: number, phase: number, part: Partial<Run> = {}): Run {
  const every = 2000 / n;
  const steps = range(n).map((i) => Math.round((i + 1) * every));
  const noise = (i: number) => Math.sin(i * 12.9898 + phase) * Math.cos(i * 78.233 + phase);
  const loss = steps.map((step, i) => 1.4 + 7 * Math.exp(-step / (300 + 60 * phase)) + 0.22 * noise(i));
  const seconds = steps.map((step) => step * (0.15 + 0.05 * phase));
  const metrics = pages.table('metrics', steps, {
    loss,
    learning_rate: steps.map((step) => 2e-3 * Math.min(step / 300, Math.sqrt(300 / step))),
    gradient_norm: steps.map((_, i) => 0.4 + 1.5 * Math.exp(-i / 9) + 0.3 * Math.abs(noise(i))),
    epoch: steps.map((step) => Math.floor(step / 400)),
    items: steps.map((step) => step * 1800),
    items_per_second: steps.map((_, i) => 11_800 - 900 * phase + 300 * noise(i)),
    seconds,
  });
  const at = [400, 800, 1200, 1600, 2000];
  const scored = pages.table('metrics', at, {
    items: at.map((step) => step * 1800),
    seconds: at.map((step) => step * (0.15 + 0.05 * phase)),
    'validation.loss': at.map((step) => 1.6 + 5 * Math.exp(-step / 350) + 0.05 * phase),
    'validation.perplexity': at.map((step) => Math.exp(1.6 + 5 * Math.exp(-step / 350))),
    'validation.bleu': at.map((step) => 21 * (1 - Math.exp(-step / 700)) - phase),
  });
  const parts = [
    'embedding',
    ...range(3).flatMap((l) => [`encoder.layer.${l}.self_attention`, `encoder.layer.${l}.feed_forward`]),
  ];
  const few = range(40).map((i) => 50 * (i + 1));
  const columns: Record<string, number[]> = {};
  parts.forEach((group, p) => {
    columns[`gradient/${group}`] = few.map((step) => (0.2 + 0.04 * p) * Math.exp(-step / 1500));
    columns[`weight/${group}`] = few.map((step) => 8 + p + step / 900);
    columns[`update/${group}`] = few.map(
      (step, i) => (4e-3 / (1 + p / 3)) * Math.exp(-step / 900) * (1 + 0.2 * noise(i + p)),
    );
  });
  for (const l of range(3)) columns[`output/encoder.layer.${l}.output`] = few.map((step) => 1 + l / 3 + step / 4000);
  return runOf(name, {
    tables: [metrics, scored, pages.table('layers', few, columns)],
    marks: [
      { step: 0, mark: 'begun' },
      { step: 400, mark: 'best', note: 'loss 3.2000' },
      { step: 700, mark: 'resumed' },
      { step: 913, mark: 'skipped', note: 'the loss (nan) is not finite', count: 2 },
      { step: 2000, mark: 'best', note: 'loss 1.6165' },
      { step: 2000, mark: 'saved' },
      { step: 2000, mark: 'ended', note: 'finished' },
    ],
    samples: [
      {
        step: 400,
        samples: [{ input: 'The teacher reads a book.', expected: 'معلم کتاب می‌خواند.', output: 'او را را را.' }],
      },
      {
        step: 2000,
        samples: [
          { input: 'The teacher reads a book.', expected: 'معلم کتاب می‌خواند.', output: 'معلم یک کتاب می‌خواند.' },
          { input: 'Where is the station?', expected: 'ایستگاه کجاست؟', output: 'ایستگاه کجاست؟' },
        ],
      },
    ],
    ...part,
  });
}
