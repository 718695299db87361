// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config';
import { formulas } from './build/formulas.mjs';

export default defineConfig({
  plugins: [formulas()],
  test: { include: ['src/**/*.test.ts', 'tests/*.test.ts'], environment: 'node' },
});
