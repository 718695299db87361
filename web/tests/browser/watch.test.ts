// SPDX-License-Identifier: Apache-2.0
// The page of `hodhod watch` in Chromium.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, open } from './chromium.ts';
import { PageMaker, runOf, typicalRun } from './watch_page.ts';

const axe = readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');
const work = mkdtempSync(join(tmpdir(), 'hodhod-watch-'));
let browser: Browser;
let single: string;
let several: string;

beforeAll(async () => {
  browser = await launch();
  const one = new PageMaker();
  single = one.write(join(work, 'single.html'), { note: 'generated sentences' }, [typicalRun(one, 'en-fa', 400, 0)]);
  const many = new PageMaker();
  const runs = ['small', 'medium', 'large'].map((name, i) => typicalRun(many, name, 300, i));
  several = many.write(join(work, 'several.html'), {}, runs);
});
afterAll(async () => {
  await browser.close();
  rmSync(work, { recursive: true });
});

const everyLook = (['en', 'fa'] as const).flatMap((l) => [false, true].map((dark) => ({ l, dark })));
const drawn = '[data-panel=loss] g[data-curve] path';

test.each(everyLook)('has no serious finding of axe ($l, dark: $dark)', async ({ l, dark }) => {
  for (const file of [single, several]) {
    const { page, context, complaints } = await open(browser, file, { hash: `l=${l}`, dark, bypassCSP: true });
    await page.waitForSelector(drawn);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await page.addScriptTag({ content: axe });
    const findings = await page.evaluate(async () => {
      const run = (
        globalThis as unknown as {
          axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
        }
      ).axe;
      return (await run.run()).violations.map((v) => `${v.impact} ${v.id} ${v.nodes[0]?.html.slice(0, 150)}`);
    });
    expect(findings.filter((finding) => /^(serious|critical)/.test(finding))).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  }
});

test.each([320, 768, 1280])('nothing goes beyond the page at %i px', async (width) => {
  for (const l of ['en', 'fa']) {
    const { page, context } = await open(browser, several, { width, hash: `l=${l}` });
    await page.waitForSelector(drawn);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await context.close();
  }
});

test('the whole page can be used by keyboard, and says where the cursor is', async () => {
  const { page, context, complaints } = await open(browser, single);
  await page.waitForSelector(drawn);
  const chart = page.locator('[data-panel=loss] svg[role=img]');
  await chart.focus();
  await page.keyboard.press('End');
  await expect
    .poll(() => page.locator('[data-panel=loss] [aria-live]').textContent())
    .toMatch(/training: [\d.]+.*validation: 1\.6/);
  // The same place in every chart.
  await expect.poll(() => page.locator('[data-panel=learning_rate] .readout b').textContent()).toBe('2000');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.readout').count()).toBe(0);
  await page.keyboard.press('l');
  await expect.poll(() => page.evaluate(() => document.documentElement.dir)).toBe('rtl');
  await page.keyboard.press('t');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  expect(complaints).toEqual([]);
  await context.close();
});

test('what the reader chose is in the address and comes back', async () => {
  const { page, context } = await open(browser, several);
  await page.waitForSelector(drawn);
  await page.locator('.shared-controls select').selectOption('time');
  await page.locator('.card .show').nth(1).uncheck();
  await page.getByLabel('Logarithmic vertical axis: Loss').uncheck();
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#x=time&hide=1&y=loss%3Alinear');
  await page.reload();
  await page.waitForSelector(drawn);
  await expect.poll(() => page.locator('.shared-controls select').inputValue()).toBe('time');
  await expect.poll(() => page.locator('[data-panel=loss] g[data-curve^="1 "]').count()).toBe(0);
  await expect.poll(() => page.locator('[data-panel=loss] g[data-curve^="2 "]').count()).toBe(2);
  await context.close();
});

test('a page that follows a run asks for itself again, and keeps what was chosen', async () => {
  const pages = new PageMaker();
  const file = pages.write(join(work, 'live.html'), { follow: 3 }, [
    typicalRun(pages, 'live', 50, 0, { state: 'running' }),
  ]);
  const { page, context, complaints } = await open(browser, file, { hash: 'x=items&smooth=0.2' });
  await page.evaluate(() => {
    (globalThis as unknown as { first: boolean }).first = true;
  });
  await expect
    .poll(() => page.evaluate(() => 'first' in globalThis).catch(() => true), { timeout: 20_000 })
    .toBe(false);
  await page.waitForSelector(drawn);
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#x=items&smooth=0.2');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.evaluate(() => {
    (globalThis as unknown as { first: boolean }).first = true;
  });
  await page.waitForTimeout(4500);
  expect(await page.evaluate(() => 'first' in globalThis)).toBe(true);
  expect(complaints).toEqual([]);
  await context.close();
});

test('gaps stay gaps, values are told exactly, and hostile names are only shown', async () => {
  const pages = new PageMaker();
  const name = '</script><img src=x onerror=alert(1)>\u202e{{x}}';
  const loss = [3, 2, Number.NaN, Number.NaN, 1.5, Math.fround(1 / 3)];
  const file = pages.write(join(work, 'gaps.html'), { note: name }, [
    runOf(name, {
      tables: [pages.table('metrics', [10, 20, 30, 40, 50, 60], { loss, [name]: loss.map((x) => -x) })],
      samples: [{ step: 10, samples: [{ input: name, output: name }] }],
      unread: [{ file: 'metrics.jsonl', lines: 2, first: 7, why: name }],
    }),
  ]);
  const { page, context, complaints } = await open(browser, file, { hash: 'smooth=0&x=step' });
  await page.waitForSelector(drawn);
  const path = await page.locator('[data-panel=loss] g[data-curve] path').first().getAttribute('d');
  expect(path?.match(/M/g)?.length).toBe(2);
  await page.locator('[data-panel=loss] summary').click();
  // The table is made when it is opened.
  const cells = async () => (await page.locator('[data-panel=loss] tbody td').allTextContents()).map(Number);
  await expect.poll(async () => (await cells()).map(Math.fround)).toEqual(loss.map(Math.fround));
  await expect.poll(() => page.locator('[data-panel=loss] .note').textContent()).toBe('2 values are not finite: gaps.');
  expect(await page.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test('under the losses it says why that of training may be above the other', async () => {
  const pages = new PageMaker();
  const settings = { options: [{ name: 'label-smoothing', value: '0.1' }], model: [{ name: 'dropout', value: '0.3' }] };
  const runs = [typicalRun(pages, 'smooth', 50, 0, settings), typicalRun(pages, 'plain', 50, 1)];
  const file = pages.write(join(work, 'smoothed.html'), {}, runs);
  const { page, context, complaints } = await open(browser, file);
  await page.waitForSelector(drawn);
  const notes = page.locator('[data-panel=loss] .note');
  await expect
    .poll(() => notes.allTextContents())
    .toEqual([expect.stringMatching(/smooth.: .*by 0\.1 .*dropout 0\.3/)]);
  // A run that is hidden has no curve to say anything of.
  await page.locator('.card .show').first().uncheck();
  await expect.poll(() => notes.count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a million lines are thinned before they are drawn', async () => {
  const pages = new PageMaker();
  const n = 1_000_000;
  const list = (f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));
  const table = pages.table(
    'metrics',
    list((i) => i + 1),
    {
      loss: list((i) => 2 + 5 / (1 + i / 5e4) + Math.sin(i * i)),
      learning_rate: list((i) => Math.min(i / 4000, Math.sqrt(4000 / (i + 1))) * 1e-3),
      gradient_norm: list((i) => 1 + Math.abs(Math.cos(i * i * 0.7))),
      epoch: list((i) => Math.floor(i / 1000)),
      items: list((i) => 4096 * i),
      items_per_second: list((i) => 20_000 + 300 * Math.sin(i * 1.7)),
      seconds: list((i) => i * 0.2),
    },
  );
  const file = pages.write(join(work, 'million.html'), {}, [runOf('million', { tables: [table] })]);
  const { page, context, complaints } = await open(browser, file);
  await page.waitForSelector('[data-panel=loss] g[data-curve] path:nth-of-type(2)');
  const opened = await page.evaluate(() => performance.now());
  console.log(`open_ms=${opened.toFixed(0)} page_mb=${(readFileSync(file).length / 1e6).toFixed(1)}`);
  const path = await page.locator('[data-panel=loss] g[data-curve] path').last().getAttribute('d');
  expect(path!.length).toBeLessThan(80_000);
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);
