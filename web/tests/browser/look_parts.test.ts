// SPDX-License-Identifier: Apache-2.0
// What single parts of the page show, against the tensors of the pass.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, cutTexts, findings, scrollThrough, sideways } from './checks.ts';
import { launch, open } from './chromium.ts';
import { findProgram, type Made, models, Workshop } from './program.ts';
import { asFloats, readSafetensors } from './safetensors.ts';

const program = findProgram();
const golden = resolve(import.meta.dirname, '../../../../shared/golden-families');

let browser: Browser;
let workshop: Workshop;
let [translator, writer, memory]: (Made | undefined)[] = [];

beforeAll(async () => {
  if (!program) return;
  browser = await launch();
  workshop = new Workshop(program);
  const made = (name: string, options: string[]) => {
    const model = models.find((m) => m.name === name)!;
    workshop.train(model.task, name, model.args);
    return workshop.look(name, `${name}-page`, model.texts, options);
  };
  translator = made('translator', ['--target', 'ترنسفورمرها یاد می‌گیرند', '--gradients', 'on']);
  writer = made('gpt', []);
  memory = made('lstm', []);
});
afterAll(async () => {
  await browser?.close();
  workshop?.close();
});

/** A row of weights of a head from the file for notebooks. */
function weightsOf(file: string, name: string, head: number, query: number): number[] {
  const stored = readSafetensors(file).get(name)!;
  const [, queries, keys] = stored.shape.slice(-3) as [number, number, number];
  const from = (head * queries + query) * keys;
  return [...asFloats(stored).subarray(from, from + keys)];
}

interface Drawn {
  from: number; // across the page
  to: number;
  title: string;
}

const drawnArcs = (page: Page, selector: string) =>
  page.$$eval(selector, (paths) =>
    (paths as SVGPathElement[]).map((path) => {
      const box = path.ownerSVGElement!.getBoundingClientRect();
      const [begin, end] = [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())];
      return { from: box.left + begin.x, to: box.left + end.x, title: path.querySelector('title')!.textContent! };
    }),
  ) as Promise<Drawn[]>;

const middles = (page: Page, line: string) =>
  page.$$eval(`${line} [role=option]`, (tokens) =>
    tokens.map((t) => t.getBoundingClientRect()).map((b) => (b.left + b.right) / 2),
  );

describe.skipIf(!program)('arcs', () => {
  test('of a right-to-left text run to the right, to the tokens before', async () => {
    const query = 6;
    const { page, context, complaints } = await open(browser, writer!.page, {
      hash: `lang=fa&v=arcs&m=4&l=1&h=2&s=decoder&t=${query}`,
      width: 1600,
    });
    await page.waitForSelector('.arc.own');
    const tokens = await middles(page, '.arcs .strip');
    expect(tokens[0]!).toBeGreaterThan(tokens[query]!);
    const weights = weightsOf(writer!.tensors, 'decoder.layer.1.self_attention.probabilities', 2, query);
    const wanted = weights.map((p, key) => ({ p, key })).filter(({ p }) => p >= 0.01);
    const own = await drawnArcs(page, '.arc.own');
    expect(own.length).toBe(wanted.length);
    // Each ends at the middle of a key's token, the loop of the query beside its own.
    for (const { key } of wanted) {
      const near = own.filter((arc) => Math.abs(arc.to - tokens[key]!) < (key === query ? 6 : 1.5));
      expect(near.length, `key ${key}`).toBeGreaterThan(0);
    }
    for (const arc of own) expect(arc.to).toBeGreaterThanOrEqual(arc.from - 10);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('of a run in the other direction stand in the order of that run', async () => {
    const { page, context } = await open(browser, writer!.page, { hash: 'lang=fa&v=arcs&m=4', width: 1600 });
    await page.waitForSelector('.arc');
    const letters = await page.$$eval('.arcs [role=option]', (all) =>
      all.map((t) => ({ text: t.textContent!, left: t.getBoundingClientRect().left })),
    );
    const [t, r] = [letters.find((l) => l.text === 'T')!, letters.find((l) => l.text === 'r')!];
    expect(t.left).toBeLessThan(r.left);
    await context.close();
  });

  test('between two texts run from query to key, each in its own order', async () => {
    const query = 3;
    const { page, context } = await open(browser, translator!.page, {
      hash: `lang=en&k=cross_attention&a=decoder&v=arcs&m=4&l=1&h=1&s=decoder&t=${query}`,
      width: 1600,
    });
    await page.waitForSelector('.arc.own');
    const keys = await middles(page, '.arcs .strip:first-child');
    const queries = await middles(page, '.arcs .strip:last-of-type');
    expect(keys[1]!).toBeGreaterThan(keys[0]!);
    expect(queries[2]!).toBeLessThan(queries[1]!);
    const weights = weightsOf(translator!.tensors, 'decoder.layer.1.cross_attention.probabilities', 1, query);
    const own = await drawnArcs(page, '.arc.own');
    expect(own.length).toBe(weights.filter((p) => p >= 0.01).length);
    for (const arc of own) {
      expect(Math.abs(arc.from - queries[query]!)).toBeLessThan(1.5);
      expect(Math.min(...keys.map((k) => Math.abs(k - arc.to)))).toBeLessThan(1.5);
    }
    await context.close();
  });

  test('the key v draws them, a click in the line chooses the query, and arrows move it', async () => {
    const { page, context } = await open(browser, writer!.page, { hash: 'lang=en&m=2&s=decoder&t=3', width: 1600 });
    await page.waitForSelector('.one-head canvas');
    await page.keyboard.press('v');
    await page.waitForSelector('.arc.own');
    const chosen = async (name: string) => (await addressOf(page)).get(name);
    await expect.poll(async () => [await chosen('v'), await chosen('m')]).toEqual(['arcs', '4']);
    await page.locator('.arcs [role=option]').nth(5).click();
    await expect.poll(() => chosen('t')).toBe('5');
    await page.locator('.arcs .strip').focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => chosen('t')).toBe('6');
    await page.keyboard.press('v');
    await expect.poll(() => chosen('v')).toBe('matrix');
    await context.close();
  });

  test.each(['fa dark', 'en light'])('%s: accessible, and never scroll the page', async (look) => {
    const [language, theme] = look.split(' ');
    const { page, context } = await open(browser, translator!.page, {
      hash: `lang=${language}&theme=${theme}&v=arcs&m=4`,
      bypassCSP: true,
    });
    await page.waitForSelector('.arc');
    await scrollThrough(page);
    expect(await findings(page)).toEqual([]);
    for (const width of [320, 768]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
      expect(await sideways(page), String(width)).toEqual([]);
    }
    await context.close();
  });
});

// A window of 1280 pixels at 200 % has 640 of the page's own, each of two by two.
describe.skipIf(!program)('at 200 %', () => {
  test.each(['fa', 'en'])('%s: nothing scrolls sideways, and no text is cut', async (language) => {
    for (const made of [translator!, memory!]) {
      for (const view of ['v=matrix&m=4', 'v=arcs&m=4', 'm=5']) {
        const { page, context } = await open(browser, made.page, {
          hash: `lang=${language}&${view}`,
          width: 640,
          height: 450,
          scale: 2,
        });
        await page.waitForSelector('main section');
        await scrollThrough(page);
        expect(await sideways(page), view).toEqual([]);
        expect(await cutTexts(page), view).toEqual([]);
        await page.evaluate(() => {
          const cut = document.createElement('p');
          cut.textContent = 'a text that does not fit';
          Object.assign(cut.style, { width: '2rem', overflow: 'hidden', whiteSpace: 'nowrap' });
          document.querySelector('main')!.append(cut);
        });
        expect((await cutTexts(page)).length, 'a text that is cut is found').toBe(1);
        await context.close();
        if (made === memory) break;
      }
    }
  });
});

describe.skipIf(!program)('long texts', () => {
  test('have the whole matrix, and a part of 64 by 64 around the chosen query', async () => {
    const model = models.find((m) => m.name === 'llama')!;
    workshop.train(model.task, model.name, model.args);
    const text = 'این معلم کتاب‌ها را می‌خواند. '.repeat(30);
    const made = workshop.look(model.name, 'long', [text], ['--gradients', 'off']);
    const query = 700;
    const { page, context, complaints } = await open(browser, made.page, {
      hash: `lang=en&l=1&h=0&s=decoder&t=${query}&m=4`,
    });
    await page.waitForSelector('#step canvas');
    const sizes = await page.$$eval('#step canvas', (all) =>
      all.map((c) => c.getAttribute('aria-label')!.split('; ')[1]),
    );
    const tokens = await page.locator('#text [role=option]').count();
    expect(tokens).toBeGreaterThan(128);
    expect(sizes).toEqual([`${tokens} × ${tokens}`, '64 × 64']);
    await page.keyboard.press('v');
    await page.waitForSelector('.arc.own');
    expect(await page.locator('.arcs [role=option]').count()).toBe(64);
    // The chosen query is in sight: in the line that scrolls sideways, and in the text that scrolls up and down.
    const seen = await page.evaluate(() => {
      const inside = (token: Element, frame: Element) => {
        const [a, b] = [token.getBoundingClientRect(), frame.getBoundingClientRect()];
        return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
      };
      const line = document.querySelector('.arcs .chosen')!;
      const text = document.querySelector('.query-row .strip .chosen')!;
      return [inside(line, line.closest('.arcs-scroll')!), inside(text, text.closest('.strip')!)];
    });
    expect(seen).toEqual([true, true]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe.skipIf(!program)('neighbours', () => {
  test('are those of the chosen token, by the cosine of the recorded vectors', async () => {
    const { page, context } = await open(browser, translator!.page, { hash: 'lang=en&s=decoder&t=2' });
    await page.waitForSelector('.nearest');
    const first = await page.locator('.nearest').nth(1).textContent();
    expect(await page.locator('.nearest').nth(1).locator('li').count()).toBe(10);
    await page.locator('#text .strip').nth(1).locator('[role=option]').nth(4).click();
    await expect.poll(() => page.locator('.nearest').nth(1).textContent()).not.toBe(first);
    // Where two tokens of the text are neighbours of each other, the cosine is that of their rows.
    const compared = await page.evaluate(async () => {
      interface Reader {
        index: {
          passes: {
            sequences: { stack: string; tokens: { id: number }[] }[];
            nearest: { stack: string; tokens: { id: number; near: { id: number; cosine: number }[] }[] }[];
          }[];
        };
        tensor: (name: string) => Promise<Float32Array>;
      }
      const { index, tensor } = (window as unknown as { hodhod: Reader }).hodhod;
      const { sequences, nearest } = index.passes[0]!;
      const pairs: [number, number][] = [];
      for (const { stack, tokens } of nearest) {
        const ids = sequences.find((s) => s.stack === stack)!.tokens.map((t) => t.id);
        const values = await tensor(`${stack}.embedding.tokens`);
        const width = values.length / ids.length;
        const row = (id: number) => values.subarray(ids.indexOf(id) * width, (ids.indexOf(id) + 1) * width);
        const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
        for (const { id, near } of tokens) {
          for (const other of near.filter((n) => ids.includes(n.id))) {
            const [a, b] = [row(id), row(other.id)];
            pairs.push([other.cosine, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))]);
          }
        }
      }
      return pairs;
    });
    expect(compared.length).toBeGreaterThan(0);
    for (const [stored, computed] of compared) expect(Math.abs(stored - computed)).toBeLessThan(1e-4);
    await context.close();
  });
});

describe.skipIf(!program)('norms', () => {
  test('show the recorded mean and scale of the chosen token', async () => {
    const { page, context } = await open(browser, translator!.page, { hash: 'lang=en&s=decoder&t=2' });
    await page.waitForSelector('.norms tbody tr');
    const rows = await page.$$eval('.norms tbody tr', (all) =>
      all.map((r) => [...r.children].map((c) => c.textContent!)),
    );
    const stored = readSafetensors(translator!.tensors);
    const name = 'decoder.layer.0.self_attention.norm';
    const [mean, scale] = [`${name}.mean`, `${name}.scale`].map((n) => asFloats(stored.get(n)!)[2]!);
    expect(Number(rows[0]![1])).toBeCloseTo(mean!, 3);
    expect(Number(rows[0]![2])).toBeCloseTo(1 / scale!, 3);
    expect(rows.length).toBe(6);
    await context.close();
  });
});

describe.skipIf(!program)('gradients of parameters', () => {
  test('have a bar for each part, the longest for the largest', async () => {
    const { page, context } = await open(browser, translator!.page, { hash: 'lang=en' });
    await page.waitForSelector('.parameter-groups tbody tr');
    const rows = await page.$$eval('.parameter-groups tbody tr', (all) =>
      all.map((r) => ({
        size: Number(r.children[2]!.textContent),
        bar: r.querySelector<HTMLElement>('.bar')!.style.width,
      })),
    );
    expect(rows.length).toBeGreaterThan(10);
    const longest = rows.reduce((a, b) => (b.size > a.size ? b : a));
    expect(longest.bar).toBe('100%');
    await context.close();
  });
});

describe.skipIf(!program)('hiding', () => {
  test('a token of a recurrent model has an effect on the page', async () => {
    const { page, context } = await open(browser, memory!.page, { hash: 'lang=en' });
    await page.waitForSelector('#gradients');
    const text = await page.textContent('#gradients');
    expect(text).toContain('read the text again without the token');
    expect(await page.locator('#gradients .no-cuts').count()).toBe(0);
    await context.close();
  });
});

describe('a page without what takes long', () => {
  test('says which option measures what hiding a token does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hodhod-fixture-'));
    execFileSync('node', [join(import.meta.dirname, '../dev/fixture.mjs'), folder]);
    const chromium = browser ?? (await launch());
    const { page, context, complaints } = await open(chromium, join(folder, 'gpt.html'), { hash: 'lang=fa' });
    const hint = await page.waitForSelector('#gradients .no-cuts');
    expect(await hint.textContent()).toContain('--cuts');
    expect(complaints).toEqual([]);
    await context.close();
    if (!browser) await chromium.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

describe.skipIf(!program || !existsSync(golden))('recorded models', () => {
  test('a classifier that reads its text twice has both readings and the attention between them', async () => {
    const made = workshop.look(join(golden, 'bart_seqcls'), 'bart', [], ['--ids', '0,5,9,17,30,2']);
    const { page, context, complaints } = await open(browser, made.page, {
      hash: 'lang=en&k=cross_attention&a=decoder&l=1&h=0&s=decoder&t=5&m=4',
    });
    await page.waitForSelector('.one-head canvas');
    await scrollThrough(page);
    expect(await page.locator('#text .strip').count()).toBe(2);
    const ids = await page.$$eval('#text .ids', (lines) =>
      lines.map((l) => l.textContent!.trim().split(/\s+/).join(',')),
    );
    expect(ids).toEqual(['0,5,9,17,30,2', '2,0,5,9,17,30']);
    const weights = weightsOf(made.tensors, 'decoder.layer.1.cross_attention.probabilities', 0, 5);
    const shown = await page.$$eval('.query-row tbody tr', (rows) =>
      rows.map((r) => Number(r.children[3]!.textContent)),
    );
    expect(shown.length).toBe(6);
    for (const [i, p] of shown.entries()) expect(p).toBeCloseTo(weights[i]!, 3);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("Falcon's numbers by key stand among the steps of a head, and the softmax of that step is the next", async () => {
    const made = workshop.look(join(golden, 'falcon_alibi'), 'falcon', [], ['--ids', '5,9,17,30,2']);
    const { page, context, complaints } = await open(browser, made.page, { hash: 'lang=en&l=0&h=0&s=decoder&t=4&m=3' });
    await page.waitForSelector('.query-row tbody tr');
    expect(await page.textContent('#positions')).not.toContain('no positions');
    const rows = await page.$$eval('.query-row tbody tr', (all) =>
      all.map((r) => [...r.children].slice(2, 5).map((c) => Number(c.textContent))),
    );
    const bias = asFloats(readSafetensors(made.tensors).get('decoder.key_bias')!);
    const sum = rows.reduce((total, [, biased]) => total + Math.exp(biased!), 0);
    rows.forEach(([scaled, biased, weight], key) => {
      expect(biased! - scaled!).toBeCloseTo(bias[key]!, 3);
      expect(Math.exp(biased!) / sum).toBeCloseTo(weight!, 3);
    });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a page of some heads says which, and shows those', async () => {
    const made = workshop.look(join(golden, 'falcon_alibi'), 'heads', [], ['--ids', '5,9,17,30,2', '--heads', '1-2']);
    const { page, context, complaints } = await open(browser, made.page, { hash: 'lang=en&l=0&h=2&s=decoder&t=4&m=4' });
    await page.waitForSelector('.query-row tbody tr');
    const weights = weightsOf(made.tensors, 'decoder.layer.0.self_attention.probabilities', 2, 4);
    const shown = await page.$$eval('.query-row tbody tr', (rows) =>
      rows.map((r) => Number(r.children[4]!.textContent)),
    );
    for (const [i, p] of shown.entries()) expect(p).toBeCloseTo(weights[i]!, 3);
    await page.keyboard.press(']');
    await page.waitForSelector('.one-head .notice');
    await expect.poll(() => page.textContent('.one-head .notice')).toContain('heads 1 to 2 alone');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
