// SPDX-License-Identifier: Apache-2.0
// Pages of `hodhod look` of small models of every family, in Chromium.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TensorInfo } from '../../src/look/format.ts';
import { visibleRange } from '../../src/look/unpack.ts';
import { addressOf, findings, scrollThrough, sideways, turnedTokens } from './checks.ts';
import { launch, open } from './chromium.ts';
import { findProgram, type Made, type Model, models, Workshop, writeLabelledText, writeSeries } from './program.ts';
import { asFloats, readSafetensors } from './safetensors.ts';

interface Reader {
  index: { tensors: TensorInfo[] };
  tensor: (name: string, pass?: number) => Promise<Float32Array>;
}

const program = findProgram();
if (!program) console.log('There is no built hodhod that writes pages, so its pages were not opened.');

let browser: Browser;
let workshop: Workshop;
const made = new Map<string, Made>();

beforeAll(async () => {
  if (!program) return;
  browser = await launch();
  workshop = new Workshop(program);
  writeLabelledText(workshop.folder);
  writeSeries(workshop.folder);
});
afterAll(async () => {
  await browser?.close();
  workshop?.close();
});

function pageOf(model: Model): Made {
  let known = made.get(model.name);
  if (!known) {
    workshop.train(model.task, model.name, model.args);
    known = workshop.look(model.name, `${model.name}-page`, model.texts, model.options);
    made.set(model.name, known);
  }
  return known;
}

const modelOf = (name: string) => models.find((m) => m.name === name)!;

describe.skipIf(!program).each(models)('$name', (model) => {
  test('is quiet, and every number is that of the program', async () => {
    const { page: file, tensors } = pageOf(model);
    const { page, context, complaints } = await open(browser, file);
    await page.waitForSelector('main section');
    await scrollThrough(page);
    await checkNumbers(page, tensors);
    expect(complaints).toEqual([]);
    await context.close();
  });

  // All four for two models, and for the others both languages and both themes once.
  const looks = ['translator', 'lstm'].includes(model.name)
    ? ['fa light', 'fa dark', 'en light', 'en dark']
    : ['fa light', 'en dark'];
  test.each(looks)('%s: accessible, and never scrolls sideways', async (look) => {
    const [language, theme] = look.split(' ');
    const { page: file } = pageOf(model);
    const { page, context, complaints } = await open(browser, file, {
      hash: `lang=${language}&theme=${theme}`,
      bypassCSP: true,
    });
    await page.waitForSelector('main section');
    await scrollThrough(page);
    expect(await findings(page)).toEqual([]);
    expect((await turnedTokens(page)).turned).toEqual([]);
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
      expect(await sideways(page), String(width)).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});

/** Every tensor read by the page's own decoder, against the file for notebooks. */
async function checkNumbers(page: Page, file: string): Promise<void> {
  const stored = readSafetensors(file);
  const infos = await page.evaluate(() => (window as unknown as { hodhod: Reader }).hodhod.index.tensors);
  let compared = 0;
  for (const info of infos) {
    const truth = stored.get(info.name) ?? stored.get(`${info.pass}.${info.name}`);
    if (truth?.dtype !== 'F32') continue;
    const read = await page.evaluate(
      async ({ name, pass }) => {
        const values = await (window as unknown as { hodhod: Reader }).hodhod.tensor(name, pass);
        return btoa(
          Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), (b) =>
            String.fromCharCode(b),
          ).join(''),
        );
      },
      { name: info.name, pass: info.pass },
    );
    const bytes = Uint8Array.from(Buffer.from(read, 'base64'));
    const values = new Float32Array(bytes.buffer);
    const wanted = asFloats(truth);
    expect(values.length, info.name).toBe(wanted.length);
    checkTensor(info, values, wanted);
    compared += values.length;
  }
  if (infos.length > 0) expect(compared).toBeGreaterThan(0);
}

/** Where every query sees, f32 bit for bit and the rest within the stored bound; of `top` what is kept. */
function checkTensor(info: TensorInfo, values: Float32Array, wanted: Float32Array): void {
  const width = info.shape.at(-1) ?? 1;
  // A value read back is rounded to 32 bits once more.
  const bound = (x: number) => Number(info.bound) * (1 + 1e-6) + Math.abs(x) * 2 ** -23;
  let [wrong, kept] = [0, 0];
  for (let row = 0; row < info.rows; ++row) {
    const [begin, end] = visibleRange(info, row);
    for (let i = row * width + begin; i < row * width + end; ++i) {
      if (info.form === 'top' && values[i] === 0) continue;
      kept += 1;
      const same =
        info.form === 'f32' ? Object.is(values[i], wanted[i]) : Math.abs(values[i]! - wanted[i]!) <= bound(wanted[i]!);
      wrong += same ? 0 : 1;
    }
  }
  expect(wrong, `${info.name} as ${info.form}`).toBe(0);
  if (values.length > 0) expect(kept).toBeGreaterThan(0);
}

describe.skipIf(!program)('hostile', () => {
  test('labels, texts and names change nothing but what is shown', async () => {
    const name = 'a<i>"&amp;';
    workshop.train('classify', name, '--data hostile.tsv --preset tfidf');
    const text = '</script><script>document.title = "taken"</script> <!-- \u2028\u202e<img src=x onerror=alert(1)>';
    const { page: file } = workshop.look(name, 'hostile-page', [text]);
    const { page, context, complaints } = await open(browser, file, { hash: 'lang=en' });
    await page.waitForSelector('main section');
    await scrollThrough(page);
    expect(complaints).toEqual([]);
    expect(await page.title()).toContain(name);
    expect(await page.locator('main img, main b, main script, h1 i').count()).toBe(0);
    expect(await page.textContent('#answer')).toContain('</script><b>x</b>');
    expect(await page.textContent('#answer')).toContain('⟨U+202E⟩');
    await context.close();
  });
});

describe.skipIf(!program)('damage', () => {
  test('a block that is broken spoils its own picture and no other', async () => {
    const whole = readFileSync(pageOf(modelOf('lstm')).page, 'utf8');
    const index = JSON.parse(/id="look-index">(.*?)<\/script>/s.exec(whole)![1]!) as { tensors: TensorInfo[] };
    const block = index.tensors.find((t) => t.name === 'decoder.embedding.tokens')!.blocks[0]!.id;
    const file = join(workshop.folder, 'damaged.html');
    writeFileSync(file, whole.replace(new RegExp(`(id="b${block}">)[^<]*`), '$1AAAA'));
    const { page, context, complaints } = await open(browser, file, { hash: 'lang=en' });
    await page.waitForSelector('#embedding .notice.warn');
    expect(await page.textContent('#embedding .notice.warn')).toContain('decoder.embedding.tokens');
    await page.waitForSelector('#recurrence .matrix canvas');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe.skipIf(!program)('packing', () => {
  test('numbers in fewer bits stay within the bounds that the page states', async () => {
    pageOf(modelOf('gpt'));
    const forms = new Set<string>();
    for (const limit of ['1M', '2M']) {
      const small = workshop.look('gpt', `small-${limit}`, modelOf('gpt').texts, ['--size-limit', limit]);
      const { page, context, complaints } = await open(browser, small.page);
      await page.waitForSelector('main section');
      await checkNumbers(page, small.tensors);
      for (const form of await page.evaluate(() =>
        (window as unknown as { hodhod: Reader }).hodhod.index.tensors.map((t) => t.form),
      ))
        forms.add(form);
      expect(complaints).toEqual([]);
      await context.close();
    }
    for (const form of ['i8', 'sqrt8', 'f16']) expect(forms).toContain(form);
  });
});

describe.skipIf(!program)('Persian', () => {
  test('tokens stand from right to left, in the order of the text', async () => {
    const { page, context } = await open(browser, pageOf(modelOf('lstm')).page, { hash: 'lang=fa' });
    await page.waitForSelector('#text .strip [role=option]');
    const boxes = await page.$$eval('#text .strip [role=option]', (tokens) =>
      tokens.map((t) => t.getBoundingClientRect()).map((b) => ({ left: b.left, right: b.right, top: b.top })),
    );
    expect(boxes.length).toBeGreaterThan(3);
    for (let i = 1; i < boxes.length; ++i) {
      if (Math.abs(boxes[i]!.top - boxes[i - 1]!.top) < 4)
        expect(boxes[i]!.right).toBeLessThanOrEqual(boxes[i - 1]!.left + 1.5);
    }
    await context.close();
  });

  test('the pieces of a word are together as wide as the word', async () => {
    const { page, context } = await open(browser, pageOf(modelOf('lstm')).page, { hash: 'lang=fa' });
    await page.waitForSelector('main section');
    const widths = await page.evaluate(() => {
      const box = document.createElement('p');
      box.className = 'strip';
      box.dir = 'rtl';
      document.querySelector('main')!.append(box);
      const width = (pieces: string[]) => {
        box.replaceChildren(
          ...pieces.map((piece) => {
            const span = document.createElement('span');
            span.className = 'token';
            span.textContent = piece;
            // Boxes of their own: nothing but the joiners can join the letters.
            span.style.display = 'inline-block';
            return span;
          }),
        );
        return [...box.children].reduce((sum, e) => sum + e.getBoundingClientRect().width, 0);
      };
      return { whole: width(['کتابها']), joined: width(['کتاب\u200d', '\u200dها']), apart: width(['کتاب', 'ها']) };
    });
    expect(Math.abs(widths.whole - widths.joined)).toBeLessThan(1);
    expect(widths.apart - widths.whole).toBeGreaterThan(3);
    await context.close();
  });

  test('each key does what the help says', async () => {
    const { page, context } = await open(browser, pageOf(modelOf('translator')).page, {
      hash: 'lang=en&theme=light&t=1&s=decoder',
    });
    await page.waitForSelector('.one-head canvas');
    const chosen = async (name: string) => (await addressOf(page)).get(name);
    await page.keyboard.press('l');
    await expect.poll(() => page.getAttribute('html', 'dir')).toBe('rtl');
    await page.keyboard.press('t');
    await expect.poll(() => page.getAttribute('html', 'data-theme')).toBe('dark');
    const before = Number(await chosen('h'));
    await page.keyboard.press(']');
    await expect.poll(async () => Number(await chosen('h'))).not.toBe(before);
    await page.keyboard.press('[');
    await expect.poll(async () => Number(await chosen('h'))).toBe(before);
    const stage = Number(await chosen('m'));
    await page.keyboard.press('m');
    await expect.poll(async () => Number(await chosen('m'))).toBe((stage % 5) + 1);
    await page.locator('#text .strip').nth(1).focus();
    // Of a Persian text the next token stands to the left.
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chosen('t')).toBe('2');
    await page.keyboard.press('?');
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(1);
    await context.close();
  });

  test('the address brings the same picture back', async () => {
    const file = pageOf(modelOf('translator')).page;
    const first = await open(browser, file, { hash: 'lang=fa&k=cross_attention&a=decoder&l=1&h=1&s=decoder&t=2&m=4' });
    await first.page.waitForSelector('.one-head');
    const title = await first.page.textContent('.one-head h3');
    const again = await open(browser, file, { hash: (await addressOf(first.page)).toString() });
    await again.page.waitForSelector('.one-head');
    expect(await again.page.textContent('.one-head h3')).toBe(title);
    await first.context.close();
    await again.context.close();
  });
});

describe.skipIf(!program)('speed', () => {
  test('is printed', async () => {
    const file = pageOf(modelOf('gpt')).page;
    const { page, context } = await open(browser, file, { hash: 'lang=en&m=4' });
    await page.waitForSelector('.one-head canvas');
    const times = await page.evaluate(async () => {
      const opened = performance.getEntriesByName('first-picture')[0]?.startTime ?? performance.now();
      const changed = (of: Element, attribute = false) =>
        new Promise<void>((done) => {
          const observer = new MutationObserver(() => {
            observer.disconnect();
            done();
          });
          observer.observe(of, { subtree: true, childList: true, characterData: true, attributes: attribute });
        });
      const timed = async (act: () => void, of: Element) => {
        const begin = performance.now();
        const done = changed(of);
        act();
        await done;
        return performance.now() - begin;
      };
      const middle = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!;
      const [heads, hovers]: [number[], number[]] = [[], []];
      for (let i = 0; i < 6; ++i) {
        const head = document.querySelector('.one-head')!;
        heads.push(
          await timed(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: ']', bubbles: true })), head),
        );
      }
      for (let i = 0; i < 12; ++i) {
        const canvas = document.querySelector('.one-head .matrix-plane canvas')!;
        const box = canvas.getBoundingClientRect();
        const move = () =>
          canvas.dispatchEvent(
            new PointerEvent('pointermove', {
              bubbles: true,
              clientX: box.left + 4 + (i % 4) * 30,
              clientY: box.bottom - 4,
            }),
          );
        hovers.push(await timed(move, document.querySelector('.one-head .live')!));
      }
      return { open: opened, head: middle(heads), hover: middle(hovers) };
    });
    const size = (statSync(file).size / 1e6).toFixed(2);
    console.log(
      `page_mb=${size} open_ms=${times.open.toFixed(0)} head_ms=${times.head.toFixed(1)} hover_ms=${times.hover.toFixed(1)}`,
    );
    await context.close();
  });
});
