// SPDX-License-Identifier: Apache-2.0
// How numbers are written: in the digits of the page's language. What goes into a file or a program stays Latin: saved
// tables, names, shapes and commands.
import type { Language } from './language.ts';
import { language } from './language.ts';

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(tongue: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = tongue + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(tongue === 'fa' ? 'fa-IR' : 'en-GB', options);
    formats.set(key, format);
  }
  return format;
}

/** A count in a sentence: ۱٬۲۳۴ or 1,234. */
export function count(n: number, tongue: Language = language.value): string {
  return formatOf(tongue, { maximumFractionDigits: 0 }).format(n);
}

/** A number in a sentence, with at most so many decimals. */
export function decimal(x: number, decimals: number, tongue: Language = language.value): string {
  return formatOf(tongue, { maximumFractionDigits: decimals }).format(x);
}

/** A share in a sentence: ۴۲٫۵٪ or 42.5%. */
export function percent(share: number, decimals = 1, tongue: Language = language.value): string {
  return formatOf(tongue, { style: 'percent', maximumFractionDigits: decimals }).format(share);
}

/** Bytes in a sentence, in the units that the program prints: 1.4 MiB. */
export function bytes(n: number, tongue: Language = language.value): string {
  const [size, unit] = n >= 1 << 20 ? [n / (1 << 20), 'MiB'] : [n / 1024, 'KiB'];
  return `${decimal(size, size < 10 ? 1 : 0, tongue)} ${unit}`;
}

/**
 * A number that is written in Latin digits, in those of the language: ۰٫۳۱۲۷. A mark keeps the sign, and what follows an
 * e, on its side in a line of either direction.
 */
export function inDigits(number: string | number, tongue: Language = language.value): string {
  const text = String(number);
  if (tongue !== 'fa' || !/\d/.test(text)) return text;
  const digits = text.replace(/\d/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[Number(d)]!).replace('.', '٫');
  return /[-e]/.test(text) ? `\u200e${digits.replaceAll('-', '−')}` : digits;
}

/** With so many decimals: 0.50 or ۰٫۵۰. */
export function fixed(x: number, decimals: number, tongue: Language = language.value): string {
  return Number.isFinite(x) ? inDigits(x.toFixed(decimals), tongue) : notFinite(x);
}

/** A value of a tensor in few digits: 0.3127, -12.50, 3.1e-7. */
export function short(x: number, digits = 4, tongue: Language = language.value): string {
  return inDigits(inFew(x, digits), tongue);
}

function inFew(x: number, digits: number): string {
  if (!Number.isFinite(x)) return notFinite(x);
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const size = Math.abs(x);
  if (size >= 1e5 || size < 10 ** -digits) return x.toExponential(Math.max(digits - 3, 1)).replace('e+', 'e');
  const whole = Math.max(0, Math.floor(Math.log10(size)));
  return x.toFixed(Math.max(0, digits - whole));
}

/** A 32-bit value in the fewest digits that give the same value back; Latin, to be read by programs. */
export function exact(x: number): string {
  if (!Number.isFinite(x)) return notFinite(x);
  if (Object.is(x, -0)) return '-0';
  for (let digits = 1; digits <= 9; ++digits) {
    const text = Number(x.toPrecision(digits));
    if (Math.fround(text) === Math.fround(x)) return String(text).replace('e+', 'e');
  }
  return String(x);
}

/** An error bound: two significant digits, rounded up so that it stays a bound. */
export function boundText(x: number, tongue: Language = language.value): string {
  if (x === 0) return inDigits(0, tongue);
  const scale = 10 ** (Math.floor(Math.log10(x)) - 1);
  return inDigits(String(Number((Math.ceil(x / scale - 1e-9) * scale).toPrecision(2))).replace('e+', 'e'), tongue);
}

function notFinite(x: number): string {
  if (Number.isNaN(x)) return 'NaN';
  return x > 0 ? '∞' : '−∞';
}
