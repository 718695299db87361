// SPDX-License-Identifier: Apache-2.0
// Pictures of the page against those that are kept. Anti-aliasing differs from browser to browser, and letters from
// font to font, so they are compared only with the version of Chromium and the fonts that took them, which
// tests/browser/pictures/chromium.txt names.
//
//   PICTURES=write npx vitest run --config vitest.browser.config.ts pictures      takes them anew
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Browser } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, open } from './chromium.ts';

// What a picture depends on beside the page: a line for the browser, and one for each font that a letter could come from.
function surroundings(version: string): string {
  let fonts = 'unknown fonts'; // a machine without fontconfig
  try {
    fonts = execFileSync('fc-list', ['-f', '%{family[0]} %{style[0]} %{fontversion}\n'], { encoding: 'utf8' });
  } catch {}
  return [version, ...new Set(fonts.trim().split('\n').sort())].join('\n');
}

const kept = join(import.meta.dirname, 'pictures');
const writes = process.env['PICTURES'] === 'write';

let browser: Browser;
let folder: string;
let same = false;

beforeAll(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), 'hodhod-pictures-'));
  execFileSync('node', [join(import.meta.dirname, '../dev/fixture.mjs'), folder]);
  const version = join(kept, 'chromium.txt');
  if (writes) {
    mkdirSync(kept, { recursive: true });
    writeFileSync(version, `${surroundings(browser.version())}\n`);
  }
  const here = surroundings(browser.version());
  same = existsSync(version) && readFileSync(version, 'utf8').trim() === here;
  if (!same) console.log(`The pictures are of another Chromium or of other fonts, so they were not compared:\n${here}`);
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

// The file, the page, the state in the address, and the element.
const pictures = [
  ['text', 'translator', 'lang=fa&theme=light&s=decoder&t=4', '#text'],
  ['nearest', 'gpt', 'lang=fa&theme=dark&t=3', '.nearest'],
  ['matrix', 'translator', 'lang=en&theme=light&k=cross_attention&a=decoder&l=1&h=1&s=decoder&t=4&m=4', '#step'],
  ['causal', 'gpt', 'lang=fa&theme=light&l=0&h=2&t=6&m=3', '#step'],
  ['arcs', 'gpt', 'lang=fa&theme=light&l=1&h=2&t=8&m=4&v=arcs', '.arcs-picture'],
  [
    'arcs-between',
    'translator',
    'lang=en&theme=dark&k=cross_attention&a=decoder&l=1&h=1&s=decoder&t=4&m=4&v=arcs',
    '.arcs-picture',
  ],
  ['norms', 'translator', 'lang=en&theme=light&s=decoder&t=4', '.norms'],
  ['unrolled', 'lstm', 'lang=fa&theme=dark&t=4', '#recurrence .unrolled'],
] as const;

const patience = { timeout: 5000, interval: 300 };

/** Of the pixels of two pictures, the share that differ; 1 where the sizes do. */
function share(now: PNG, before: PNG): number {
  if (now.width !== before.width || now.height !== before.height) return 1;
  const different = pixelmatch(now.data, before.data, undefined, now.width, now.height, { threshold: 0.1 });
  return different / (now.width * now.height);
}

describe('pictures', () => {
  test.for(pictures)('%s', async ([name, page, hash, selector], { skip }) => {
    skip(!same, 'another Chromium, or other fonts, took the pictures');
    const opened = await open(browser, join(folder, `${page}.html`), { hash, width: name === 'causal' ? 480 : 1000 });
    const element = opened.page.locator(selector).first();
    await element.waitFor();
    // Nothing that sticks to the window lies over it.
    await opened.page.evaluate(() => {
      document.querySelector<HTMLElement>('.head-bar')!.style.position = 'static';
      return document.fonts.ready.then(() => {});
    });
    const file = join(kept, `${name}.png`);
    if (writes) {
      await opened.page.waitForTimeout(1000);
      const picture = PNG.sync.read(await element.screenshot());
      writeFileSync(file, PNG.sync.write(picture, { deflateLevel: 9, colorType: 2 }));
    }
    expect(statSync(file).size).toBeLessThan(100_000);
    const before = PNG.sync.read(readFileSync(file));
    // What is drawn in a later frame may be missing at first.
    await expect
      .poll(async () => share(PNG.sync.read(await element.screenshot()), before), patience)
      .toBeLessThan(0.005);
    await opened.context.close();
  });
});
