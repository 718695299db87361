// SPDX-License-Identifier: Apache-2.0
// The keys of the page.
import type { RefObject } from 'preact';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';

const words = {
  title: { en: 'Keys', fa: 'کلیدهای میانبر' },
  arrows: {
    en: 'in a text: to the token beside; in a picture: to the cell beside',
    fa: 'در متن: به توکن کناری؛ در تصویر: به خانهٔ کناری',
  },
  enter: { en: 'keeps what is pointed at; Escape lets go', fa: 'آنچه را به آن اشاره شده نگه می‌دارد؛ Escape رها می‌کند' },
  heads: { en: 'head before, next head', fa: 'سر پیشین، سر بعدی' },
  layers: {
    en: 'layer before, next layer (also Page Up and Page Down in the attention section)',
    fa: 'لایهٔ پیشین، لایهٔ بعدی (در بخش توجه، Page Up و Page Down هم)',
  },
  step: { en: 'next of the five steps', fa: 'گام بعدی از پنج گام' },
  shape: { en: 'weights as a matrix, or as arcs', fa: 'وزن‌ها به شکل ماتریس، یا کمان' },
  language: { en: 'Persian or English', fa: 'فارسی یا انگلیسی' },
  theme: { en: 'light or dark', fa: 'روشن یا تیره' },
  find: { en: 'finds a token', fa: 'یافتن توکن' },
  help: { en: 'this help', fa: 'همین راهنما' },
  link: {
    en: 'The address of the page holds what is chosen: keep it to come back to the same picture.',
    fa: 'نشانی صفحه آنچه را برگزیده‌اید در خود دارد: نگهش دارید تا به همین تصویر بازگردید.',
  },
  close: { en: 'Close', fa: 'بستن' },
} satisfies Record<string, Both>;

const keys: [string, Both][] = [
  ['← → ↑ ↓', words.arrows],
  ['Enter', words.enter],
  ['[ ]', words.heads],
  ['{ }', words.layers],
  ['m', words.step],
  ['v', words.shape],
  ['l', words.language],
  ['t', words.theme],
  ['/', words.find],
  ['?', words.help],
];

export function Help({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title">
      <h2 id="help-title">{say(words.title)}</h2>
      <dl>
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt dir="ltr">
              <kbd>{key}</kbd>
            </dt>
            <dd>{say(text)}</dd>
          </div>
        ))}
      </dl>
      <p class="picture-note">{say(words.link)}</p>
      <button type="button" onClick={() => dialog.current?.close()}>
        {say(words.close)}
      </button>
    </dialog>
  );
}
