// SPDX-License-Identifier: Apache-2.0
// Keeps the letters of a word joined when it is shown in pieces. A browser gives the letters of a padded span their
// isolated or final form, so «کتابها» in two pieces would read as two words. A zero-width joiner on both sides of a
// border between joining letters restores the forms (Unicode 15, section 9.2).

const joiner = '\u200d';
const mark = /^\p{M}$/u;

// Joining_Type=Right_Joining of the Arabic block: such a letter joins the one before it, never the one after.
const rightJoining = new Set(
  [
    [0x622, 0x625],
    [0x627, 0x627],
    [0x629, 0x629],
    [0x62f, 0x632],
    [0x648, 0x648],
    [0x671, 0x673],
    [0x675, 0x677],
    [0x688, 0x699],
    [0x6c0, 0x6c0],
    [0x6c3, 0x6cb],
    [0x6cd, 0x6cd],
    [0x6cf, 0x6cf],
    [0x6d2, 0x6d3],
    [0x6d5, 0x6d5],
    [0x6ee, 0x6ef],
  ].flatMap(([first, last]) => Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)),
);
const notJoining = new Set([0x621, 0x674, 0x6dd]);

/** Joins the letter that follows. */
export function joinsForward(character: string): boolean {
  const code = character.codePointAt(0)!;
  if (code === 0x200d || code === 0x640) return true;
  return isJoiningLetter(code) && !rightJoining.has(code);
}

/** Joins the letter before. */
export function joinsBackward(character: string): boolean {
  const code = character.codePointAt(0)!;
  return code === 0x200d || code === 0x640 || isJoiningLetter(code);
}

function isJoiningLetter(code: number): boolean {
  if (code < 0x620 || code > 0x6ff || notJoining.has(code)) return false;
  return /^\p{L}$/u.test(String.fromCodePoint(code));
}

/** Whether letters join across the border between two pieces. Marks are skipped. */
export function joinsAcross(before: string, after: string): boolean {
  const last = [...before].reverse().find((c) => !mark.test(c));
  const first = [...after].find((c) => !mark.test(c));
  return last !== undefined && first !== undefined && joinsForward(last) && joinsBackward(first);
}

/** The pieces of a text, with joiners at the borders that lie inside a joined word. */
export function joined(pieces: readonly string[]): string[] {
  const shown = [...pieces];
  for (let i = 1; i < pieces.length; ++i) {
    if (!joinsAcross(pieces[i - 1]!, pieces[i]!)) continue;
    shown[i - 1] += joiner;
    shown[i] = joiner + shown[i];
  }
  return shown;
}
