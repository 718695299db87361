// SPDX-License-Identifier: Apache-2.0
// The page of `hodhod watch`.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { languageOfBrowser, say } from '../shared/language.ts';
import { start } from '../shared/start.ts';
import { Switches, switchLanguage } from '../shared/switches.tsx';
import { switchTheme } from '../shared/theme.ts';
import { Controls } from './controls.tsx';
import { damaged, readIndex } from './data.ts';
import type { Index } from './format.ts';
import { Panels } from './panels.tsx';
import { Runs } from './runs.tsx';
import { Samples } from './samples.tsx';
import { Settings } from './settings.tsx';
import { change, followHash, view } from './state.ts';
import { words } from './words.ts';
import './watch.css';

function Head({ index }: { index: Index | undefined }) {
  const { paused } = view.value;
  return (
    <header class="head">
      <h1>{say(words.title)}</h1>
      {index?.follow && (
        <span class="live">
          <i aria-hidden="true" class={paused ? 'resting' : ''} /> {say(words.live, index.follow)}
          <button type="button" class="small" onClick={() => change({ paused: !paused })}>
            {say(paused ? words.goOn : words.pause)}
          </button>
        </span>
      )}
      <Switches />
    </header>
  );
}

function Page({ index }: { index: Index | undefined }) {
  const runs = index?.runs ?? [];
  const readable = typeof DecompressionStream !== 'undefined';
  return (
    <>
      <Head index={index} />
      <main>
        {index?.note && (
          <p class="page-note" dir="auto">
            {index.note}
          </p>
        )}
        {!readable && <p class="warn">{say(words.old)}</p>}
        {damaged.value && <p class="warn">{say(words.damaged, damaged.value)}</p>}
        {runs.length === 0 ? (
          <p>{say(words.empty)}</p>
        ) : (
          <>
            <Runs runs={runs} />
            <Controls />
            <Panels runs={runs} />
            <Samples runs={runs} />
            <Settings runs={runs} />
          </>
        )}
        {index && <footer class="muted">{say(words.about, index.program)}</footer>}
      </main>
    </>
  );
}

/** The page asks for itself again, unless the reader has stopped it or does not look at it. */
function showAnew(seconds: number): void {
  const again = () => {
    if (!view.value.paused && document.visibilityState === 'visible') location.reload();
    else setTimeout(again, 1000);
  };
  setTimeout(again, 1000 * seconds);
}

function keys(event: KeyboardEvent): void {
  const within = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(within.tagName)) return;
  if (event.key === 'l') switchLanguage();
  else if (event.key === 't') switchTheme();
}

start();
const index = readIndex();
followHash(index && index.language !== 'auto' ? index.language : languageOfBrowser());
effect(() => {
  const names = index?.runs.map((run) => run.name).join(', ');
  document.title = [names, say(words.title)].filter(Boolean).join(' · ');
});
addEventListener('keydown', keys);
if (index?.follow) showAnew(index.follow);
render(<Page index={index} />, document.getElementById('app')!);
