// SPDX-License-Identifier: Apache-2.0
// From the bytes of a block to the numbers of its rows. See format.ts for the forms.
import type { BlockInfo, TensorInfo } from './format.ts';

/** Rows of a block, each of `width` numbers; a cell that no query may see is 0 and is not stored. */
export interface Rows {
  first: number;
  count: number;
  width: number;
  values: Float32Array; // [count, width]; of form `top` the K largest of each row, [count, K]
  /** form `top`: places of the largest, [count, K], and the sum of what was not kept of each row */
  indices?: Uint16Array;
  others?: Float32Array;
}

/** Writes rows [from, to) of the block into `out`, whose first row is `from`. */
export function writeRows(rows: Rows, from: number, to: number, out: Float32Array, at: number): void {
  const { first, width, values, indices } = rows;
  if (!indices) {
    out.set(values.subarray((from - first) * width, (to - first) * width), at * width);
    return;
  }
  const kept = values.length / rows.count;
  for (let r = from; r < to; ++r) {
    for (let i = (r - first) * kept; i < (r - first + 1) * kept; ++i) {
      if (indices[i]! < width) out[(at + r - from) * width + indices[i]!] = values[i]!;
    }
  }
}

/** The half-open range of keys that row `row` of a masked tensor may see. */
export function visibleRange(info: TensorInfo, row: number): [number, number] {
  const width = info.shape.at(-1) ?? 1;
  if (!info.mask) return [0, width];
  const queries = info.shape.at(-2) ?? 1;
  const t = row % queries;
  const { left, right } = info.mask;
  const begin = left === undefined ? 0 : Math.max(0, t - left);
  const end = right === undefined ? width : Math.min(width, t + right + 1);
  return [Math.min(begin, width), Math.max(begin, end)];
}

export function unpack(info: TensorInfo, block: BlockInfo, raw: Uint8Array): Rows {
  if (raw.length !== block.raw) throw new Error(`block ${block.id} has ${raw.length} bytes instead of ${block.raw}`);
  const width = info.shape.length === 0 ? 1 : info.shape.at(-1)!;
  const { first, count } = block;
  if (info.form === 'top') return unpackTop(raw, { first, count, width }, info.top ?? 0);
  const rows: Rows = { first, count, width, values: new Float32Array(count * width) };
  const ranges = Array.from({ length: block.count }, (_, r) => visibleRange(info, block.first + r));
  const stored = ranges.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const scales = info.form === 'i8' ? planes32(raw, 0, block.count) : undefined;
  const numbers = decode(info.form, raw, scales ? 4 * block.count : 0, stored);
  let next = 0;
  ranges.forEach(([begin, end], r) => {
    const scale = scales ? scales.getFloat32(4 * r, true) : 1;
    for (let c = begin; c < end; ++c) {
      const x = numbers(next++);
      rows.values[r * width + c] = scales ? scale * x : x;
    }
  });
  return rows;
}

function decode(form: TensorInfo['form'], raw: Uint8Array, from: number, n: number): (i: number) => number {
  const bytesOf = { f32: 4, i32: 4, f16: 2, i8: 1, sqrt8: 1, top: 0 }[form];
  if (from + n * bytesOf !== raw.length)
    throw new Error(`${raw.length} bytes do not hold ${n} numbers of form ${form}`);
  if (form === 'f32') {
    const view = planes32(raw, from, n);
    return (i) => view.getFloat32(4 * i, true);
  }
  if (form === 'i32') {
    const view = planes32(raw, from, n);
    return (i) => view.getInt32(4 * i, true);
  }
  if (form === 'f16') return (i) => half(raw[from + i]! | (raw[from + n + i]! << 8));
  if (form === 'sqrt8') return (i) => (raw[from + i]! / 255) ** 2;
  const signed = new Int8Array(raw.buffer, raw.byteOffset + from, n);
  return (i) => signed[i]!;
}

function unpackTop(raw: Uint8Array, of: Pick<Rows, 'first' | 'count' | 'width'>, kept: number): Rows {
  const n = of.count * kept;
  if (raw.length !== 4 * n + 2 * of.count) throw new Error(`${raw.length} bytes do not hold ${n} largest values`);
  const word = (from: number, length: number, i: number) => raw[from + i]! | (raw[from + length + i]! << 8);
  const sections = { indices: new Uint16Array(n), values: new Float32Array(n), others: new Float32Array(of.count) };
  for (let i = 0; i < n; ++i) {
    sections.indices[i] = word(0, n, i);
    sections.values[i] = half(word(2 * n, n, i));
  }
  for (let r = 0; r < of.count; ++r) sections.others[r] = half(word(4 * n, of.count, r));
  return { ...of, ...sections };
}

/** The bytes of n 32-bit numbers whose first, second, third and fourth bytes lie in planes. */
function planes32(raw: Uint8Array, from: number, n: number): DataView {
  const view = new Uint8Array(4 * n);
  for (let plane = 0; plane < 4; ++plane) {
    for (let i = 0; i < n; ++i) view[4 * i + plane] = raw[from + plane * n + i]!;
  }
  return new DataView(view.buffer);
}

/** An IEEE half from its 16 bits. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
