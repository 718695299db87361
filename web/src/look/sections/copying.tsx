// SPDX-License-Identifier: Apache-2.0
// Of a decoder that may copy: how much of each next token's probability is generated, and how much is copied.
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Picture } from '../parts/picture.tsx';
import { type Known, Recorded } from '../parts/recorded.tsx';
import { chooseToken, pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';

const words = {
  title: { en: 'Copied or generated?', fa: 'رونویسی یا تولید؟' },
  note: {
    en: 'At each step a gate g shares the probability: g for a word of the vocabulary, 1 − g for a word of the source, divided as the attention is.',
    fa: 'در هر گام دروازهٔ g احتمال را تقسیم می‌کند: سهم g برای واژه‌ای از واژگان و سهم ۱ − g برای واژه‌ای از متن مبدأ، به همان نسبتی که توجه (attention) تقسیم شده است.',
  },
  generated: { en: 'generated (g)', fa: 'تولیدشده (g)' },
  copied: { en: 'copied (1 − g)', fa: 'رونویسی‌شده (۱ − g)' },
} satisfies Record<string, Both>;

export function Copying() {
  if (!view.value!.find(pass.value, 'copy_gate')) return null;
  return <Recorded wanted={[{ name: 'copy_gate' }]}>{(gate) => <Shares gate={gate!} />}</Recorded>;
}

function Shares({ gate }: { gate: Known }) {
  const v = view.value!;
  const target = v.sequence(pass.value, 'decoder')!;
  const generated = [...gate.values];
  return (
    <Picture title={say(words.title)} note={say(words.note)} info={gate.info}>
      <Formula name="copies" />
      <Curve
        name={say(words.title)}
        series={[
          { name: say(words.generated), values: generated },
          { name: say(words.copied), values: generated.map((g) => 1 - g) },
        ]}
        label={(t) => tokenLabel(v.index, target, t)}
        chosen={tokenOf('decoder')}
        onPick={(t) => chooseToken('decoder', t)}
        direction={target.direction}
      />
    </Picture>
  );
}
