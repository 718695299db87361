// SPDX-License-Identifier: Apache-2.0
// Which charts the page has: those of every run of training, and one for each further number that a run has written.
import { useEffect, useState } from 'preact/hooks';
import { say } from '../shared/language.ts';
import { terms } from '../shared/terms.ts';
import { theme } from '../shared/theme.ts';
import { depthColour, runColour, runDash } from './colours.ts';
import { type Series, seriesNamed, seriesNames } from './data.ts';
import type { Run } from './format.ts';
import { lossNotes } from './losses.ts';
import { Panel, type PanelSpec } from './panel.tsx';
import { change, layerKinds, view } from './state.ts';
import { scoreName, words } from './words.ts';

const ownPanels = ['loss', 'validation.loss', 'learning_rate', 'gradient_norm', 'items_per_second'];
const axesOnly = ['epoch', 'items', 'seconds'];

/** Scores of which a small difference matters over a wide range. */
const wide = /perplexity|loss/;

function lossPanel(runs: Run[]): PanelSpec {
  const single = runs.length === 1;
  return {
    id: 'loss',
    title: say(words.loss),
    help: say(words.lossHelp),
    notes: lossNotes(runs.filter((_, r) => !view.value.hidden.includes(r))),
    series: [...seriesNamed(runs, 'loss'), ...seriesNamed(runs, 'validation.loss')],
    logY: true,
    marks: true,
    look: (series) => {
      const validation = series.name !== 'loss';
      return {
        label: say(validation ? terms.validation : terms.training),
        rings: validation,
        colour: runColour(single && validation ? 1 : series.run, theme.value),
        dash: runDash(series.run),
      };
    },
  };
}

function plainPanel(
  runs: Run[],
  id: string,
  names: { title: string; help: string },
  more: Partial<PanelSpec>,
): PanelSpec {
  return { id, ...names, series: seriesNamed(runs, id), logY: false, ...more };
}

/** The limits to which gradients are clipped, each once. */
function clipGuides(runs: Run[]) {
  const limits = [...new Set(runs.map((run) => run.clip).filter((clip) => clip > 0))];
  return limits.map((y) => ({ y, label: `${say(words.clip)} ${y}` }));
}

export function panelsOf(runs: Run[]): PanelSpec[] {
  const names = seriesNames(runs, 'metrics').filter((name) => !axesOnly.includes(name));
  const scores = names.filter((name) => name.startsWith('validation.') && !ownPanels.includes(name));
  const others = names.filter((name) => !name.startsWith('validation.') && !ownPanels.includes(name));
  const dashed = (series: Series) => ({ dash: runDash(series.run) });
  const panels = [
    lossPanel(runs),
    ...scores.map((id) =>
      plainPanel(
        runs,
        id,
        { title: say(words.validation, scoreName(id.slice('validation.'.length))), help: say(words.validationHelp) },
        { logY: wide.test(id), look: (series) => ({ rings: true, ...dashed(series) }) },
      ),
    ),
    plainPanel(
      runs,
      'gradient_norm',
      { title: say(words.norm), help: say(words.normHelp) },
      { logY: true, guides: clipGuides(runs), look: dashed },
    ),
    plainPanel(
      runs,
      'learning_rate',
      { title: say(words.rate), help: say(words.rateHelp) },
      { look: (series) => ({ plain: true, ...dashed(series) }) },
    ),
    plainPanel(runs, 'items_per_second', { title: say(words.speed), help: say(words.speedHelp) }, { look: dashed }),
    ...others.map((id) => plainPanel(runs, id, { title: id, help: say(words.otherHelp) }, { look: dashed })),
  ];
  return [...panels.filter((panel) => panel.series.length > 0), ...layersPanel(runs)];
}

/** The sizes that `--log-layers` writes, of one run at a time: a curve for each part of the model. */
function layersPanel(runs: Run[]): PanelSpec[] {
  const logged = runs.flatMap((run, r) => (run.tables.some((table) => table.kind === 'layers') ? [r] : []));
  if (logged.length === 0) return [];
  const of = logged.includes(view.value.layersOf) ? view.value.layersOf : logged[0]!;
  const kind = view.value.layers;
  const names = seriesNames([runs[of]!], 'layers').filter((name) => name.startsWith(`${kind}/`));
  const part = (name: string) => name.slice(kind.length + 1);
  return [
    {
      id: 'layers',
      title: say(words.layers),
      help: say(words.layersHelp[kind]),
      series: names.flatMap((name) => seriesNamed(runs, name, 'layers')).filter((series) => series.run === of),
      logY: true,
      wide: true,
      guides: kind === 'update' ? [{ y: 1e-3, label: '10⁻³' }] : [],
      look: (series) => ({
        label: part(series.name),
        colour: depthColour(names.indexOf(series.name), names.length, theme.value),
      }),
      controls: (
        <div class="controls">
          {layerKinds.map((one) => (
            <button
              key={one}
              type="button"
              class="small"
              aria-pressed={one === kind}
              onClick={() => change({ layers: one })}
            >
              {say(words.layerKinds[one])}
            </button>
          ))}
          {logged.length > 1 && (
            <label>
              {say(words.ofRun)}{' '}
              <select value={of} onChange={(event) => change({ layersOf: Number(event.currentTarget.value) })}>
                {logged.map((r) => (
                  <option key={r} value={r}>
                    {runs[r]!.name}
                  </option>
                ))}
              </select>
            </label>
          )}
          <PartsLegend parts={names.map(part)} />
        </div>
      ),
    },
  ];
}

/** The names of the parts with their colours, first and last only where there are many. */
function PartsLegend({ parts }: { parts: string[] }) {
  const shown = parts.length <= 8 ? parts : [parts[0]!, parts[Math.floor(parts.length / 2)]!, parts.at(-1)!];
  return (
    <ul class="parts" dir="ltr">
      {shown.map((part, i) => (
        <li key={part}>
          <i style={{ background: depthColour(parts.indexOf(part), parts.length, theme.value) }} />
          {part}
          {parts.length > 8 && i < shown.length - 1 ? ' …' : ''}
        </li>
      ))}
    </ul>
  );
}

/** The charts are drawn one after the other, the first at once, so that long runs show something soon. */
export function Panels({ runs }: { runs: Run[] }) {
  const panels = panelsOf(runs);
  const [drawn, setDrawn] = useState(1);
  useEffect(() => {
    if (drawn >= panels.length) return;
    const timer = setTimeout(() => setDrawn(drawn + 1), drawn === 1 ? 60 : 0);
    return () => clearTimeout(timer);
  }, [drawn, panels.length]);
  if (panels.length === 0) return <p class="note">{say(words.noNumbers)}</p>;
  return (
    <div class="panels">
      {panels.map((spec, i) => (
        <Panel key={spec.id} runs={runs} spec={spec} waits={i >= drawn} />
      ))}
    </div>
  );
}
