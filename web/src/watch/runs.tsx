// SPDX-License-Identifier: Apache-2.0
// A card for each run: its curve's colour, how it stands, how long it still takes.
import { say } from '../shared/language.ts';
import { theme } from '../shared/theme.ts';
import { at, durationText } from './axis.ts';
import { runColour, runDash } from './colours.ts';
import { lastOf, lastStep, seriesNamed, stepsOf, valuesOf } from './data.ts';
import type { Run } from './format.ts';
import { change, view } from './state.ts';
import { stateWords, words } from './words.ts';

/** Seconds until the end, by the speed over the last tenth of the steps and the limit of time; undefined: unknown. */
export function secondsLeft(run: Run): number | undefined {
  if (run.state !== 'running') return undefined;
  const now = lastOf(run, 'seconds');
  if (!now) return undefined;
  const limit = run.minutes > 0 ? Math.max(0, run.minutes * 60 - now.value) : Number.POSITIVE_INFINITY;
  const longest = seriesNamed([run], 'seconds').sort((a, b) => b.table.rows - a.table.rows)[0]!;
  const [steps, values] = [stepsOf(longest.table), valuesOf(longest.column)];
  if (!steps || !values) return undefined;
  const since = Math.max(0.9 * now.step, steps[0] ?? 0);
  const pace = (now.value - at({ steps, values }, since)) / (now.step - since);
  const left = run.steps > now.step && pace > 0 ? pace * (run.steps - now.step) : Number.POSITIVE_INFINITY;
  const first = Math.min(left, limit);
  return Number.isFinite(first) ? first : undefined;
}

function Card({ run, r, several }: { run: Run; r: number; several: boolean }) {
  const { hidden } = view.value;
  const shown = !hidden.includes(r);
  const step = lastStep(run);
  const spent = lastOf(run, 'seconds');
  const left = secondsLeft(run);
  const best = run.marks.findLast((mark) => mark.mark === 'best');
  const skipped = run.marks.reduce((n, mark) => n + (mark.mark === 'skipped' ? (mark.count ?? 1) : 0), 0);
  const resumed = run.marks.filter((mark) => mark.mark === 'resumed').length;
  const share = run.steps > 0 ? Math.min(1, step / run.steps) : undefined;
  const toggle = () => change({ hidden: shown ? [...hidden, r] : hidden.filter((other) => other !== r) });
  return (
    <li class={`card ${shown ? '' : 'off'}`}>
      <div class="card-head">
        <svg width="26" height="12" aria-hidden="true">
          <line
            x1="1"
            x2="25"
            y1="6"
            y2="6"
            stroke={runColour(r, theme.value)}
            stroke-width="3"
            stroke-linecap="round"
            stroke-dasharray={runDash(r)}
          />
        </svg>
        <b>
          <bdi>{run.name}</bdi>
        </b>
        {run.task && (
          <bdi class="muted" lang="en">
            {run.task}
          </bdi>
        )}
        {several && (
          <input
            type="checkbox"
            class="show"
            checked={shown}
            aria-label={say(words.show, run.name)}
            onChange={toggle}
          />
        )}
      </div>
      {share !== undefined && (
        <div class="progress" aria-hidden="true">
          <i style={{ width: `${(100 * share).toFixed(1)}%`, background: runColour(r, theme.value) }} />
        </div>
      )}
      <p>
        <span class={`state ${run.state}`}>{say(stateWords[run.state])}</span> {say(words.stepOf, step, run.steps)}
        {spent && (
          <>
            {' · '}
            <bdi dir="ltr">{durationText(spent.value)}</bdi>
          </>
        )}
        {left !== undefined && <b> · {say(words.left, `\u2068${durationText(left)}\u2069`)}</b>}
      </p>
      <p class="muted">
        {[
          best?.note && say(words.best, best.note, best.step),
          run.parameters > 0 && say(words.parameters, run.parameters),
          resumed > 0 && say(words.resumed, resumed),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {skipped > 0 && <p class="warn">{say(words.skipped, skipped)}</p>}
      {run.unread.map((unread) => (
        <p class="warn" key={unread.file}>
          {say(words.unread, unread.lines, unread.file, unread.first)} <bdi dir="auto">{unread.why}</bdi>
        </p>
      ))}
    </li>
  );
}

export function Runs({ runs }: { runs: Run[] }) {
  const tokenizers = new Set(runs.map((run) => run.tokenizer).filter(Boolean));
  return (
    <>
      <ul class="cards">
        {runs.map((run, r) => (
          <Card key={run.name} run={run} r={r} several={runs.length > 1} />
        ))}
      </ul>
      {tokenizers.size > 1 && <p class="warn">{say(words.tokenizers)}</p>}
    </>
  );
}
