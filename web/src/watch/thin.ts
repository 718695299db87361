// SPDX-License-Identifier: Apache-2.0
// A curve of any length as at most four points in each column of pixels, among them the lowest and the highest.

export interface Pixels {
  /** pieces between gaps: x₀, y₀, x₁, y₁, … in pixels */
  pieces: number[][];
  /** finite points that have no place, such as values ≤ 0 on a logarithmic axis */
  nowhere: number;
}

/**
 * The first, lowest, highest and last point of each column of pixels, in their order. `x` and `y` give places in pixels;
 * what they make NaN, and values that are not finite, are gaps. A gap within a column is narrower than a pixel.
 */
export function thinned(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
): Pixels {
  const pieces: number[][] = [];
  let piece: number[] = [];
  let nowhere = 0;
  let column = Number.NaN;
  let gap = false; // since the last point
  // Of the column: first, lowest, highest, last.
  const index = [0, 0, 0, 0];
  const placeX = [0, 0, 0, 0];
  const placeY = [0, 0, 0, 0];
  const put = (slot: number, i: number, px: number, py: number) => {
    index[slot] = i;
    placeX[slot] = px;
    placeY[slot] = py;
  };
  const finish = () => {
    let before = -1;
    for (const slot of [0, 1, 2, 3].sort((a, b) => index[a]! - index[b]!)) {
      if (index[slot] !== before) piece.push(placeX[slot]!, placeY[slot]!);
      before = index[slot]!;
    }
  };
  for (let i = 0; i < xs.length; ++i) {
    const px = x(xs[i]!);
    const py = y(ys[i]!);
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      if (Number.isFinite(ys[i]!)) ++nowhere;
      gap = true;
      continue;
    }
    if (Math.floor(px) !== column) {
      if (!Number.isNaN(column)) finish();
      if (gap && piece.length > 0) {
        pieces.push(piece);
        piece = [];
      }
      column = Math.floor(px);
      for (let slot = 0; slot < 4; ++slot) put(slot, i, px, py);
    } else {
      if (py < placeY[1]!) put(1, i, px, py);
      if (py > placeY[2]!) put(2, i, px, py);
      put(3, i, px, py);
    }
    gap = false;
  }
  if (!Number.isNaN(column)) finish();
  if (piece.length > 0) pieces.push(piece);
  return { pieces, nowhere };
}

/** The `d` of an SVG path; a point alone becomes a dot where line ends are round. */
export function pathOf(pieces: number[][]): string {
  const text: string[] = [];
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i += 2)
      text.push(`${i === 0 ? 'M' : 'L'}${piece[i]!.toFixed(1)},${piece[i + 1]!.toFixed(1)}`);
    if (piece.length === 2) text.push('h0');
  }
  return text.join('');
}
