// SPDX-License-Identifier: Apache-2.0
// The numbers behind a picture: a real table that is made when it is opened, at most 64 rows and columns at a time,
// with the whole of it as CSV.
import { useState } from 'preact/hooks';
import { unisolated } from './bidi.ts';
import type { Both } from './language.ts';
import { say } from './language.ts';
import { count, exact, inDigits } from './numbers.ts';

const words = {
  numbers: { en: 'Numbers', fa: 'عددها' },
  copy: { en: 'Copy CSV', fa: 'رونوشت CSV' },
  copied: { en: 'Copied', fa: 'رونوشت شد' },
  save: { en: 'Save CSV', fa: 'ذخیرهٔ CSV' },
  rows: {
    en: (a: number, b: number, n: number) => `rows ${count(a)}–${count(b)} of ${count(n)}`,
    fa: (a: number, b: number, n: number) => `سطرهای ${count(a)} تا ${count(b)} از ${count(n)}`,
  },
  columns: {
    en: (a: number, b: number, n: number) => `columns ${count(a)}–${count(b)} of ${count(n)}`,
    fa: (a: number, b: number, n: number) => `ستون‌های ${count(a)} تا ${count(b)} از ${count(n)}`,
  },
  back: { en: 'Previous', fa: 'پیشین' },
  on: { en: 'Next', fa: 'بعدی' },
} satisfies Record<string, Both | Both<[number, number, number]>>;

/** A number is shown in the digits of the page, and saved in Latin ones. */
export type Cell = string | number;

/** A table whose cells are made on demand. */
export interface Numbers {
  name: string; // of the file that is saved
  rows: number;
  columns: number;
  row: (r: number) => Cell;
  column: (c: number) => Cell;
  cell: (r: number, c: number) => Cell;
  corner?: string;
}

const windowSize = 64;

function saved(cell: Cell): string {
  if (typeof cell === 'string') return unisolated(cell);
  return Number.isSafeInteger(cell) && !Object.is(cell, -0) ? String(cell) : exact(cell);
}

const shown = (cell: Cell) => (typeof cell === 'string' ? cell : inDigits(saved(cell)));

/** The whole table as RFC 4180 has it. */
export function csv(numbers: Numbers): string {
  const quoted = (cell: Cell) => {
    const text = saved(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const indices = (n: number) => Array.from({ length: n }, (_, i) => i);
  const head = [numbers.corner ?? '', ...indices(numbers.columns).map(numbers.column)];
  const lines = indices(numbers.rows).map((r) => [
    numbers.row(r),
    ...indices(numbers.columns).map((c) => numbers.cell(r, c)),
  ]);
  return `${[head, ...lines].map((line) => line.map(quoted).join(',')).join('\r\n')}\r\n`;
}

export function save(name: string, type: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A disclosure that holds the table. */
export function NumbersTable({ numbers }: { numbers: Numbers }) {
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState(false);
  return (
    <details class="numbers" onToggle={(event) => setOpen((event.target as HTMLDetailsElement).open)}>
      <summary>{say(words.numbers)}</summary>
      {open && (
        <>
          <Window numbers={numbers} />
          <p class="controls">
            <button
              type="button"
              onClick={() => navigator.clipboard?.writeText(csv(numbers)).then(() => setCopied(true))}
            >
              {say(copied ? words.copied : words.copy)}
            </button>
            <button type="button" onClick={() => save(`${numbers.name}.csv`, 'text/csv', csv(numbers))}>
              {say(words.save)}
            </button>
          </p>
        </>
      )}
    </details>
  );
}

function Window({ numbers }: { numbers: Numbers }) {
  const [row, setRow] = useState(0);
  const [column, setColumn] = useState(0);
  const rows = range(row, numbers.rows);
  const columns = range(column, numbers.columns);
  return (
    <>
      {numbers.rows > windowSize && <Pager at={row} n={numbers.rows} set={setRow} text={words.rows} />}
      {numbers.columns > windowSize && <Pager at={column} n={numbers.columns} set={setColumn} text={words.columns} />}
      <div class="table-scroll" dir="ltr" tabIndex={0} role="region" aria-label={numbers.name}>
        <table>
          <thead>
            <tr>
              <td>{numbers.corner ?? ''}</td>
              {columns.map((c) => (
                <th key={c} scope="col">
                  <bdi>{shown(numbers.column(c))}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r}>
                <th scope="row">
                  <bdi>{shown(numbers.row(r))}</bdi>
                </th>
                {columns.map((c) => (
                  <td key={c}>{shown(numbers.cell(r, c))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function range(from: number, n: number): number[] {
  return Array.from({ length: Math.min(windowSize, n - from) }, (_, i) => from + i);
}

function Pager(props: { at: number; n: number; set: (at: number) => void; text: typeof words.rows }) {
  const { at, n, set, text } = props;
  return (
    <p class="controls">
      <button type="button" disabled={at === 0} onClick={() => set(Math.max(0, at - windowSize))}>
        {say(words.back)}
      </button>
      <span>{say(text, at + 1, Math.min(n, at + windowSize), n)}</span>
      <button type="button" disabled={at + windowSize >= n} onClick={() => set(at + windowSize)}>
        {say(words.on)}
      </button>
    </p>
  );
}
