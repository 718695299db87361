// SPDX-License-Identifier: Apache-2.0
// Starts the page of `hodhod look`.
import { render } from 'preact';
import { language, languageOfBrowser } from '../shared/language.ts';
import { start } from '../shared/start.ts';
import { View } from './index_view.ts';
import './pictures.css';
import './sections.css';
import './look.css';
import { goTo } from './map.tsx';
import { Page, Unreadable } from './page.tsx';
import { begin, section } from './state.ts';
import { readIndex, rowsOf } from './store.ts';

const index = readIndex();
const readable = index?.format === 'hodhod-look' && index.version === 1;
if (readable) begin(new View(index));
else language.value = languageOfBrowser();
start();
render(readable ? <Page /> : <Unreadable index={index} />, document.getElementById('app')!);
if (readable) {
  performance.mark('first-picture');
  if (section.value) goTo(section.value);
  offerNumbers(new View(index));
}

/** In the browser's console: `await hodhod.tensor('decoder.layer.0.output')`, and `hodhod.index` for the names. */
function offerNumbers(view: View): void {
  const tensor = async (name: string, pass = 0) => {
    const info = view.find(pass, name);
    if (!info) throw new Error(`there is no tensor ${name} in this page`);
    return (await rowsOf(info)).values;
  };
  Object.assign(globalThis, { hodhod: { index: view.index, tensor } });
}
