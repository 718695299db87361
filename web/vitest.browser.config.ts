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
    fileParallelism: false,
  },
});
