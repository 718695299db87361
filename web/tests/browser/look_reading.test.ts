// SPDX-License-Identifier: Apache-2.0
// What a reader meets: the answer of a head beside its picture, texts that are copied, digits and directions.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { colourOf, shareScale } from '../../src/shared/colour.ts';
import { scrollThrough, turnedTokens } from './checks.ts';
import { launch, open } from './chromium.ts';
import { findProgram, type Made, models, Workshop } from './program.ts';
import { asFloats, readSafetensors } from './safetensors.ts';

const program = findProgram();

let browser: Browser;
let workshop: Workshop;
let [translator, writer, windowed, masked]: (Made | undefined)[] = [];

beforeAll(async () => {
  if (!program) return;
  browser = await launch();
  workshop = new Workshop(program);
  const made = (name: string) => {
    const model = models.find((m) => m.name === name)!;
    workshop.train(model.task, name, model.args);
    return workshop.look(name, `${name}-page`, model.texts, model.options ?? []);
  };
  [translator, writer, windowed, masked] = [made('translator'), made('gpt'), made('windowed'), made('bert')];
});
afterAll(async () => {
  await browser?.close();
  workshop?.close();
});

describe.skipIf(!program)('heads', () => {
  test('answer below their pictures, and say what is chosen at the row', async () => {
    const { page, context } = await open(browser, translator!.page, {
      hash: 'lang=en&k=cross_attention&a=decoder&l=1&h=0&s=decoder&t=1',
    });
    await page.waitForSelector('.head-answer .answer-line');
    const next = await page.locator('#text .strip').nth(1).locator('[role=option]').nth(2).textContent();
    const bare = (text: string | null) => text!.replace(/[\u200c\u200d\u2066-\u2069␣]/g, '');
    for (const head of [1, 0]) {
      const button = page.locator('.heads-group').nth(2).locator('.head').nth(head);
      await button.click();
      await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true');
      const answer = page.locator('.head-answer').nth(2);
      const stored = readSafetensors(translator!.tensors).get('decoder.layer.0.cross_attention.probabilities')!;
      const [, queries, keys] = stored.shape.slice(-3) as [number, number, number];
      const row = [...asFloats(stored).subarray((head * queries + 1) * keys, (head * queries + 2) * keys)];
      await expect.poll(() => answer.textContent()).toContain(`${(100 * Math.max(...row)).toFixed(1)}%. This row`);
      expect(bare(await answer.textContent())).toContain(`while “${bare(next)}” is predicted.`);
      const [above, below] = [(await button.boundingBox())!, (await answer.boundingBox())!];
      expect(below.y - above.y - above.height).toBeLessThan(300);
    }
    // The way to the steps.
    await page.locator('.head-answer a').click();
    await expect.poll(() => page.evaluate(() => document.activeElement!.id)).toBe('head-title');
    await context.close();
  });

  test('have names of their own', async () => {
    const { page, context } = await open(browser, translator!.page, { hash: 'lang=fa' });
    await page.waitForSelector('.head');
    const names = await page.$$eval('.head', (all) => all.map((h) => h.textContent!.split('آمیخته')[0]));
    expect(new Set(names.map((n) => n!.replace(/(سر [۰-۹]+).*/, '$1'))).size).toBe(names.length);
    await context.close();
  });
});

const copied = (page: Page, strip: number) =>
  page.evaluate((i) => {
    getSelection()!.selectAllChildren(document.querySelectorAll('#text .strip')[i]!);
    let text = '';
    const read = (event: ClipboardEvent) => {
      text = event.clipboardData!.getData('text/plain');
    };
    document.addEventListener('copy', read);
    document.execCommand('copy');
    document.removeEventListener('copy', read);
    return text.replaceAll(/<[^>]*>/g, '').trim();
  }, strip);

describe.skipIf(!program)('a text in tokens', () => {
  test('is copied with its non-joiners, and without what joins its pieces', async () => {
    // In the second text non-joiners stand inside of tokens, in the first one by themselves.
    for (const [made, strip, text] of [
      [writer!, 0, models.find((m) => m.name === 'gpt')!.texts[0]],
      [translator!, 1, models.find((m) => m.name === 'translator')!.options![1]],
    ] as const) {
      const { page, context } = await open(browser, made.page, { hash: 'lang=fa' });
      await page.waitForSelector('#text .strip');
      expect(await copied(page, strip)).toBe(text);
      await context.close();
    }
  });

  test('does not break at a non-joiner where there is little room', async () => {
    const { page, context } = await open(browser, translator!.page, { hash: 'lang=fa', width: 320 });
    await page.waitForSelector('#text .zwnj');
    // Narrower and narrower, so that each token comes to the end of a line.
    const broken = await page.evaluate(() => {
      const strips = [...document.querySelectorAll<HTMLElement>('#text .strip')];
      const found: string[] = [];
      for (let width = 260; width > 180; width -= 4) {
        for (const strip of strips) {
          strip.style.width = `${width}px`;
          for (const mark of strip.querySelectorAll('.zwnj')) {
            const token = mark.closest('.token')!;
            const bottoms = [...token.getClientRects()].map((box) => box.bottom);
            if (Math.max(...bottoms) - Math.min(...bottoms) > 12) found.push(`${width}: ${token.textContent}`);
          }
        }
      }
      return found;
    });
    expect(broken).toEqual([]);
    await context.close();
  });
});

describe.skipIf(!program)('the Persian view', () => {
  test('has Persian digits but in names, shapes and commands', async () => {
    for (const made of [translator!, writer!, windowed!]) {
      const { page, context } = await open(browser, made.page, { hash: 'lang=fa&m=4' });
      await page.waitForSelector('main section');
      await scrollThrough(page);
      const latin = await page.evaluate(() => {
        const walker = document.createTreeWalker(document.querySelector('main')!, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const names = node.parentElement!.closest('code, .shape, .facts, #about, .candidate');
          // A token of one byte is named by the byte.
          if (!names && /[0-9]/.test(node.textContent!.replaceAll(/⟨[^⟩]*⟩/g, ''))) found.push(node.textContent!);
        }
        return found;
      });
      expect(latin).toEqual([]);
      await context.close();
    }
  });

  test('has special tokens as the vocabulary has them', async () => {
    // At a special token, which then stands in sentences and titles too.
    const last = 'lang=fa&s=encoder&t=9999&m=4';
    for (const [made, hash] of [
      [translator!, last],
      [translator!, 'lang=fa&s=decoder&t=0&k=cross_attention&a=decoder&m=3'],
      [masked!, last],
    ] as const) {
      const { page, context } = await open(browser, made.page, { hash });
      await page.waitForSelector('main section');
      await scrollThrough(page);
      await page.$$eval('details', (all) => all.map((details) => details.setAttribute('open', '')));
      await page.waitForSelector('#text table');
      const { seen, turned } = await turnedTokens(page);
      expect(seen).toBeGreaterThan(40);
      expect(turned).toEqual([]);
      await context.close();
    }
  });

  test('has a special token of the text once, in its place', async () => {
    const { page, context } = await open(browser, masked!.page, { hash: 'lang=fa' });
    await page.waitForSelector('#text .strip');
    const strip = page.locator('#text .strip').first();
    expect((await strip.textContent())!.match(/\[MASK\]/g)).toHaveLength(1);
    // From right to left: what is before it in the text stands to its right.
    const places = await strip
      .locator('[role=option]')
      .evaluateAll((all) => all.map((token) => [token.textContent!, token.getBoundingClientRect().left] as const));
    const mask = places.findIndex(([text]) => text === '[MASK]');
    expect(mask).toBeGreaterThan(0);
    places.forEach(([, left], i) => {
      if (i > 0) expect(left).toBeLessThan(places[i - 1]![1]);
    });
    await context.close();
  });

  test('draws a line over the tokens in the direction of the text', async () => {
    const { page, context } = await open(browser, writer!.page, { hash: 'lang=fa' });
    await page.waitForSelector('#answer .curve circle');
    const places = await page.$$eval('#answer .curve .series.tone-0 circle', (all) =>
      all.map((c) => c.getBoundingClientRect().left),
    );
    expect(places.length).toBeGreaterThan(2);
    for (let i = 1; i < places.length; ++i) expect(places[i]!).toBeLessThan(places[i - 1]!);
    await context.close();
  });
});

describe.skipIf(!program)('an average over a window', () => {
  test('colours each word by its own weight', async () => {
    const query = 4;
    const { page, context } = await open(browser, windowed!.page, { hash: `lang=en&theme=light&s=decoder&t=${query}` });
    await page.waitForSelector('#window .strip .coloured');
    const stored = readSafetensors(windowed!.tensors).get('decoder.window_weights')!;
    const places = stored.shape.at(-1)!;
    const weights = asFloats(stored).subarray(query * places, (query + 1) * places);
    const high = await page.evaluate(() => {
      const { hodhod } = window as unknown as { hodhod: { index: { tensors: { name: string; high: number }[] } } };
      return hodhod.index.tensors.find((t) => t.name === 'decoder.window_weights')!.high;
    });
    // The token itself stands in the last place of its window.
    const wanted = Array.from({ length: query + 1 }, (_, i) => {
      const place = places - 1 - (query - i);
      return place < 0 ? '' : `rgb(${colourOf(weights[place]!, shareScale(high, true), 'light').join(', ')})`;
    });
    const shown = await page.$$eval('#window .strip [role=option]', (tokens) =>
      (tokens as HTMLElement[]).map((t) => t.style.background),
    );
    expect(new Set(wanted).size).toBeGreaterThan(2);
    expect(shown.slice(0, query + 1)).toEqual(wanted);
    expect(new Set(shown.slice(query + 1))).toEqual(new Set(['']));
    await context.close();
  });
});
