// SPDX-License-Identifier: Apache-2.0
// The five steps of a head, by name.
import type { Both } from '../../shared/language.ts';

export const stepNames = [
  { en: 'Q·K', fa: 'Q·K' },
  { en: '÷ √d', fa: '÷ √d' },
  { en: '+ bias, mask', fa: '+ بایاس و نقاب' },
  { en: 'softmax', fa: 'سافت‌مکس' },
  { en: 'Σ p·v', fa: 'Σ p·v' },
] as const satisfies readonly Both[];
