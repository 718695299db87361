// SPDX-License-Identifier: Apache-2.0
// Finds a token of the texts by its letters.
import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import { type Both, say } from '../../shared/language.ts';
import { inDigits } from '../../shared/numbers.ts';
import { chooseToken, pass, view } from '../state.ts';
import { tokenLabel, tokenText } from '../token_text.ts';

const words = {
  title: { en: 'Find a token', fa: 'یافتن توکن' },
  none: { en: 'No token of the text holds that.', fa: 'هیچ توکنی از متن این را ندارد.' },
  close: { en: 'Close', fa: 'بستن' },
} satisfies Record<string, Both>;

const shownMost = 40;

export function Find({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const [wanted, setWanted] = useState('');
  const v = view.value!;
  const found = v
    .pass(pass.value)
    .sequences.flatMap((sequence) => sequence.tokens.map((_, i) => ({ sequence, i })))
    .filter(
      ({ sequence, i }) =>
        wanted !== '' && tokenText(v.index, sequence, i).toLowerCase().includes(wanted.toLowerCase()),
    )
    .slice(0, shownMost);
  const choose = ({ sequence, i }: (typeof found)[number]) => {
    chooseToken(sequence.stack, i);
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="find-title">
      <h2 id="find-title">{say(words.title)}</h2>
      <form
        class="controls"
        onSubmit={(event) => {
          event.preventDefault();
          if (found[0]) choose(found[0]);
        }}
      >
        <input
          type="search"
          dir="auto"
          aria-labelledby="find-title"
          value={wanted}
          onInput={(event) => setWanted((event.target as HTMLInputElement).value)}
        />
      </form>
      <div class="controls">
        {found.map((place) => (
          <button key={`${place.sequence.stack}${place.i}`} type="button" onClick={() => choose(place)}>
            <bdi>{tokenLabel(v.index, place.sequence, place.i)}</bdi> <sub>{inDigits(place.i)}</sub>
          </button>
        ))}
      </div>
      {wanted !== '' && found.length === 0 && <p>{say(words.none)}</p>}
      <button type="button" onClick={() => dialog.current?.close()}>
        {say(words.close)}
      </button>
    </dialog>
  );
}
