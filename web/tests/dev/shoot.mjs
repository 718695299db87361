// SPDX-License-Identifier: Apache-2.0
// Takes pictures of a page for a person to look at: node tests/dev/shoot.mjs PAGE OUT [lang=fa] [theme=dark]
// [width=1280] [at=attention] [selector=#attention] [full] [m=4] …
import { chromium } from 'playwright-core';

const [page, out, ...rest] = process.argv.slice(2);
const options = Object.fromEntries(
  rest.map((o) => (o.includes('=') ? [o.slice(0, o.indexOf('=')), o.slice(o.indexOf('=') + 1)] : [o, true])),
);
const { width = 1280, height = 900, selector, full, scale = 1, click, ...hash } = options;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({
  viewport: { width: Number(width), height: Number(height) },
  offline: true,
  deviceScaleFactor: Number(scale),
  reducedMotion: 'reduce',
});
const tab = await context.newPage();
tab.on('console', (m) => console.log('console:', m.text()));
tab.on('pageerror', (e) => console.log('error:', e.stack));
await tab.goto(`file://${page}#${new URLSearchParams(hash)}`);
await tab.waitForTimeout(1200);
if (click) await tab.click(click);
await tab.waitForTimeout(300);
if (selector) await tab.locator(selector).first().screenshot({ path: out });
else await tab.screenshot({ path: out, fullPage: Boolean(full) });
await browser.close();
