// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of a document: node screenshots.mjs DOCUMENT FOLDER-OF-PAGES [NAME …]. See tools/screenshots.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const [document, pages, ...wanted] = process.argv.slice(2);
const most = 150_000; // bytes of a picture
const marked = /<!-- screenshot: (\S+)(.*?) -->\s*!\[[^\]]*\]\((images\/look-([\w-]+)\.png)\)/g;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const [, page, rest, image, name] of readFileSync(document, 'utf8').matchAll(marked)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const words = rest.trim().split(/\s+/).filter(Boolean);
  const options = Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  const { width = '1100', height = '800', selector, ...state } = options; // ~ in a selector is a blank
  const context = await browser.newContext({
    viewport: { width: Number(width), height: Number(height) },
    offline: true,
    bypassCSP: true,
    reducedMotion: 'reduce',
  });
  const tab = await context.newPage();
  await tab.goto(`file://${resolve(pages, page)}#${new URLSearchParams(state)}`);
  await tab.waitForSelector('main section');
  await tab.waitForTimeout(800);
  const path = join(dirname(document), image);
  mkdirSync(dirname(path), { recursive: true });
  if (selector) {
    // The head of the page would lie over what is larger than the window.
    await tab.addStyleTag({ content: '.head-bar { position: static }' }).catch(() => {});
    const element = tab.locator(selector.replaceAll('~', ' ')).first();
    await element.scrollIntoViewIfNeeded();
    await tab.waitForTimeout(800);
    await element.screenshot({ path });
  } else {
    await tab.screenshot({ path });
  }
  await context.close();
  const { size } = statSync(path);
  console.log(`${image}: ${Math.round(size / 1000)} kB`);
  if (size > most) throw new Error(`${image} has ${size} bytes; at most ${most} are wanted.`);
}
await browser.close();
