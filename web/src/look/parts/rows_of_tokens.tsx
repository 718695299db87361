// SPDX-License-Identifier: Apache-2.0
// A tensor [T, C] as a picture: a row for each token, a column for each channel.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { type Scale, signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count } from '../../shared/numbers.ts';
import type { TensorInfo } from '../format.ts';
import type { Stack } from '../index_view.ts';
import { numberOf } from '../index_view.ts';
import { chooseToken, pass, pointed, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { Matrix } from './matrix.tsx';
import { Picture } from './picture.tsx';

const words = {
  channel: { en: 'channel', fa: 'کانال' },
  cell: {
    en: (token: string, unit: string, c: number) => `“${token}”, ${unit} ${c}:`,
    fa: (token: string, unit: string, c: number) => `«${token}»، ${unit} ${count(c)}:`,
  },
  axis: {
    en: (unit: string, n: number) => `${unit} 0 … ${n - 1}`,
    fa: (unit: string, n: number) => `${unit} ${count(0)} … ${count(n - 1)}`,
  },
  value: { en: 'value', fa: 'مقدار' },
  token: { en: 'tokens', fa: 'توکن‌ها' },
} satisfies Record<string, Both | Both<[string, string, number]> | Both<[string, number]>>;

export function TokenRows(props: {
  stack: Stack;
  values: Float32Array; // [T, width]
  width: number;
  info?: TensorInfo | undefined;
  derived?: string | undefined;
  title: ComponentChildren;
  note?: ComponentChildren;
  unit?: string; // what a column is
  name: string; // of the saved file
  scale?: Scale;
  rows?: number[]; // indices of the tokens, all otherwise
  onPickColumn?: (column: number) => void;
  markedColumn?: number | undefined;
}) {
  const { values, width, info } = props;
  const index = view.value!.index;
  const sequence = view.value!.sequence(pass.value, props.stack)!;
  const tokens = props.rows ?? Array.from({ length: values.length / width }, (_, i) => i);
  const label = (r: number) => tokenLabel(index, sequence, tokens[r]!);
  const unit = props.unit ?? say(words.channel);
  const scale =
    props.scale ?? (info ? signedScale(numberOf(info.low), numberOf(info.high)) : signedScale(...range(values)));
  const grid = useMemo(
    () => ({ rows: tokens.length, columns: width, at: (r: number, c: number) => values[r * width + c]! }),
    [values, width, tokens.length],
  );
  const chosen = tokens.indexOf(pointedHere(props.stack) ?? tokenOf(props.stack));
  return (
    <Picture
      title={props.title}
      note={props.note}
      info={info}
      derived={props.derived}
      scale={scale}
      scaleLabel={say(words.value)}
      numbers={{
        name: props.name,
        rows: tokens.length,
        columns: width,
        row: label,
        column: (c) => c,
        cell: (r, c) => values[r * width + c]!,
      }}
    >
      <Matrix
        name={props.name}
        grid={grid}
        scale={scale}
        rowHeight={tokens.length > 128 ? 2 : tokens.length > 64 ? 6 : tokens.length > 24 ? 14 : 20}
        largest={18}
        rowLabel={label}
        rowTitle={say(words.token)}
        columnTitle={say(words.axis, unit, width)}
        describe={(r, c) => say(words.cell, label(r), unit, c)}
        markedRow={chosen >= 0 ? chosen : undefined}
        markedColumn={props.markedColumn}
        onPoint={(r) => {
          pointed.value = r === undefined ? undefined : { stack: props.stack, token: tokens[r]! };
        }}
        onPick={(r, c) => {
          chooseToken(props.stack, tokens[r]!);
          props.onPickColumn?.(c);
        }}
      />
    </Picture>
  );
}

export function pointedHere(stack: Stack): number | undefined {
  return pointed.value?.stack === stack ? pointed.value.token : undefined;
}

export function range(values: ArrayLike<number>): [number, number] {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; ++i) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high && Number.isFinite(values[i]!)) high = values[i]!;
  }
  return [low, high];
}
