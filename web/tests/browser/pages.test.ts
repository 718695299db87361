// SPDX-License-Identifier: Apache-2.0
// The built pages without data: they say so, quietly.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, open } from './chromium.ts';

const dist = join(import.meta.dirname, '../../dist');
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test.each(readdirSync(dist).filter((file) => file.endsWith('.html')))('%s opens without data', async (file) => {
  const { page, context, complaints } = await open(browser, join(dist, file));
  await page.waitForSelector('#app > *');
  expect(complaints).toEqual([]);
  await context.close();
});
