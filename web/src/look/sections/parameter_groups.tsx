// SPDX-License-Identifier: Apache-2.0
// Section 8: how large the gradient is at the parameters of each part of the model.
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, short } from '../../shared/numbers.ts';
import type { ParameterGroup } from '../format.ts';
import { numberOf } from '../index_view.ts';
import { type GroupPlace, logShare, placeOfGroup, seriesOf } from '../parameter_groups.ts';
import { Curve } from '../parts/curve.tsx';
import { Picture } from '../parts/picture.tsx';

const words = {
  title: { en: 'Gradients of the parameters', fa: 'گرادیان پارامترها' },
  note: {
    en: 'Length of the gradient at all numbers of a part together: where a step of training on this answer would change the model most. On a log axis.',
    fa: 'طول گرادیان در همهٔ عددهای یک بخش با هم: جایی که یک گام آموزش با این پاسخ مدل را بیش از همه تغییر می‌دهد. محور لگاریتمی است.',
  },
  program: { en: 'computed by the program', fa: 'برنامه آن را حساب کرده است' },
  byLayer: { en: 'by layer', fa: 'بر پایهٔ لایه' },
  part: { en: 'part', fa: 'بخش' },
  parameters: { en: 'parameters', fa: 'پارامترها' },
  layer: { en: (l: number) => `layer ${l}`, fa: (l: number) => `لایهٔ ${count(l)}` },
  embedding: { en: 'embedding', fa: 'جاسازی' },
  source_embedding: { en: 'source embedding', fa: 'جاسازی متن مبدأ' },
  position: { en: 'positions', fa: 'موقعیت‌ها' },
  self_attention: { en: 'self-attention', fa: 'خودتوجهی' },
  cross_attention: { en: 'cross-attention', fa: 'توجه متقاطع' },
  feed_forward: { en: 'feed-forward', fa: 'پیش‌خور' },
  norm: { en: 'norms', fa: 'نرمال‌سازی‌ها' },
  oneNorm: { en: 'norm', fa: 'نرمال‌سازی' },
  final_norm: { en: 'final norm', fa: 'نرمال‌سازی پایانی' },
  forward: { en: 'forward', fa: 'پیش‌رو' },
  reverse: { en: 'backward', fa: 'پس‌رو' },
  encoder: { en: 'encoder', fa: 'رمزگذار' },
  decoder: { en: 'decoder', fa: 'رمزگشا' },
  input: { en: 'input weights', fa: 'وزن‌های ورودی' },
  input_reverse: { en: 'input weights, backward', fa: 'وزن‌های ورودی، پس‌رو' },
  hidden: { en: 'recurrent weights', fa: 'وزن‌های بازگشتی' },
  hidden_reverse: { en: 'recurrent weights, backward', fa: 'وزن‌های بازگشتی، پس‌رو' },
  projection: { en: 'projection', fa: 'تصویر حالت پنهان' },
  projection_reverse: { en: 'projection, backward', fa: 'تصویر حالت پنهان، پس‌رو' },
  output: { en: 'output', fa: 'خروجی' },
  output_bias: { en: 'output bias', fa: 'بایاس خروجی' },
  relative: { en: 'relative positions', fa: 'موقعیت‌های نسبی' },
} satisfies Record<string, Both | Both<[number]>>;

const named = (key: string): string => {
  const known = (words as Record<string, Both | Both<[number]>>)[key];
  return known && key !== 'layer' ? say(known as Both) : key;
};

/** "decoder · layer 0 · self-attention"; names that are not known stay as they are. */
function nameOf({ stack, layer, part, normOf }: GroupPlace, several: boolean): string {
  return [
    several && stack && named(stack),
    layer !== undefined && say(words.layer, layer),
    normOf && named(normOf),
    normOf ? say(words.oneNorm) : part && named(part),
  ]
    .filter(Boolean)
    .join(' · ');
}

export function ParameterGroups({ groups }: { groups: ParameterGroup[] }) {
  const places = groups.map(({ name }) => placeOfGroup(name));
  const stacks = [...new Set(places.flatMap(({ stack }) => (stack ? [stack] : [])))];
  const several = stacks.length > 1;
  const sizes = groups.map((g) => numberOf(g.gradient));
  const columns = [words.parameters, { en: '‖g‖', fa: '‖g‖' }, { en: '‖w‖', fa: '‖w‖' }];
  const value = (r: number, c: number) =>
    c === 0 ? groups[r]!.parameters : numberOf(c === 1 ? groups[r]!.gradient : groups[r]!.weight);
  return (
    <Picture
      class="parameter-groups"
      title={say(words.title)}
      note={say(words.note)}
      derived={say(words.program)}
      numbers={{
        name: 'parameter-gradients',
        rows: groups.length,
        columns: columns.length,
        corner: say(words.part),
        row: (r) => groups[r]!.name,
        column: (c) => say(columns[c]!),
        cell: value,
      }}
    >
      <div class={several ? 'pair' : ''}>
        {stacks.map((stack) => {
          const { layers, series } = seriesOf(places, sizes, stack);
          if (layers < 2) return null;
          const title = `${several ? `${named(stack)} · ` : ''}${say(words.byLayer)}`;
          return (
            <div key={stack}>
              <h4>{title}</h4>
              <Curve
                name={`${say(words.title)}: ${title}`}
                log
                series={series.map(({ part, values }) => ({ name: named(part), values }))}
                label={(l) => say(words.layer, l)}
              />
            </div>
          );
        })}
      </div>
      <div class="table-scroll step-table" tabIndex={0} role="region" aria-label={say(words.title)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say(words.part)}</th>
              {columns.map((column) => (
                <th key={column.en} scope="col">
                  {say(column)}
                </th>
              ))}
              <th scope="col">
                <bdi dir="ltr">log₁₀ ‖g‖</bdi>
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group, r) => (
              <tr key={group.name}>
                <th scope="row">
                  <bdi title={group.name}>{nameOf(places[r]!, several)}</bdi>
                </th>
                {columns.map((column, c) => (
                  <td key={column.en}>{c === 0 ? count(value(r, c)) : short(value(r, c))}</td>
                ))}
                <td class="bar-cell">
                  <i class="bar" style={{ width: `${100 * logShare(sizes[r]!, sizes)}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Picture>
  );
}
