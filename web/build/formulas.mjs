// SPDX-License-Identifier: Apache-2.0
// A Vite plugin: a file NAME.tex of lines `key: formula` becomes a module whose default export maps each key to
// MathML. `@name@` in a formula is a place that the page fills with a number of the model.
import temml from 'temml';

export function parseFormulas(text) {
  const formulas = {};
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('%')) continue;
    const match = /^([a-z_]+): (.+)$/.exec(line);
    if (!match) throw new Error(`line ${i + 1} of a file of formulas is not "key: formula": ${line}`);
    // The policy of the page allows no style attribute, and none is needed.
    const mathml = temml.renderToString(match[2].replaceAll(/@([a-z]+)@/g, '\\mathrm{QQ$1QQ}'), { displayMode: true });
    formulas[match[1]] = mathml.replaceAll(/ style="[^"]*"/g, '').replaceAll(/QQ([a-z]+)QQ/g, '@$1@');
  }
  return formulas;
}

export function formulas() {
  return {
    name: 'hodhod-formulas',
    transform(code, id) {
      if (!id.endsWith('.tex')) return;
      return { code: `export default ${JSON.stringify(parseFormulas(code))};`, map: null };
    },
  };
}
