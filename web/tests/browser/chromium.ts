// SPDX-License-Identifier: Apache-2.0
// Opens a page in Chromium as a reader does: from a file, without a network. What it prints on the console and what
// it asks for is kept, and both must stay empty.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags.split(' ') });
}

export interface Opened {
  page: Page;
  context: BrowserContext;
  complaints: string[]; // messages on the console, errors, and requests but for the page itself
}

export interface Look {
  width?: number;
  height?: number;
  dark?: boolean;
  hash?: string;
  bypassCSP?: boolean; // axe adds a script
  scale?: number;
}

export async function open(browser: Browser, file: string, look: Look = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 900 },
    colorScheme: look.dark ? 'dark' : 'light',
    offline: true,
    bypassCSP: look.bypassCSP ?? false,
    deviceScaleFactor: look.scale ?? 1,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const url = `file://${file}`;
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const asked = request.url();
    if (asked.split('#')[0] !== url && !asked.startsWith('data:') && !asked.startsWith('blob:'))
      complaints.push(`request: ${asked}`);
  });
  await page.goto(url + (look.hash ? `#${look.hash}` : ''));
  return { page, context, complaints };
}
