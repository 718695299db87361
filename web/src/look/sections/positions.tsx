// SPDX-License-Identifier: Apache-2.0
// Section 3: what the places of the tokens add.
import { useMemo, useState } from 'preact/hooks';
import { signedScale } from '../../shared/colour.ts';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { count, inDigits, short } from '../../shared/numbers.ts';
import type { TensorInfo } from '../format.ts';
import type { Stack } from '../index_view.ts';
import { Curve } from '../parts/curve.tsx';
import { Formula } from '../parts/formula.tsx';
import { Matrix } from '../parts/matrix.tsx';
import { Picture } from '../parts/picture.tsx';
import { Recorded } from '../parts/recorded.tsx';
import { TokenRows } from '../parts/rows_of_tokens.tsx';
import { Section } from '../parts/section.tsx';
import { farthest } from '../sinusoids.ts';
import { pass, tokenOf, view } from '../state.ts';
import { tokenLabel } from '../token_text.ts';
import { Cosines, titled } from './embedding.tsx';

const words = {
  places: { en: 'How alike are two places?', fa: 'دو موقعیت چقدر به هم شبیه‌اند؟' },
  positions: { en: 'Positional encoding', fa: 'کدگذاری موقعیت' },
  sinusoidal: {
    en: 'Attention by itself sees a set, not a sequence. So a pattern of sines and cosines that tells the place is added to each vector: sines in the first half of the channels, cosines in the second.',
    fa: 'توجه به‌خودی‌خود مجموعه می‌بیند، نه دنباله. پس الگویی از سینوس و کسینوس که موقعیت را نشان می‌دهد با هر بردار جمع می‌شود: سینوس‌ها در نیمهٔ نخست کانال‌ها و کسینوس‌ها در نیمهٔ دوم.',
  },
  interleaved: {
    en: 'Attention by itself sees a set, not a sequence. So a pattern of sines and cosines that tells the place is added to each vector. They alternate over the channels, not over the words.',
    fa: 'توجه به‌خودی‌خود مجموعه می‌بیند، نه دنباله. پس الگویی از سینوس و کسینوس که موقعیت را نشان می‌دهد با هر بردار جمع می‌شود. سینوس و کسینوس در کانال‌ها یکی‌درمیان‌اند، نه در واژه‌ها.',
  },
  formulaCheck: {
    en: (x: string) => `The recorded rows differ from the formula by at most ${x}.`,
    fa: (x: string) => `سطرهای ثبت‌شده با فرمول حداکثر ${x} فرق دارند.`,
  },
  learned: {
    en: 'Attention by itself sees a set, not a sequence. So every place has a learned vector, which is added to that of the token.',
    fa: 'توجه به‌خودی‌خود مجموعه می‌بیند، نه دنباله. پس هر موقعیت بردار آموختهٔ خود را دارد که با بردار توکن جمع می‌شود.',
  },
  rotary: {
    en: 'Nothing is added to the vectors. Queries and keys are turned by an angle that grows with their place, so that a score depends on their distance.',
    fa: 'چیزی با بردارها جمع نمی‌شود. پرسش‌ها و کلیدها به اندازهٔ زاویه‌ای می‌چرخند که با موقعیتشان بزرگ می‌شود؛ پس امتیاز به فاصلهٔ آن‌ها بستگی دارد (rotary).',
  },
  bias: {
    en: 'Nothing is added to the vectors. Each head adds a number to its scores that depends on how far the key is from the query.',
    fa: 'چیزی با بردارها جمع نمی‌شود. هر سر عددی به امتیازهایش می‌افزاید که به فاصلهٔ کلید از پرسش بستگی دارد.',
  },
  keyBias: {
    en: 'Nothing is added to the vectors. Each head adds a number to its scores that depends on the place of the key alone: the softmax of a row does not change when all its scores grow alike, so this is the same as a number for each distance.',
    fa: 'چیزی با بردارها جمع نمی‌شود. هر سر عددی به امتیازهایش می‌افزاید که تنها به موقعیت کلید بستگی دارد: اگر همهٔ امتیازهای یک سطر به یک اندازه بزرگ شوند سافت‌مکسِ آن تغییر نمی‌کند، پس این همان عددی برای هر فاصله است.',
  },
  none: { en: 'This model has no positions of its own.', fa: 'این مدل کدگذاری موقعیت ندارد.' },
  added: { en: 'What the place adds', fa: 'آنچه موقعیت می‌افزاید' },
  addedDerived: {
    en: 'difference of the two recorded tensors',
    fa: 'تفاضل دو تنسور ثبت‌شده',
  },
  sum: { en: 'What the first layer takes', fa: 'آنچه به لایهٔ نخست می‌رسد' },
  wave: {
    en: (c: number) => `Channel ${c} over the text`,
    fa: (c: number) => `کانال ${count(c)} در طول متن`,
  },
  waveNote: { en: 'Choose another channel in the picture above.', fa: 'کانال دیگری را در تصویر بالا برگزینید.' },
  angles: { en: 'Cosines of the angles', fa: 'کسینوس زاویه‌ها' },
  pair: { en: 'pair', fa: 'جفت' },
  distances: { en: 'What each head adds by distance', fa: 'آنچه هر سر بر پایهٔ فاصله می‌افزاید' },
  head: { en: 'head', fa: 'سر' },
  keys: { en: 'What each head adds by key', fa: 'آنچه هر سر بر پایهٔ کلید می‌افزاید' },
  keyCell: {
    en: (h: number, key: string) => `head ${h}, key “${key}”:`,
    fa: (h: number, key: string) => `سر ${count(h)}، کلید «${key}»:`,
  },
  distanceCell: {
    en: (h: number, d: number) => `head ${h}, key ${Math.abs(d)} places ${d > 0 ? 'after' : 'before'} the query:`,
    fa: (h: number, d: number) =>
      `سر ${count(h)}، کلید ${count(Math.abs(d))} موقعیت ${d > 0 ? 'پس از' : 'پیش از'} پرسش:`,
  },
  value: { en: 'value', fa: 'مقدار' },
} satisfies Record<string, Both | Both<[string]> | Both<[number]> | Both<[number, number]> | Both<[number, string]>>;

export function PositionsSection() {
  const kind = String(view.value!.option('positions') ?? 'none');
  const values = {
    c: view.value!.number('width'),
    n: view.value!.number('max_length'),
    b: view.value!.number('rotary_base'),
    d: headSize(),
    h: Math.ceil((view.value!.number('width') ?? 0) / 2),
    o: view.value!.number('position_offset'),
  };
  const intro = {
    sinusoidal: words.sinusoidal,
    interleaved: words.interleaved,
    timing: words.sinusoidal,
    learned: words.learned,
    rotary: words.rotary,
    alibi: words.bias,
    relative: words.bias,
    'alibi-of-keys': words.keyBias,
  }[kind];
  return (
    <Section
      id="positions"
      title={words.positions}
      tone="input"
      intro={
        <>
          <p>{say(intro ?? words.none)}</p>
          {intro && <Formula name={kind.replaceAll('-', '_')} values={values} />}
        </>
      }
    >
      {view.value!.stacks().map((stack) => (
        <>
          <Added key={`${stack}-added`} stack={stack} />
          <Angles key={`${stack}-angles`} stack={stack} />
          <Distances key={`${stack}-distances`} stack={stack} />
          <ByKey key={`${stack}-keys`} stack={stack} />
        </>
      ))}
    </Section>
  );
}

export function headSize(): number | undefined {
  const v = view.value!;
  const given = v.number('head_size');
  if (given) return given;
  const [width, heads] = [v.number('width'), v.number('heads')];
  return width && heads ? width / heads : undefined;
}

function Added({ stack }: { stack: Stack }) {
  const v = view.value!;
  const recorded = `${stack}.embedding.position_rows`;
  const sum = `${stack}.embedding.positions`;
  if (v.find(pass.value, recorded)) {
    return (
      <Recorded wanted={[{ name: recorded }]}>
        {({ info, values, width }) => <Place stack={stack} added={values} width={width} info={info} />}
      </Recorded>
    );
  }
  const before = [`${stack}.embedding.token_types`, `${stack}.embedding.tokens`].find((name) =>
    v.find(pass.value, name),
  );
  if (!before || !v.find(pass.value, sum)) return null;
  return (
    <Recorded wanted={[{ name: before }, { name: sum }]}>
      {(plain, placed) => (
        <Difference plain={plain!.values} placed={placed!.values}>
          {(added) => (
            <Place
              stack={stack}
              added={added}
              width={placed!.width}
              derived={`${placed!.info.name} − ${plain!.info.name}: ${say(words.addedDerived)}`}
            />
          )}
        </Difference>
      )}
    </Recorded>
  );
}

/** What is added for each place, one channel of it as a wave, and how alike places are. */
function Place(props: { stack: Stack; added: Float32Array; width: number; info?: TensorInfo; derived?: string }) {
  const { stack, added, width } = props;
  const [channel, setChannel] = useState(0);
  const v = view.value!;
  const places = added.length / width;
  const waves = ({ sinusoidal: 'halves', interleaved: 'interleaved', timing: 'timing' } as const)[
    String(v.option('positions'))
  ];
  const sum = `${stack}.embedding.positions`;
  return (
    <>
      <TokenRows
        stack={stack}
        values={added}
        width={width}
        info={props.info}
        derived={props.derived}
        title={titled(say(words.added), stack)}
        name={`${stack}-positions`}
        onPickColumn={setChannel}
        markedColumn={channel}
      />
      {waves && (
        <p class="picture-note">
          {say(words.formulaCheck, short(farthest(added, width, waves, v.number('position_offset') ?? 0), 3))}
        </p>
      )}
      <Picture title={say(words.wave, channel)} note={say(words.waveNote)} info={props.info} derived={props.derived}>
        <Curve
          name={say(words.wave, channel)}
          series={[{ name: '', values: Array.from({ length: places }, (_, t) => added[t * width + channel]!) }]}
          label={(t) => tokenLabel(v.index, v.sequence(pass.value, stack)!, t)}
          direction={v.sequence(pass.value, stack)!.direction}
        />
      </Picture>
      {places <= 64 && <Cosines stack={stack} values={added} width={width} title={say(words.places)} />}
      {v.find(pass.value, sum) && (
        <Recorded wanted={[{ name: sum }]}>
          {(placed) => (
            <TokenRows
              stack={stack}
              values={placed.values}
              width={placed.width}
              info={placed.info}
              title={titled(say(words.sum), stack)}
              name={`${stack}-embedding-with-positions`}
            />
          )}
        </Recorded>
      )}
    </>
  );
}

function Difference(props: {
  plain: Float32Array;
  placed: Float32Array;
  children: (added: Float32Array) => preact.ComponentChildren;
}) {
  const { plain, placed } = props;
  const added = useMemo(() => placed.map((x, i) => x - plain[i]!), [plain, placed]);
  return <>{props.children(added)}</>;
}

function Angles({ stack }: { stack: Stack }) {
  const name = `${stack}.rotary`;
  if (!view.value!.find(pass.value, name)) return null;
  return (
    <Recorded wanted={[{ name }]}>
      {({ info, values, width }) => (
        <TokenRows
          stack={stack}
          values={values}
          width={width}
          info={info}
          unit={say(words.pair)}
          title={titled(say(words.angles), stack)}
          name={`${stack}-rotary`}
        />
      )}
    </Recorded>
  );
}

function Distances({ stack }: { stack: Stack }) {
  const name = `${stack}.distance_bias`;
  if (!view.value!.find(pass.value, name)) return null;
  return (
    <Recorded wanted={[{ name }]}>
      {({ info, values, width }) => {
        const queries = view.value!.sequence(pass.value, stack)!.tokens.length;
        const grid = { rows: info.rows, columns: width, at: (r: number, c: number) => values[r * width + c]! };
        const scale = signedScale(Number(info.low), Number(info.high));
        const first = info.heads?.first ?? 0;
        return (
          <Picture title={titled(say(words.distances), stack)} info={info} scale={scale} scaleLabel={say(words.value)}>
            <Matrix
              name={say(words.distances)}
              grid={grid}
              scale={scale}
              rowHeight={18}
              rowLabel={(r) => `${say(words.head)} ${inDigits(r + first)}`}
              describe={(r, c) => say(words.distanceCell, r + first, c - queries + 1)}
            />
          </Picture>
        );
      }}
    </Recorded>
  );
}

function ByKey({ stack }: { stack: Stack }) {
  const name = `${stack}.key_bias`;
  const v = view.value!;
  if (!v.find(pass.value, name)) return null;
  const label = (s: number) => tokenLabel(v.index, v.sequence(pass.value, stack)!, s);
  return (
    <Recorded wanted={[{ name }]}>
      {({ info, values, width }) => {
        const grid = { rows: info.rows, columns: width, at: (r: number, c: number) => values[r * width + c]! };
        const scale = signedScale(Number(info.low), Number(info.high));
        const first = info.heads?.first ?? 0;
        return (
          <Picture title={titled(say(words.keys), stack)} info={info} scale={scale} scaleLabel={say(words.value)}>
            <Matrix
              name={say(words.keys)}
              grid={grid}
              scale={scale}
              rowHeight={18}
              rowLabel={(r) => `${say(words.head)} ${inDigits(r + first)}`}
              columnLabel={label}
              largest={34}
              markedColumn={tokenOf(stack)}
              describe={(r, c) => say(words.keyCell, r + first, label(c))}
            />
          </Picture>
        );
      }}
    </Recorded>
  );
}
