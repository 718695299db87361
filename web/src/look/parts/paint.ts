// SPDX-License-Identifier: Apache-2.0
// Paints a grid of numbers on a canvas: colours of the scale, hatching where no query may see, hair lines between
// large cells. A canvas shows no text.
import { pixelsOf, type Scale } from '../../shared/colour.ts';
import type { Theme } from '../../shared/theme.ts';

export interface Grid {
  rows: number;
  columns: number;
  at: (row: number, column: number) => number;
  hidden?: ((row: number, column: number) => boolean) | undefined;
}

export interface CellSize {
  width: number; // CSS pixels
  height: number;
}

export function paint(
  canvas: HTMLCanvasElement,
  grid: Grid,
  scale: Scale,
  cell: CellSize,
  theme: Theme,
  mirrored = false,
): void {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const width = Math.max(1, Math.round(grid.columns * cell.width * ratio));
  const height = Math.max(1, Math.round(grid.rows * cell.height * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  if (grid.rows === 0 || grid.columns === 0) return;
  const small = document.createElement('canvas');
  small.width = grid.columns;
  small.height = grid.rows;
  small.getContext('2d')!.putImageData(image(grid, scale, theme, mirrored), 0, 0);
  if (grid.columns > width) context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, width, height);
  if (Math.min(cell.width, cell.height) >= 8) lines(context, grid, cell, ratio, width, height);
  if (grid.hidden) hatch(context, grid, cell, ratio, mirrored);
}

function image(grid: Grid, scale: Scale, theme: Theme, mirrored: boolean): ImageData {
  const pixels = new ImageData(grid.columns, grid.rows);
  const data = new Int32Array(pixels.data.buffer);
  const pixel = pixelsOf(scale, theme);
  for (let r = 0; r < grid.rows; ++r) {
    for (let c = 0; c < grid.columns; ++c) {
      if (grid.hidden?.(r, c)) continue;
      data[r * grid.columns + (mirrored ? grid.columns - 1 - c : c)] = pixel(grid.at(r, c));
    }
  }
  return pixels;
}

function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function hatch(context: CanvasRenderingContext2D, grid: Grid, cell: CellSize, ratio: number, mirrored: boolean): void {
  context.save();
  context.beginPath();
  for (let r = 0; r < grid.rows; ++r) {
    for (let c = 0; c < grid.columns; ++c) {
      if (!grid.hidden!(r, c)) continue;
      const begin = c;
      while (c + 1 < grid.columns && grid.hidden!(r, c + 1)) ++c;
      const left = mirrored ? grid.columns - 1 - c : begin;
      context.rect(
        left * cell.width * ratio,
        r * cell.height * ratio,
        (c - begin + 1) * cell.width * ratio,
        cell.height * ratio,
      );
    }
  }
  context.clip();
  const { width, height } = context.canvas;
  context.fillStyle = ink('--sunken');
  context.fillRect(0, 0, width, height);
  context.strokeStyle = ink('--hatch');
  context.lineWidth = Math.max(0.75, 0.75 * ratio);
  context.beginPath();
  const gap = 6 * ratio;
  for (let x = -height; x < width; x += gap) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

function lines(
  context: CanvasRenderingContext2D,
  grid: Grid,
  cell: CellSize,
  ratio: number,
  width: number,
  height: number,
): void {
  context.fillStyle = ink('--surface');
  const thick = Math.max(1, Math.round(ratio * 0.75));
  for (let c = 1; c < grid.columns; ++c)
    context.fillRect(Math.round(c * cell.width * ratio) - thick / 2, 0, thick, height);
  for (let r = 1; r < grid.rows; ++r)
    context.fillRect(0, Math.round(r * cell.height * ratio) - thick / 2, width, thick);
}
