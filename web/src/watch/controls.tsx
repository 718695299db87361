// SPDX-License-Identifier: Apache-2.0
// What all charts share: the horizontal axis and the smoothing.
import { say } from '../shared/language.ts';
import { decimal } from '../shared/numbers.ts';
import { type Axis, axes, change, view } from './state.ts';
import { words } from './words.ts';

const axisWords = { step: words.byStep, relative: words.byRelative, time: words.byTime, items: words.byItems } as const;

export function Controls() {
  const { axis, logX, smoothing } = view.value;
  return (
    <div class="controls shared-controls">
      <label>
        {say(words.axis)}{' '}
        <select value={axis} onChange={(event) => change({ axis: event.currentTarget.value as Axis })}>
          {axes.map((one) => (
            <option key={one} value={one}>
              {say(axisWords[one])}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={logX}
          aria-label={`${say(words.axis)}: ${say(words.logarithmic)}`}
          onChange={() => change({ logX: !logX })}
        />{' '}
        {say(words.logarithmic)}
      </label>
      <label class="slider" title={say(words.smoothingHelp)}>
        <span>
          {say(words.smoothing)} <b>{decimal(smoothing, 2)}</b>
        </span>
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing}
          onInput={(event) => change({ smoothing: Number(event.currentTarget.value) })}
        />
      </label>
    </div>
  );
}
