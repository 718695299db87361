// SPDX-License-Identifier: Apache-2.0
// A formula of formulas.tex with this model's numbers in it. MathML was written at build time.
import { inDigits } from '../../shared/numbers.ts';
import formulas from '../formulas.tex';

export type FormulaValues = Record<string, number | undefined>;

/** The MathML of a formula, its numbers in the digits of the page; one that is not known leaves its letter. */
export function formulaOf(name: string, values: FormulaValues): string {
  const mathml = formulas[name];
  if (mathml === undefined) throw new Error(`there is no formula ${name}`);
  const filled = mathml.replaceAll(/@([a-z]+)@/g, (_, key: string) => {
    const x = values[key];
    return x === undefined || !Number.isFinite(x) ? key.toUpperCase() : inDigits(x);
  });
  return filled.replaceAll(/(<mn[^>]*>)([^<]*)/g, (_, tag: string, number: string) => tag + inDigits(number));
}

export function Formula({ name, values = {} }: { name: string; values?: FormulaValues }) {
  return <div class="formula" dir="ltr" dangerouslySetInnerHTML={{ __html: formulaOf(name, values) }} />;
}
