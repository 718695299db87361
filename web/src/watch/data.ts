// SPDX-License-Identifier: Apache-2.0
// The runs of this page, and their numbers, which are unpacked when they are first needed.
import { type Signal, signal } from '@preact/signals';
import { blockBytes, fromPlanes } from '../shared/blocks.ts';
import type { Block, Column, Index, Run, Table } from './format.ts';

export function readIndex(): Index | undefined {
  const text = document.getElementById('watch-index')?.textContent;
  return text ? (JSON.parse(text) as Index) : undefined;
}

/** The first block that could not be unpacked, and why. */
export const damaged = signal<string | undefined>(undefined);

const unpacked = new Map<number, Signal<ArrayBuffer | undefined>>();

/** The bytes of a block; undefined until they are unpacked, which whoever reads this is told of. */
function bytesOf(block: Block): ArrayBuffer | undefined {
  let found = unpacked.get(block.id);
  if (!found) {
    const made = signal<ArrayBuffer | undefined>(undefined);
    found = made;
    unpacked.set(block.id, made);
    blockBytes(block).then(
      (raw) => {
        made.value = fromPlanes(raw);
      },
      (error: Error) => {
        damaged.value ??= error.message;
      },
    );
  }
  return found.value;
}

const views = new Map<Block, Float32Array | Int32Array>();

function viewOf<A extends Float32Array | Int32Array>(block: Block, make: (bytes: ArrayBuffer) => A): A | undefined {
  const bytes = bytesOf(block);
  if (!bytes) return undefined;
  let view = views.get(block) as A | undefined;
  if (!view) {
    view = make(bytes);
    views.set(block, view);
  }
  return view;
}

export function stepsOf(table: Table): Int32Array | undefined {
  return viewOf(table.step, (bytes) => new Int32Array(bytes));
}

export function valuesOf(column: Column): Float32Array | undefined {
  return viewOf(column.block, (bytes) => new Float32Array(bytes));
}

export interface Series {
  run: number;
  name: string;
  table: Table;
  column: Column;
}

/** Every series of a name, table by table. */
export function seriesNamed(runs: Run[], name: string, kind: Table['kind'] = 'metrics'): Series[] {
  return runs.flatMap((run, r) =>
    run.tables
      .filter((table) => table.kind === kind)
      .flatMap((table) =>
        table.columns.filter((column) => column.name === name).map((column) => ({ run: r, name, table, column })),
      ),
  );
}

/** The names of all series of a kind, in the order in which they first stand. */
export function seriesNames(runs: Run[], kind: Table['kind']): string[] {
  const tables = runs.flatMap((run) => run.tables).filter((table) => table.kind === kind);
  return [...new Set(tables.flatMap((table) => table.columns.map((column) => column.name)))];
}

/** The last finite value of a name, with its step. */
export function lastOf(run: Run, name: string): { step: number; value: number } | undefined {
  let found: { step: number; value: number } | undefined;
  for (const series of seriesNamed([run], name)) {
    const steps = stepsOf(series.table);
    const values = valuesOf(series.column);
    if (!steps || !values) continue;
    let i = values.length - 1;
    while (i >= 0 && !Number.isFinite(values[i]!)) --i;
    if (i >= 0 && (!found || steps[i]! >= found.step)) found = { step: steps[i]!, value: values[i]! };
  }
  return found;
}

export function lastStep(run: Run): number {
  return run.tables.reduce((last, table) => Math.max(last, stepsOf(table)?.at(-1) ?? 0), 0);
}
