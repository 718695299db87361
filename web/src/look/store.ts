// SPDX-License-Identifier: Apache-2.0
// The page's data: the index, and rows of tensors that are unpacked when they are first looked at. The blocks that
// were used last stay unpacked, within a limit of memory.
import { blockBytes } from '../shared/blocks.ts';
import type { Index, TensorInfo } from './format.ts';
import { type Rows, unpack, writeRows } from './unpack.ts';

export function readIndex(): Index | undefined {
  const text = document.getElementById('look-index')?.textContent;
  return text ? (JSON.parse(text) as Index) : undefined;
}

const memoryLimit = 96e6; // bytes of unpacked values
const unpacked = new Map<string, Rows>(); // in order of use
const pending = new Map<string, Promise<Rows>>();
let memory = 0;

function keep(key: string, rows: Rows): void {
  unpacked.delete(key);
  unpacked.set(key, rows);
  memory += rows.values.byteLength;
  for (const [oldest, old] of unpacked) {
    if (memory <= memoryLimit || oldest === key) break;
    unpacked.delete(oldest);
    memory -= old.values.byteLength;
  }
}

const keyOf = (info: TensorInfo, block: number) => `${info.pass}/${info.name}/${block}`;

async function readBlock(info: TensorInfo, i: number): Promise<Rows> {
  const block = info.blocks[i]!;
  return unpack(info, block, await blockBytes(block));
}

function blockOf(info: TensorInfo, i: number): Rows | Promise<Rows> {
  const key = keyOf(info, i);
  const known = unpacked.get(key);
  if (known) {
    unpacked.delete(key);
    unpacked.set(key, known);
    return known;
  }
  let promise = pending.get(key);
  if (!promise) {
    promise = readBlock(info, i).then((rows) => {
      keep(key, rows);
      return rows;
    });
    promise.catch(() => {}).finally(() => pending.delete(key));
    pending.set(key, promise);
  }
  return promise;
}

export interface Part {
  values: Float32Array; // [count, width]
  others?: Float32Array; // form `top`
  width: number;
  first: number;
  count: number;
}

// The parts that were asked for last, so that drawing again finds the same arrays.
const parts = new Map<string, Part>();
const partsKept = 48;

/** Whether the page has these rows; some heads or layers may have been left out. */
export function has(info: TensorInfo, first = 0, count = info.rows): boolean {
  const covered = info.blocks.reduce((n, block) => {
    const begin = Math.max(first, block.first);
    const end = Math.min(first + count, block.first + block.count);
    return n + Math.max(0, end - begin);
  }, 0);
  return covered >= count;
}

/** Rows [first, first + count) of a tensor; at once where their blocks are unpacked already. */
export function rowsOf(info: TensorInfo, first = 0, count = info.rows): Part | Promise<Part> {
  const key = `${info.pass}/${info.name}/${first}/${count}`;
  const known = parts.get(key);
  if (known) return known;
  const keepPart = (part: Part) => {
    parts.set(key, part);
    if (parts.size > partsKept) parts.delete(parts.keys().next().value!);
    return part;
  };
  const found = unpackedRows(info, first, count);
  return found instanceof Promise ? found.then(keepPart) : keepPart(found);
}

function unpackedRows(info: TensorInfo, first: number, count: number): Part | Promise<Part> {
  const needed = info.blocks
    .map((block, i) => ({ block, i }))
    .filter(({ block }) => block.first < first + count && block.first + block.count > first);
  const blocks = needed.map(({ i }) => blockOf(info, i));
  if (blocks.every((block): block is Rows => !(block instanceof Promise))) return gather(info, blocks, first, count);
  return Promise.all(blocks).then((all) => gather(info, all, first, count));
}

/** Visits rows in their order, block by block; what it does not need any more is let go. */
export async function visitRows(
  info: TensorInfo,
  first: number,
  count: number,
  visit: (rows: Rows, row: number) => void, // row `row` of the block
): Promise<void> {
  for (const [i, block] of info.blocks.entries()) {
    const begin = Math.max(first, block.first);
    const end = Math.min(first + count, block.first + block.count);
    if (begin >= end) continue;
    const rows = await blockOf(info, i);
    for (let row = begin; row < end; ++row) visit(rows, row - block.first);
  }
}

function gather(info: TensorInfo, blocks: Rows[], first: number, count: number): Part {
  const width = info.shape.length === 0 ? 1 : info.shape.at(-1)!;
  const [only] = blocks;
  if (blocks.length === 1 && only!.first === first && only!.count === count && !only!.indices) return only!;
  const part: Part = { values: new Float32Array(count * width), width, first, count };
  if (info.form === 'top') part.others = new Float32Array(count);
  for (const block of blocks) {
    const begin = Math.max(first, block.first);
    const end = Math.min(first + count, block.first + block.count);
    writeRows(block, begin, end, part.values, begin - first);
    if (block.others) part.others?.set(block.others.subarray(begin - block.first, end - block.first), begin - first);
  }
  return part;
}
