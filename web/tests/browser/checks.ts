// SPDX-License-Identifier: Apache-2.0
// What is checked of every page, in every language, theme and width.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What the address holds. The page itself is asked: the driver's own copy follows some time after the page has changed
 * it.
 */
export async function addressOf(page: Page): Promise<URLSearchParams> {
  return new URLSearchParams(await page.evaluate(() => location.hash.slice(1)));
}

/** Scrolls through the page, so that all that is drawn on sight is drawn. Goes on where the browser draws no frame. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const drawn = () =>
      new Promise((done) => {
        requestAnimationFrame(() => requestAnimationFrame(done));
        setTimeout(done, 1000);
      });
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight * 0.8) {
      scrollTo(0, y);
      await drawn();
    }
    scrollTo(0, 0);
  });
}

/** Elements that make the page scroll sideways. */
export async function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('main *, header *')].filter((e) => {
      const box = e.getBoundingClientRect();
      return (box.right > clientWidth + 1 || box.left < -1) && !e.closest('.matrix-scroll, .table-scroll, .formula');
    });
    return [
      `${scrollWidth} > ${clientWidth}`,
      ...wide.slice(0, 5).map((e) => `${e.tagName}.${e.getAttribute('class')}`),
    ];
  });
}

/** Serious and critical findings of axe. The page must have been opened with bypassCSP. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const result = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run: (options: object) => Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return result
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map(
      (v) =>
        `${v.id}: ${v.nodes.length} × ${v.nodes[0]?.html.slice(0, 200)} ${v.nodes[0]?.failureSummary.slice(0, 300)}`,
    );
}

/** Texts of which a part is out of sight where nothing scrolls: clipped by their own box, or beyond the window. */
export async function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { clientWidth } = document.documentElement;
    const scrolls = '.matrix-scroll, .table-scroll, .arcs-scroll, .formula, .strip, .visually-hidden, .map, dialog';
    for (const element of document.querySelectorAll<HTMLElement>('main *, header *')) {
      const own = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent!.trim() !== '');
      if (!own || element.closest(scrolls) || element.closest('svg, math')) continue;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (box.width === 0 || style.visibility === 'hidden') continue;
      const clipped =
        style.overflowX !== 'visible' &&
        style.textOverflow !== 'ellipsis' &&
        element.scrollWidth > element.clientWidth + 1;
      if (clipped || box.left < -1 || box.right > clientWidth + 1)
        found.push(`${element.tagName}.${element.className}: ${element.textContent!.slice(0, 40)}`);
    }
    return found.slice(0, 8);
  });
}

/**
 * Names of special tokens, such as </s>, whose characters do not stand on the page in the order of the vocabulary: from
 * left to right, or upwards where a label is turned. Tells how many names it has seen too.
 */
export async function turnedTokens(page: Page): Promise<{ seen: number; turned: string[] }> {
  return page.evaluate(() => {
    const { index } = (window as unknown as { hodhod: { index: Record<string, Record<string, string>> } }).hodhod;
    const texts = Object.values({ ...index['vocabulary'], ...index['source_vocabulary'] });
    const names = [...new Set(texts)].filter((text) => /^[<[].*[>\]]$/.test(text));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = { seen: 0, turned: [] as string[] };
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent!;
      if (node.parentElement!.closest('script, noscript')) continue;
      for (const name of names) {
        for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
          const boxes = Array.from(name, (_, i) => {
            const range = document.createRange();
            range.setStart(node, at + i);
            range.setEnd(node, at + i + 1);
            return range.getBoundingClientRect();
          });
          if (boxes.every((box) => box.width === 0)) continue; // out of sight
          const ascends = (place: (box: DOMRect) => number) =>
            boxes.every((box, i) => i === 0 || place(box) > place(boxes[i - 1]!));
          found.seen += 1;
          if (!ascends((box) => box.left + box.right) && !ascends((box) => -box.top - box.bottom))
            found.turned.push(text.slice(Math.max(0, at - 20), at + name.length + 10));
        }
      }
    }
    return found;
  });
}
