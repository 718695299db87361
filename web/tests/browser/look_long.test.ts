// SPDX-License-Identifier: Apache-2.0
// Texts that are too long for whole matrices of attention: heads at a glance, the band and the text of one query, from
// the strongest keys that the page has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { weightScale } from '../../src/look/attention_measures.ts';
import { blockOf } from '../../src/look/glance.ts';
import { colourOf } from '../../src/shared/colour.ts';
import { findings, sideways } from './checks.ts';
import { launch, open } from './chromium.ts';
import { findProgram, type Made, Workshop } from './program.ts';
import { asFloats, readSafetensors } from './safetensors.ts';

const program = findProgram();
const heads = 2;
const layers = 2;

let browser: Browser;
let workshop: Workshop;
let long: Made;
let small: Made;
let none: Made;

beforeAll(async () => {
  if (!program) return;
  browser = await launch();
  workshop = new Workshop(program);
  const shape = `width=32 heads=${heads} kv_heads=1 feed_forward=48 decoder_layers=${layers} max_length=2000`;
  workshop.train(
    'generate',
    'long',
    `--data DATA/dev.fa --tokenizer-vocabulary 400 --steps 3 --preset llama-tiny --model ${shape}`,
  );
  const lines = readFileSync(join(import.meta.dirname, '../../../examples/data/en-fa/test.fa'), 'utf8');
  const text = lines.trim().split('\n').slice(0, 60).join(' ').slice(0, 2600);
  const options = ['--gradients', 'off'];
  long = workshop.look('long', 'long-page', [text], [...options, '--size-limit', '3500K']);
  none = workshop.look('long', 'bare-page', [text], [...options, '--size-limit', '2M']);
  small = workshop.look('long', 'small-page', [text], [...options, '--size-limit', '2400K']);
});
afterAll(async () => {
  await browser?.close();
  workshop?.close();
});

interface Recorded {
  index: {
    tensors: { name: string; form: string; shape: number[]; heads?: object }[];
    passes: { sequences: { tokens: object[] }[] }[];
  };
}

const recorded = (page: Page) => page.evaluate(() => (window as unknown as { hodhod: Recorded }).hodhod.index);

describe.skipIf(!program)('a long text', () => {
  test('has every head at a glance, from the strongest keys of each query', async () => {
    const { page, context, complaints } = await open(browser, long.page, { hash: 'lang=fa' });
    await page.waitForSelector('.head');
    const index = await recorded(page);
    const weights = index.tensors.filter(({ name }) => name.endsWith('attention.probabilities'));
    expect(weights.map(({ form }) => form)).toEqual(Array(layers).fill('top'));
    expect(weights[0]!.shape[1]).toBeGreaterThan(1024);
    await page.locator('.all-heads').scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator('.head-kind:not(:empty)').count()).toBe(heads * layers);
    expect(await page.locator('.head').allTextContents()).not.toContain('در این صفحه نیست');
    // Colours below the diagonal, and something of the mask above it.
    const drawn = await page.$$eval('.head canvas', (all) =>
      (all as HTMLCanvasElement[]).map((canvas) => {
        const { width, height } = canvas;
        const pixels = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
        const at = (x: number, y: number) => 4 * (Math.floor(y * height) * width + Math.floor(x * width));
        const colours = new Set<string>();
        for (let y = 0.3; y < 1; y += 0.02)
          for (let x = 0.02; x < y - 0.1; x += 0.02) colours.add(pixels.slice(at(x, y), at(x, y) + 3).join());
        return colours.size;
      }),
    );
    for (const colours of drawn) expect(colours).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('shows the strongest keys of a query in the band, in the text and by their places', async () => {
    const query = 900;
    const head = 1;
    const { page, context, complaints } = await open(browser, long.page, {
      hash: `lang=en&theme=light&l=1&h=${head}&m=4&s=decoder&t=${query}`,
    });
    await page.waitForSelector('.band canvas');
    const stored = readSafetensors(long.tensors).get('decoder.layer.1.self_attention.probabilities')!;
    const keys = stored.shape.at(-1)!;
    const row = asFloats(stored).subarray((head * keys + query) * keys, (head * keys + query + 1) * keys);
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
    const places = await page.$$eval('.query-row tbody sub', (all) => all.map((sub) => Number(sub.textContent)));
    expect(places).toHaveLength(16);
    expect(row[places[0]!]).toBe(row[order[0]!]);
    expect(places.every((s) => row[s]! >= row[order[15]!]!)).toBe(true);
    const rest = row.reduce((sum, p) => sum + p, 0) - places.reduce((sum, s) => sum + row[s]!, 0);
    const note = await page.locator('.query-row > .picture-note').last().textContent();
    expect(note).toContain(`The other ${query + 1 - 16} that it sees have ${(100 * rest).toFixed(1)}% together.`);
    // Only what the page knows is coloured, and the strongest part of the band holds the strongest key.
    const nothing = `rgb(${colourOf(0, weightScale(keys), 'light').join(', ')})`;
    const coloured = await page.$$eval(
      '.query-row .strip [role=option]',
      (tokens, none) =>
        (tokens as HTMLElement[]).flatMap(({ style }, i) => (['', none].includes(style.background) ? [] : [i])),
      nothing,
    );
    for (const place of coloured) expect(places).toContain(place);
    const band = page.locator('.band canvas');
    const box = (await band.boundingBox())!;
    const block = blockOf(places[0]!, keys, 128);
    const position = { x: ((block + 0.5) * box.width) / 128, y: box.height / 2 };
    await band.hover({ position });
    const live = page.locator('.band .live');
    await expect.poll(() => live.textContent()).toContain(`${(100 * row[places[0]!]!).toFixed(1)}%`);
    expect(await live.textContent()).toContain(`(${places[0]!.toLocaleString('en-GB')})`);
    // A click goes there.
    await band.click({ position });
    await expect
      .poll(() => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('t')))
      .toBe(String(places[0]));
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('has the first steps of the part around a query from queries and keys', async () => {
    const { page, context, complaints } = await open(browser, long.page, {
      hash: 'lang=en&l=0&h=0&m=1&s=decoder&t=600',
    });
    for (const step of [1, 2, 3]) {
      await page.locator(`#step-${step}`).click();
      await page.waitForSelector('#step .matrix-plane canvas');
      await expect.poll(() => page.locator('#step').textContent()).toContain('computed from the recorded q and k');
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('says what brings heads where there is room for none', async () => {
    const { page, context, complaints } = await open(browser, none.page, { hash: 'lang=en' });
    await page.waitForSelector('#attention');
    expect(await page.locator('.head').count()).toBe(0);
    expect(await page.locator('#attention .notice').textContent()).toMatch(
      /^These layers are not in this page: 0, 1\. This brings one of them: --layers 0/,
    );
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(['fa', 'en'])('says what brings the heads for which there is no room (%s)', async (language) => {
    const { page, context, complaints } = await open(browser, small.page, {
      hash: `lang=${language}`,
      bypassCSP: true,
    });
    await page.waitForSelector('.all-heads .notice');
    const index = await recorded(page);
    const kept = index.tensors.filter(({ name }) => name.endsWith('attention.probabilities'));
    expect(kept.length).toBeLessThan(layers);
    expect(await page.locator('.all-heads .notice code').first().textContent()).toMatch(/^--layers 1/);
    await page.locator('.all-heads').scrollIntoViewIfNeeded();
    expect(await findings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 900 });
    await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
    expect(await sideways(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
