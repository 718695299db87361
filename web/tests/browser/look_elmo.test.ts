// SPDX-License-Identifier: Apache-2.0
// Two language models that read from the two ends, and a task over them.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutTexts, findings, sideways } from './checks.ts';
import { launch, open } from './chromium.ts';
import { findProgram, type Made, Workshop, writeLabelledText } from './program.ts';
import { asFloats, readSafetensors } from './safetensors.ts';

const program = findProgram();

let browser: Browser;
let workshop: Workshop;

beforeAll(async () => {
  if (!program) return;
  browser = await launch();
  workshop = new Workshop(program);
});
afterAll(async () => {
  await browser?.close();
  workshop?.close();
});

describe.skipIf(!program)('two networks that read from the two ends', () => {
  test('have their layers joined where texts stand side by side, and each has its own picture', async () => {
    workshop.train('embed', 'elmo', '--data DATA/dev.fa --preset elmo-tiny --tokenizer-vocabulary 400 --steps 10');
    const texts = ['معلم کتاب را خواند.', 'این کتاب خوب است.'];
    const made = workshop.look('elmo', 'elmo-page', texts, ['--compare']);
    const { page, context, complaints } = await open(browser, made.page, { hash: 'lang=en' });
    await page.waitForSelector('#recurrence canvas');
    const stored = readSafetensors(made.tensors);
    const layers = [0, 1].filter((l) => stored.has(`0.forward.layer.${l}.output`));
    // The table is made when it is opened.
    await page.locator('#compare details summary').first().click();
    await page.waitForSelector('#compare details tbody tr');
    const cosines = await page.$$eval('#compare details[open] tbody tr', (rows) =>
      rows.map((r) => Number(r.children[2]!.textContent)),
    );
    const places = await page.$$eval('#compare .strip', (strips) =>
      strips.map((s) => [...s.querySelectorAll('[role=option]')].findIndex((t) => t.classList.contains('chosen'))),
    );
    const vector = (text: number, names: string[]) =>
      names.flatMap((name) => {
        const tensor = stored.get(`${text}.${name}`)!;
        const width = tensor.shape.at(-1)!;
        return [...asFloats(tensor).subarray(places[text]! * width, (places[text]! + 1) * width)];
      });
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    const levels = [
      ['embedding.output'],
      ...layers.map((l) => [`forward.layer.${l}.output`, `backward.layer.${l}.output`]),
    ];
    expect(cosines.length).toBe(levels.length);
    for (const [l, names] of levels.entries()) {
      const [a, b] = [vector(0, names), vector(1, names)];
      expect(cosines[l]).toBeCloseTo(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)), 4);
    }
    expect(await page.locator('#recurrence select option').count()).toBe(2 * layers.length);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe.skipIf(!program)('a task over two language models', () => {
  let mixed: Made;
  beforeAll(() => {
    if (!program) return;
    writeLabelledText(workshop.folder);
    workshop.train('embed', 'directions', '--data DATA/dev.fa --preset elmo-tiny --model width=24 layers=2 --steps 5');
    workshop.train('classify', 'mixed', '--from directions --data labels.tsv --steps 30 --schedule-rate 5e-2');
    mixed = workshop.look('mixed', 'mixed-page', ['معلم کتاب را خواند']);
  });

  test.each(['fa', 'en'])('shows in which shares it takes their layers (%s)', async (language) => {
    const { page, context, complaints } = await open(browser, mixed.page, {
      hash: `lang=${language}`,
      bypassCSP: true,
    });
    await page.waitForSelector('#mix .bar');
    const shares = [...asFloats(readSafetensors(mixed.tensors).get('mix.shares')!)];
    expect(shares).toHaveLength(3);
    expect(new Set(shares).size).toBe(3); // it has learnt something
    const drawn = await page.$$eval('#mix .mix-shares li', (rows) =>
      rows
        .filter((row) => row.querySelector('.bar'))
        .map((row) => {
          const [track, bar, even] = ['.bar-track', '.bar', '.even'].map((part) =>
            row.querySelector(part)!.getBoundingClientRect(),
          ) as [DOMRect, DOMRect, DOMRect];
          const name = row.querySelector('.candidate')!.textContent!;
          return { share: bar.width / track.width, even: (even.left - track.left) / track.width, name };
        }),
    );
    drawn.forEach(({ share, even }, j) => {
      expect(share).toBeCloseTo(shares[j]!, 2);
      expect(even).toBeCloseTo(1 / 3, 2);
    });
    expect(drawn.map(({ name }) => name)).toEqual(
      language === 'en' ? ['embedding h0', 'layer 0 h1', 'layer 1 h2'] : ['جاسازی h۰', 'لایهٔ ۰ h۱', 'لایهٔ ۱ h۲'],
    );
    const scale = await page.evaluate(
      () =>
        (window as unknown as { hodhod: { index: { model: { options: Record<string, number> } } } }).hodhod.index.model
          .options['mix_scale']!,
    );
    if (language === 'en') expect(await page.locator('#mix .picture-note').textContent()).toContain(scale.toFixed(4));
    expect(await page.locator('#mix math').count()).toBe(1);
    // The box of the map leads there.
    await page
      .getByText(language === 'en' ? 'mix of layers' : 'آمیزهٔ لایه‌ها', { exact: true })
      .first()
      .click();
    await expect
      .poll(() => page.evaluate(() => document.getElementById('mix')!.getBoundingClientRect().top))
      .toBeLessThan(400);
    expect(await findings(page)).toEqual([]);
    for (const width of [320, 768]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => setTimeout(done, 150)));
      expect(await sideways(page)).toEqual([]);
      expect(await cutTexts(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});
