// SPDX-License-Identifier: Apache-2.0
// A text as the model gets it: one paragraph whose tokens are inline, so that the browser puts them in the order of
// the text's own direction. Arrows move as the eye does.
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { css, inkOn, type Rgb } from '../../shared/colour.ts';
import type { Sequence } from '../format.ts';
import type { Stack } from '../index_view.ts';
import { pointed, view } from '../state.ts';
import { pieces } from '../token_text.ts';

export interface StripProps {
  sequence: Sequence;
  name: string;
  chosen?: number | undefined;
  colour?: (i: number) => Rgb | undefined;
  describe?: (i: number) => string;
  onPick?: (i: number) => void;
  part?: readonly [number, number]; // first token and how many, all on one line; otherwise all of them, on several
}

export function Strip(props: StripProps) {
  const { sequence, chosen } = props;
  const id = useId();
  const list = useRef<HTMLParagraphElement>(null);
  const [from, count] = props.part ?? [0, sequence.tokens.length];
  const shown = pieces(view.value!.index, sequence).slice(from, from + count);
  const pick = (i: number) => props.onPick?.(i);
  useLayoutEffect(() => showChosen(list.current!), [chosen, sequence]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = visualNeighbour(list.current!, (chosen ?? from) - from, event.key);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    pick(from + next);
  };
  return (
    <p
      class={props.part ? 'strip one-line' : 'strip'}
      ref={list}
      dir={sequence.direction}
      role="listbox"
      aria-label={props.name}
      aria-orientation="horizontal"
      aria-activedescendant={chosen === undefined ? undefined : `${id}-${chosen}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onCopy={copyText}
    >
      {shown.map((piece, k) => {
        const i = from + k;
        return (
          <>
            {(k > 0 || from === 0) && piece.gap}
            {/* A line may break before a token that has its blank in itself. */}
            {!props.part && piece.text.startsWith('␣') && <wbr />}
            <StripToken
              key={i}
              id={`${id}-${i}`}
              i={i}
              text={piece.text}
              stack={sequence.stack}
              token={sequence.tokens[i]!}
              own={sequence.own_from !== undefined && i >= sequence.own_from}
              chosen={i === chosen}
              colour={props.colour?.(i)}
              title={props.describe?.(i)}
              pick={pick}
            />
          </>
        );
      })}
    </p>
  );
}

function StripToken(props: {
  id: string;
  i: number;
  text: string;
  stack: Stack;
  token: Sequence['tokens'][number];
  own: boolean;
  chosen: boolean;
  colour: Rgb | undefined;
  title: string | undefined;
  pick: (i: number) => void;
}) {
  const { i, stack, token, colour, chosen } = props;
  const seen = pointed.value?.stack === stack && pointed.value.token === i;
  const classes = [
    'token',
    `tone-${i % 2}`,
    chosen && 'chosen',
    seen && 'seen',
    token.special && 'special',
    token.unknown && 'unknown',
    props.own && 'own',
    colour && 'coloured',
  ];
  return (
    <span
      id={props.id}
      role="option"
      aria-selected={chosen}
      class={classes.filter(Boolean).join(' ')}
      style={colour ? { background: css(colour), color: css(inkOn(colour)) } : undefined}
      title={props.title}
      onClick={() => props.pick(i)}
      onPointerEnter={() => {
        pointed.value = { stack, token: i };
      }}
      onPointerLeave={() => {
        pointed.value = undefined;
      }}
    >
      <Written text={props.text} />
    </span>
  );
}

/** Text with a thin mark where a zero-width non-joiner stands, unless it stands alone, and with pale blanks. */
function Written({ text }: { text: string }) {
  if (text === '⟨ZWNJ⟩') return <>{text}</>;
  return (
    <>
      {text.split(/(⟨ZWNJ⟩|␣+)/).map((part, i) => {
        if (part === '⟨ZWNJ⟩')
          return (
            <i key={i} class="zwnj" role="img" aria-label="ZWNJ" title="ZWNJ">
              {'\u200c'}
            </i>
          );
        if (part.startsWith('␣'))
          return (
            <span key={i} class="blank">
              {part}
            </span>
          );
        return part;
      })}
    </>
  );
}

/** Copies text, without the joiners of its pieces and the signs for blanks. */
function copyText(event: ClipboardEvent): void {
  event.clipboardData?.setData(
    'text/plain',
    String(getSelection()).replaceAll('\u200d', '').replaceAll('⟨ZWNJ⟩', '\u200c').replaceAll('␣', ' '),
  );
  event.preventDefault();
}

/** Scrolls a long text, and nothing but it, until the chosen token is in sight. */
function showChosen(list: HTMLElement): void {
  const token = list.querySelector('.chosen');
  if (!token || list.scrollHeight <= list.clientHeight) return;
  const [box, frame] = [token.getBoundingClientRect(), list.getBoundingClientRect()];
  if (box.top >= frame.top && box.bottom <= frame.bottom) return;
  list.scrollTop += (box.top + box.bottom - frame.top - frame.bottom) / 2;
}

/** The token that stands beside another one on the page. */
function visualNeighbour(list: HTMLElement, from: number, key: string): number | undefined {
  const boxes = [...list.querySelectorAll('[role=option]')].map((element) => element.getBoundingClientRect());
  const start = boxes[from];
  if (!start) return undefined;
  if (key === 'Home') return 0;
  if (key === 'End') return boxes.length - 1;
  const middle = (box: DOMRect) => (box.left + box.right) / 2;
  const line = (box: DOMRect) => Math.abs(box.top - start.top) < start.height / 2;
  const nearest = (candidates: number[]) =>
    candidates.sort(
      (a, b) => Math.abs(middle(boxes[a]!) - middle(start)) - Math.abs(middle(boxes[b]!) - middle(start)),
    )[0];
  const all = boxes.map((_, i) => i).filter((i) => i !== from);
  const sideways = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0;
  if (sideways !== 0) {
    const beside = nearest(all.filter((i) => line(boxes[i]!) && sideways * (middle(boxes[i]!) - middle(start)) > 0));
    if (beside !== undefined) return beside;
    const forward = (getComputedStyle(list).direction === 'rtl') === sideways < 0;
    return Math.min(boxes.length - 1, Math.max(0, from + (forward ? 1 : -1)));
  }
  const vertical = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0;
  if (vertical === 0) return undefined;
  const others = all.filter((i) => vertical * (boxes[i]!.top - start.top) > start.height / 2);
  const distance = Math.min(...others.map((i) => Math.abs(boxes[i]!.top - start.top)));
  return nearest(others.filter((i) => Math.abs(Math.abs(boxes[i]!.top - start.top) - distance) < 4));
}
