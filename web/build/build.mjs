// SPDX-License-Identifier: Apache-2.0
// Builds every NAME.html of this folder into one self-contained file dist/NAME.html. The same sources give the same
// bytes. Options: a folder to write to instead of dist, and --only NAME.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { withPolicy } from './content_security.mjs';
import { formulas } from './formulas.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const only = args.includes('--only') ? args.splice(args.indexOf('--only'), 2)[1] : undefined;
const out = resolve(args[0] ?? join(root, 'dist'));
const limit = 400_000;

mkdirSync(out, { recursive: true });
const pages = readdirSync(root).filter((file) => file.endsWith('.html') && (!only || file === `${only}.html`));
for (const page of pages) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [formulas(), viteSingleFile({ removeViteModuleLoader: true })],
    build: {
      write: false,
      target: ['chrome109', 'firefox115', 'safari16.4'],
      rollupOptions: { input: join(root, page) },
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  });
  const html = withPolicy(output.find((file) => file.fileName === page).source);
  writeFileSync(join(out, page), html);
  const bytes = Buffer.byteLength(readFileSync(join(out, page)));
  console.log(`${page}: ${bytes} bytes`);
  if (bytes > limit) throw new Error(`${page} has ${bytes} bytes; at most ${limit} are allowed.`);
}
