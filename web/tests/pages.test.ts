// SPDX-License-Identifier: Apache-2.0
// What the built pages promise before any data is in them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { policy } from '../build/content_security.mjs';

const dist = join(import.meta.dirname, '../dist');
const pages = readdirSync(dist).filter((file) => file.endsWith('.html'));

test('there is a page', () => expect(pages).toContain('look.html'));

describe.each(pages)('%s', (file) => {
  const html = readFileSync(join(dist, file), 'utf8');

  test('has at most 400 kB', () => expect(Buffer.byteLength(html)).toBeLessThanOrEqual(400_000));

  test('allows its own scripts and styles by their hashes, and nothing else', () => {
    const meta = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html);
    expect(meta?.[1]).toBe(policy(html));
    expect(meta?.[1]).toMatch(/^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'/);
  });

  test('has one place for the data, outside every script', () => {
    expect(html.split('<!--hodhod:data-->').length).toBe(2);
    const scripts = [...html.matchAll(/<script[\s\S]*?<\/script>/g)].map((m) => m[0]);
    expect(scripts.every((script) => !script.includes('hodhod:data'))).toBe(true);
  });

  test('points to nothing outside', () => {
    expect(html).not.toMatch(/\b(?:src|href)="(?!data:)[^"#]/);
    expect(html).not.toMatch(/url\((?!["']?(?:data:|#))/);
  });
});
