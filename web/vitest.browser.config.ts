// SPDX-License-Identifier: Apache-2.0
// The built pages in Chromium.
import { defineConfig } from 'vitest/config';
import { formulas } from './build/formulas.mjs';

export default defineConfig({
  plugins: [formulas()],
  test: {
    include: ['tests/browser/*.test.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 300_000,
    retry: 1, // Chromium itself hangs now and then on a busy machine; a fault of a page comes twice.
    fileParallelism: false,
  },
});
