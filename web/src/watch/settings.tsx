// SPDX-License-Identifier: Apache-2.0
// What the runs were begun with: first what differs between them, then all of it.
import { comma, say } from '../shared/language.ts';
import { bytes } from '../shared/numbers.ts';
import type { Run } from './format.ts';
import { words } from './words.ts';

export interface SettingRow {
  name: string;
  values: (string | undefined)[]; // of each run; undefined: it has no such setting
}

/** Every setting of every run, by name; those of the model after those of training. */
export function settingRows(runs: Run[]): SettingRow[] {
  const lists = runs.map((run) => [
    ...run.options,
    ...run.model.map(({ name, value }) => ({ name: `model ${name}`, value })),
  ]);
  const names = [...new Set(lists.flatMap((list) => list.map((setting) => setting.name)))];
  return names.map((name) => ({ name, values: lists.map((list) => list.find((one) => one.name === name)?.value) }));
}

export function differs(row: SettingRow): boolean {
  return row.values.some((value) => value !== row.values[0]);
}

const unimportant = new Set(['out', 'restart', 'overwrite', 'profile']);

function Rows({ rows, runs, name }: { rows: SettingRow[]; runs: Run[]; name: string }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={name} dir="ltr">
      <table class="settings">
        {runs.length > 1 && (
          <thead>
            <tr>
              <td />
              {runs.map((run) => (
                <th key={run.name} scope="col">
                  <bdi>{run.name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {row.values.map((value, r) => (
                <td key={r}>
                  <bdi>{value ?? '–'}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Settings({ runs }: { runs: Run[] }) {
  const rows = settingRows(runs).filter((row) => !unimportant.has(row.name));
  const different = runs.length > 1 ? rows.filter(differs) : [];
  return (
    <section class="panel wide" aria-labelledby="settings">
      <header>
        <h2 id="settings">{say(words.settings)}</h2>
      </header>
      {different.length > 0 && (
        <>
          <p class="muted help">{say(words.settingsHelp)}</p>
          <Rows rows={different} runs={runs} name={say(words.differing)} />
        </>
      )}
      {runs.map((run) => (
        <div key={run.name} class="origin">
          {runs.length > 1 && (
            <h3>
              <bdi>{run.name}</bdi>
            </h3>
          )}
          {run.command && (
            <p>
              {say(words.command)}: <code dir="ltr">{run.command}</code>
            </p>
          )}
          {run.data.length > 0 && (
            <p>
              {say(words.data)}:{' '}
              {run.data.map((file, i) => (
                <span key={i}>
                  {i > 0 && say(comma)}
                  <bdi>{file.name}</bdi> ({bytes(file.bytes)})
                </span>
              ))}
            </p>
          )}
        </div>
      ))}
      {rows.length > 0 && (
        <details class="numbers">
          <summary>{say(words.all, rows.length)}</summary>
          <Rows rows={rows} runs={runs} name={say(words.settings)} />
        </details>
      )}
    </section>
  );
}
