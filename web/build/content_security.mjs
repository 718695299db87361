// SPDX-License-Identifier: Apache-2.0
// A Vite plugin that runs last: puts a Content-Security-Policy into the page that allows its own scripts and styles by
// their hashes, and nothing else. The page can ask the network for nothing.
import { createHash } from 'node:crypto';

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export function hashes(html, tag) {
  const pattern = new RegExp(`<${tag}(?![^>]*type="(?:application/json|text/plain)")[^>]*>([\\s\\S]*?)</${tag}>`, 'g');
  return [...html.matchAll(pattern)].map((m) => hash(m[1]));
}

export function policy(html) {
  return [
    "default-src 'none'",
    `script-src ${hashes(html, 'script').join(' ')}`,
    `style-src ${hashes(html, 'style').join(' ')}`,
    'font-src data:',
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

export function withPolicy(html) {
  const place = '<!--hodhod:policy-->';
  if (html.split(place).length !== 2) throw new Error(`the page must hold ${place} once`);
  return html.replace(place, () => `<meta http-equiv="Content-Security-Policy" content="${policy(html)}">`);
}
