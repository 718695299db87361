// SPDX-License-Identifier: Apache-2.0
// A matrix of recorded numbers. It is one stop of the keyboard: arrows move the cell, Enter keeps it, Escape clears;
// a line below says the cell in words. Rows and columns run from the upper left in both languages, as in papers; a
// switch of the page mirrors them.
import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { lengthOf } from '../../shared/bidi.ts';
import { colourOf, css, inkOn, type Scale } from '../../shared/colour.ts';
import { inDigits, short } from '../../shared/numbers.ts';
import { theme } from '../../shared/theme.ts';
import { mirrored } from '../state.ts';
import { type CellSize, type Grid, paint } from './paint.ts';
import { useWidth } from './width.ts';

export interface MatrixProps {
  name: string; // for those who do not see it
  grid: Grid;
  scale: Scale;
  rowLabel?: (row: number) => string;
  columnLabel?: (column: number) => string;
  rowTitle?: string;
  columnTitle?: string;
  describe: (row: number, column: number) => string; // the line below, without the value
  format?: (value: number) => string;
  largest?: number; // side of a cell in pixels
  rowHeight?: number; // where cells are not square
  markedRow?: number | undefined;
  markedColumn?: number | undefined;
  onPoint?: (row: number | undefined, column: number | undefined) => void;
  onPick?: (row: number, column: number) => void;
  numbers?: boolean; // in the cells, where they fit
  live?: boolean; // the line below; true if not said
}

type Cell = { row: number; column: number } | undefined;

const tallest = 800; // pixels above which a picture scrolls by itself, as that of thousands of tokens

export function Matrix(props: MatrixProps) {
  const { grid, scale } = props;
  const wrapper = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointed = useSignal<Cell>(undefined);
  const labels = props.rowLabel ? labelWidth(grid, props.rowLabel) : 0;
  // A picture of many cells need not be wider than the eye takes in.
  const most = grid.rows > 64 && grid.columns > 64 ? 640 : 4096;
  const free = Math.min(most, Math.max(120, useWidth(wrapper) - labels - 2));
  const { cell, inside } = sizes(props, free);
  const flip = mirrored.value;
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, grid, scale, cell, theme.value, flip);
  }, [grid, scale, cell.width, cell.height, theme.value, flip]);
  const width = grid.columns * cell.width;
  const height = grid.rows * cell.height;
  const tall = height > tallest;
  const scroll = useRef<HTMLDivElement>(null);
  // The row of the chosen token stays in sight where the picture scrolls.
  useLayoutEffect(() => {
    if (!tall || !scroll.current || props.markedRow === undefined) return;
    scroll.current.scrollTop = (props.markedRow + 0.5) * cell.height - tallest / 2;
  }, [tall, props.markedRow, cell.height]);

  const point = (row: number, column: number) => {
    const old = pointed.value;
    if (old?.row === row && old.column === column) return;
    pointed.value = { row, column };
    props.onPoint?.(row, column);
  };
  const clear = () => {
    pointed.value = undefined;
    props.onPoint?.(undefined, undefined);
  };
  const locate = (event: PointerEvent | MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left) / cell.width);
    const row = clamp(Math.floor((event.clientY - box.top) / cell.height), grid.rows);
    const column = clamp(flip ? grid.columns - 1 - x : x, grid.columns);
    return { row, column };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = pointed.value ?? { row: props.markedRow ?? 0, column: props.markedColumn ?? 0 };
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (step) {
      const across = flip ? -step[1]! : step[1]!;
      point(clamp(at.row + step[0]!, grid.rows), clamp(at.column + across, grid.columns));
    } else if (event.key === 'Enter' || event.key === ' ') {
      props.onPick?.(at.row, at.column);
    } else if (event.key === 'Escape') {
      clear();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="matrix-wrapper" ref={wrapper}>
      <div
        class="matrix-scroll"
        dir="ltr"
        ref={scroll}
        style={tall ? { maxHeight: `${tallest}px`, overflowY: 'auto' } : undefined}
      >
        <div class={`matrix ${flip ? 'mirrored' : ''}`}>
          {props.columnTitle && (
            <span class="axis-title">
              {props.rowTitle && (
                <>
                  <bdi>{props.rowTitle}</bdi> ↓{' '}
                </>
              )}
              <bdi>{props.columnTitle}</bdi> {flip ? '←' : '→'}
            </span>
          )}
          {props.columnLabel && (
            <ColumnLabels {...props} cell={cell} label={props.columnLabel} flip={flip} pointed={pointed} />
          )}
          {props.rowLabel && (
            <RowLabels {...props} cell={cell} label={props.rowLabel} width={labels} pointed={pointed} />
          )}
          <div class="matrix-plane" style={{ width: `${width}px`, height: `${height}px` }}>
            <canvas
              ref={canvas}
              role="img"
              aria-label={`${props.name}; ${inDigits(grid.rows)} × ${inDigits(grid.columns)}`}
              tabIndex={0}
              style={{ width: `${width}px`, height: `${height}px`, cursor: props.onPick ? 'pointer' : 'crosshair' }}
              onPointerMove={(event) => {
                const at = locate(event);
                point(at.row, at.column);
              }}
              onPointerLeave={clear}
              onClick={(event) => {
                const at = locate(event);
                point(at.row, at.column);
                props.onPick?.(at.row, at.column);
              }}
              onKeyDown={onKeyDown}
            />
            {inside && <CellNumbers grid={grid} scale={scale} cell={cell} flip={flip} format={props.format ?? short} />}
            <Marks {...props} cell={cell} pointed={pointed} flip={flip} width={width} height={height} />
          </div>
        </div>
      </div>
      {props.live !== false && <Live {...props} cell={cell} pointed={pointed} />}
    </div>
  );
}

const clamp = (i: number, n: number) => Math.min(n - 1, Math.max(0, i));

function labelWidth(grid: Grid, label: (row: number) => string): number {
  let longest = 0;
  for (let r = 0; r < Math.min(grid.rows, 600); ++r) longest = Math.max(longest, lengthOf(label(r)));
  return Math.min(132, 18 + longest * 7.6);
}

function sizes(props: MatrixProps, free: number): { cell: CellSize; inside: boolean } {
  const { rows, columns } = props.grid;
  if (props.numbers && columns <= 14 && rows <= 32 && columns * 46 <= free) {
    return { cell: { width: Math.min(58, Math.floor(free / columns)), height: 28 }, inside: true };
  }
  const largest = props.largest ?? 26;
  // Where even one pixel a column is too wide, the picture scrolls.
  const width = Math.max(columns > 256 ? 1 : 3, Math.min(largest, Math.floor((free / columns) * 2) / 2));
  const square = Math.max(width, rows > 256 ? 1 : rows > 128 ? 2 : rows > 64 ? 6 : 10);
  return {
    cell: {
      width: props.rowHeight ? width : rows > 128 ? width : Math.max(width, Math.min(10, square)),
      height: props.rowHeight ?? square,
    },
    inside: false,
  };
}

interface Drawn extends MatrixProps {
  cell: CellSize;
  pointed: Signal<Cell>;
}

function RowLabels(props: Drawn & { label: (row: number) => string; width: number }) {
  const { grid, cell, label, width, pointed } = props;
  const step = Math.ceil(11 / cell.height);
  const chosen = pointed.value?.row ?? props.markedRow;
  return (
    <div class="matrix-rows" style={{ width: `${width}px`, height: `${grid.rows * cell.height}px` }} aria-hidden="true">
      {Array.from({ length: grid.rows }, (_, r) => r)
        .filter((r) => r % step === 0 || r === chosen)
        .map((r) => (
          <span
            key={r}
            class={r === chosen ? 'chosen' : ''}
            style={{
              top: `${r * cell.height}px`,
              height: `${cell.height * (r === chosen ? 1 : step)}px`,
              lineHeight: `${Math.max(11, cell.height)}px`,
              fontSize: `${Math.min(13.5, Math.max(9, cell.height * 0.8))}px`,
            }}
          >
            <bdi>{label(r)}</bdi>
          </span>
        ))}
    </div>
  );
}

function ColumnLabels(props: Drawn & { label: (column: number) => string; flip: boolean }) {
  const { grid, cell, label, flip, pointed } = props;
  const step = Math.ceil(12 / cell.width);
  const chosen = pointed.value?.column ?? props.markedColumn;
  const longest = Math.max(...Array.from({ length: Math.min(grid.columns, 600) }, (_, c) => lengthOf(label(c))), 1);
  return (
    <div
      class="matrix-columns"
      style={{ width: `${grid.columns * cell.width}px`, height: `${Math.min(128, 14 + longest * 7.4)}px` }}
      aria-hidden="true"
    >
      {Array.from({ length: grid.columns }, (_, c) => c)
        .filter((c) => c % step === 0 || c === chosen)
        .map((c) => (
          <span
            key={c}
            class={c === chosen ? 'chosen' : ''}
            style={{
              left: `${(flip ? grid.columns - 1 - c : c) * cell.width}px`,
              width: `${cell.width}px`,
              fontSize: `${Math.min(13.5, Math.max(9, cell.width * 0.8))}px`,
            }}
          >
            <bdi>{label(c)}</bdi>
          </span>
        ))}
    </div>
  );
}

function Marks(props: Drawn & { flip: boolean; width: number; height: number }) {
  const { cell, pointed, grid, flip, width, height } = props;
  const left = (column: number) => (flip ? grid.columns - 1 - column : column) * cell.width;
  const at = pointed.value;
  const row = at?.row ?? props.markedRow;
  const column = at?.column ?? props.markedColumn;
  return (
    <>
      {row !== undefined && row >= 0 && row < grid.rows && (
        <i
          class={`mark ${at ? 'pointed' : ''}`}
          style={{ left: 0, top: `${row * cell.height}px`, width: `${width}px`, height: `${cell.height}px` }}
        />
      )}
      {column !== undefined && column < grid.columns && (
        <i
          class={`mark ${at ? 'pointed' : ''}`}
          style={{ left: `${left(column)}px`, top: 0, width: `${cell.width}px`, height: `${height}px` }}
        />
      )}
    </>
  );
}

function CellNumbers(props: {
  grid: Grid;
  scale: Scale;
  cell: CellSize;
  flip: boolean;
  format: (x: number) => string;
}) {
  const { grid, scale, cell, flip, format } = props;
  const spans = [];
  for (let r = 0; r < grid.rows; ++r) {
    for (let c = 0; c < grid.columns; ++c) {
      if (grid.hidden?.(r, c)) continue;
      const x = grid.at(r, c);
      spans.push(
        <span
          key={r * grid.columns + c}
          style={{
            left: `${(flip ? grid.columns - 1 - c : c) * cell.width}px`,
            top: `${r * cell.height}px`,
            width: `${cell.width}px`,
            height: `${cell.height}px`,
            lineHeight: `${cell.height}px`,
            color: css(inkOn(colourOf(x, scale, theme.value))),
          }}
        >
          {format(x)}
        </span>,
      );
    }
  }
  return (
    <div class="cell-numbers" aria-hidden="true">
      {spans}
    </div>
  );
}

function Live(props: Drawn) {
  const { pointed, grid, describe } = props;
  const format = props.format ?? short;
  const at =
    pointed.value ??
    (props.markedRow !== undefined && props.markedColumn !== undefined
      ? { row: props.markedRow, column: props.markedColumn }
      : undefined);
  const known = at && at.row < grid.rows && at.column < grid.columns;
  return (
    <p class="live" aria-live="polite">
      {known && (
        <>
          <span>{describe(at.row, at.column)}</span>{' '}
          {!grid.hidden?.(at.row, at.column) && (
            <b dir="ltr" class="live-value">
              {format(grid.at(at.row, at.column))}
            </b>
          )}
        </>
      )}
    </p>
  );
}
