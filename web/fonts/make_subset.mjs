// SPDX-License-Identifier: Apache-2.0
// Makes the subsets of Vazirmatn that the pages carry: the Arabic letters, digits, marks and joiners, without the
// Latin, which comes from the system. Run by hand when the font changes, not by the build:
//   npm install --no-save vazirmatn@33.0.3 subset-font@2.9.0 && node fonts/make_subset.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subset from 'subset-font';

const here = dirname(fileURLToPath(import.meta.url));
const font = dirname(createRequire(import.meta.url).resolve('vazirmatn/package.json'));

const ranges = [
  [0x60c, 0x60c],
  [0x61b, 0x61b],
  [0x61f, 0x61f], // comma, semicolon, question mark
  [0x621, 0x63a],
  [0x640, 0x65f],
  [0x660, 0x66d], // letters, marks, digits
  [0x670, 0x671],
  [0x67e, 0x67e],
  [0x686, 0x686],
  [0x698, 0x698],
  [0x6a9, 0x6a9],
  [0x6af, 0x6af],
  [0x6c0, 0x6c3],
  [0x6cc, 0x6cc],
  [0x6d4, 0x6d5],
  [0x6f0, 0x6f9],
  [0x200c, 0x200d],
  [0xab, 0xab],
  [0xbb, 0xbb],
  [0x20, 0x20],
];
const text = ranges
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)))
  .join('');

for (const weight of ['Regular', 'Bold']) {
  const whole = readFileSync(join(font, `fonts/webfonts/Vazirmatn-${weight}.woff2`));
  const part = await subset(whole, text, { targetFormat: 'woff2' });
  writeFileSync(join(here, `Vazirmatn-${weight}.woff2`), part);
  console.log(`Vazirmatn-${weight}.woff2: ${whole.length} → ${part.length} bytes`);
}
writeFileSync(join(here, 'OFL.txt'), readFileSync(join(font, 'OFL.txt')));
