// SPDX-License-Identifier: Apache-2.0
// How tokens are written on the page: as the text they came from where they came from a text, else as the vocabulary
// has them.
import { isolated, shortened, spelled, visible, visibleToken } from '../shared/bidi.ts';
import { joined } from '../shared/joining.ts';
import type { Index, Sequence } from './format.ts';
import type { Stack } from './index_view.ts';

/** The readable form of a token of the vocabulary; the encoder may have one of its own. */
export function vocabularyText(index: Index, id: number, stack: Stack = 'decoder'): string {
  const names = (stack === 'encoder' && index.source_vocabulary) || index.vocabulary;
  return names[String(id)] ?? `#${id}`;
}

/** What token i of a sequence stands for. */
export function tokenText(index: Index, sequence: Sequence, i: number): string {
  const token = sequence.tokens[i];
  if (!token) return '';
  const { begin, end } = token;
  if (token.special || token.part || begin === undefined || end === undefined || end <= begin) {
    return vocabularyText(index, token.id, sequence.stack);
  }
  return sequence.text.slice(begin, end);
}

/**
 * A short name of token i for axes and for sentences in either direction; the blank before a word is left out.
 */
export function tokenLabel(index: Index, sequence: Sequence, i: number): string {
  const text = readToken(tokenText(index, sequence, i));
  const bare = text.replace(/^␣+/, '');
  return isolated(shortened(bare === '' ? text : bare, 18));
}

/** The same for a token of the vocabulary, with its blank. */
export function vocabularyLabel(index: Index, id: number, stack: Stack = 'decoder'): string {
  return isolated(shortened(readToken(vocabularyText(index, id, stack)), 30));
}

const readToken = (text: string) => spelled(text).replaceAll(' ', '␣').replaceAll('▁', '␣');

export interface Piece {
  gap: string; // text before the piece that no token has, blanks mostly
  text: string; // with joiners
}

const made = new WeakMap<Sequence, Piece[]>();

/** The pieces of a sequence, to be set one after the other in a paragraph. */
export function pieces(index: Index, sequence: Sequence): Piece[] {
  const known = made.get(sequence);
  if (known) return known;
  const all = makePieces(index, sequence);
  made.set(sequence, all);
  return all;
}

function makePieces(index: Index, sequence: Sequence): Piece[] {
  const gaps: string[] = [];
  const texts: string[] = [];
  let place = 0;
  sequence.tokens.forEach((token, i) => {
    const placed = token.begin !== undefined && token.end !== undefined && token.end > token.begin && !token.part;
    if (placed && token.begin! >= place) {
      gaps.push(visible(sequence.text.slice(place, token.begin)));
      place = token.end!;
    } else {
      gaps.push(token.special || i === 0 ? ' ' : '');
    }
    texts.push(tokenText(index, sequence, i));
  });
  const separated = texts.map((text, i) => (gaps[i] !== '' && i > 0 ? `\n${text}` : text));
  const shown = joined(separated).map((text) => text.replace(/^\n/, ''));
  return shown.map((text, i) => ({ gap: gaps[i]!, text: readable(text) }));
}

// The joiner that `joined` adds must stay as it is.
function readable(text: string): string {
  const before = text.startsWith('\u200d') ? '\u200d' : '';
  const after = text.length > 1 && text.endsWith('\u200d') ? '\u200d' : '';
  return before + visibleToken(text.slice(before.length, text.length - after.length)) + after;
}
