// SPDX-License-Identifier: Apache-2.0
// The map: figure 1 of "Attention Is All You Need", drawn from this model's configuration. Every box leads to its
// section.
import type { Both } from '../shared/language.ts';
import { language, say } from '../shared/language.ts';
import { inDigits } from '../shared/numbers.ts';
import { type Term, terms } from '../shared/terms.ts';
import type { Stack } from './index_view.ts';
import { layerMix } from './layer_mix.ts';
import type { Tone } from './parts/section.tsx';
import { attentions, chooseHead, inView, section, view } from './state.ts';

const words = {
  title: { en: 'Map of this model', fa: 'نقشهٔ این مدل' },
  source: { en: 'source', fa: 'متن مبدأ' },
  target: { en: 'target, shifted', fa: 'متن مقصد' },
  text: { en: 'text', fa: 'متن' },
  again: { en: 'text, shifted', fa: 'متن، یک جا جلوتر' },
  positions: { en: 'positions', fa: 'موقعیت‌ها' },
  labels: { en: 'labels', fa: 'برچسب‌ها' },
  probabilities: { en: 'probabilities', fa: 'احتمال‌ها' },
  vectors: { en: 'vectors', fa: 'بردارها' },
  norm: { en: 'norm', fa: 'نرمال‌سازی' },
  features: { en: 'features and weights', fa: 'ویژگی‌ها و وزن‌ها' },
  counts: { en: 'counts and back-off', fa: 'شمارش و پس‌نشینی' },
  perceptron: { en: 'perceptron', fa: 'پرسپترون' },
  neighbours: { en: 'map and neighbours', fa: 'نقشه و همسایه‌ها' },
  gradients: { en: 'gradients', fa: 'گرادیان‌ها' },
  mix: { en: 'mix of layers', fa: 'آمیزهٔ لایه‌ها' },
  window: { en: 'LSTM, averaged', fa: 'LSTM با میانگین' },
  topics: { en: 'topics', fa: 'موضوع‌ها' },
  series: { en: 'series', fa: 'سری زمانی' },
  forecast: { en: 'forecast', fa: 'پیش‌بینی' },
} satisfies Record<string, Both>;

interface Box {
  text: string;
  tone: Tone;
  to: string; // a section
  attention?: [Stack, 'self_attention' | 'cross_attention'];
}

interface Tower {
  stack: Stack;
  below: Box[]; // from the input upwards
  block: Box[];
  times: number; // 0: no layers
  above: Box[];
  input: string;
  result?: string;
}

const box = (term: Term | Both, tone: Tone, to: string, attention?: Box['attention']): Box => ({
  text: say(typeof term === 'string' ? terms[term] : term),
  tone,
  to,
  ...(attention && { attention }),
});

function transformerTower(stack: Stack): Tower {
  const v = view.value!;
  const both = v.stacks().length > 1;
  const pre = v.option('norm_placement') === 'pre';
  const layers = v.number(`${stack}_layers`) ?? v.number('layers') ?? v.layers(0, stack).length;
  const causal = stack === 'decoder' || v.option('causal') === true;
  const sublayer = (inner: Box): Box[] =>
    pre ? [box(words.norm, 'norm', 'stream'), inner] : [inner, box('addNorm', 'norm', 'stream')];
  const positions = String(v.option('positions') ?? 'none');
  const added = ['sinusoidal', 'interleaved', 'timing', 'learned'].includes(positions);
  const head = v.index.model.head;
  const last = !both || stack === 'decoder';
  const above: Box[] = [];
  if (last && v.option('final_norm') === true) above.push(box(words.norm, 'norm', 'stream'));
  if (last && head !== 'none' && head !== '') {
    above.push(box('linear', 'linear', 'answer'), box('softmax', 'softmax', 'answer'));
  }
  return {
    stack,
    input: inputOf(stack),
    below: [box('embedding', 'input', 'embedding'), ...(added ? [box(words.positions, 'input', 'positions')] : [])],
    block: [
      ...sublayer(
        box(causal ? 'maskedAttention' : 'selfAttention', 'attention', 'attention', [stack, 'self_attention']),
      ),
      ...(both && stack === 'decoder'
        ? sublayer(box('crossAttention', 'attention', 'attention', [stack, 'cross_attention']))
        : []),
      ...sublayer(box('feedForward', 'feed', 'feed_forward')),
    ],
    times: layers,
    above,
    ...(last && { result: resultOf(head) }),
  };
}

/** What a stack reads. */
function inputOf(stack: Stack): string {
  const v = view.value!;
  if (v.stacks().length === 1) return say(words.text);
  const again = v.sequence(0, 'decoder')?.role === 'again';
  if (again) return say(stack === 'encoder' ? words.text : words.again);
  return say(stack === 'encoder' ? words.source : words.target);
}

function resultOf(head: string): string {
  if (head === 'classifier' || head === 'tagger') return say(words.labels);
  return head === 'none' || head === '' ? say(words.vectors) : say(words.probabilities);
}

function recurrentTower(stack: Stack): Tower {
  const v = view.value!;
  const both = v.stacks().length > 1;
  const last = !both || stack === 'decoder';
  const crossed = attentions.value.some((a) => a.stack === stack);
  const answers = !['none', ''].includes(v.index.model.head);
  return {
    stack,
    input: inputOf(stack),
    below: [box('embedding', 'input', 'embedding')],
    block: [box('recurrentNetwork', 'recurrence', 'recurrence')],
    times: v.layers(0, stack).length || (v.number('layers') ?? 1),
    above: [
      ...(crossed ? [box('attention', 'attention', 'attention', [stack, 'cross_attention'])] : []),
      ...(layerMix(v) ? [box(words.mix, 'linear', 'mix')] : []),
      ...(last && answers ? [box('linear', 'linear', 'answer'), box('softmax', 'softmax', 'answer')] : []),
    ],
    ...(last && { result: resultOf(v.index.model.head) }),
  };
}

function perceptronTower(stack: Stack): Tower {
  return {
    stack,
    input: inputOf(stack),
    below: [box('embedding', 'input', 'embedding')],
    block: [box(words.perceptron, 'feed', 'perceptron')],
    times: view.value!.layers(0, stack).length || 1,
    above: [box('linear', 'linear', 'answer'), box('softmax', 'softmax', 'answer')],
    result: resultOf(view.value!.index.model.head),
  };
}

function windowTower(stack: Stack): Tower {
  return {
    ...perceptronTower(stack),
    block: [box(words.window, 'recurrence', 'window')],
    times: view.value!.number('layers') ?? 1,
  };
}

/** A network that forecasts, or the forecast alone. */
function forecastTower(): Tower {
  const v = view.value!;
  const recurrent = v.index.tensors.some((t) => t.name.endsWith('.forward.states'));
  const attends = attentions.value.length > 0;
  const block = attends
    ? [
        box('selfAttention', 'attention', 'attention', ['encoder', 'self_attention']),
        box('feedForward', 'feed', 'feed_forward'),
      ]
    : recurrent
      ? [box('recurrentNetwork', 'recurrence', 'recurrence')]
      : [box(words.forecast, 'linear', 'forecast')];
  return {
    stack: 'encoder',
    input: say(words.series),
    below: [],
    block,
    times: v.layers(0, 'encoder').length,
    above: attends || recurrent ? [box('linear', 'linear', 'forecast')] : [],
    result: say(words.forecast),
  };
}

function towers(): Tower[] {
  const v = view.value!;
  const small = (middle: Box, result?: string): Tower[] => [
    {
      stack: 'decoder',
      input: say(words.text),
      below: [],
      block: [middle],
      times: 0,
      above: [],
      ...(result && { result }),
    },
  ];
  if (v.index.kind === 'bag') return small(box(words.features, 'linear', 'bag'), say(words.labels));
  if (v.index.kind === 'ngram') return small(box(words.counts, 'softmax', 'counting'), say(words.probabilities));
  if (v.index.kind === 'vectors') return small(box(words.neighbours, 'input', 'vectors'), say(words.vectors));
  if (v.index.kind === 'topics') return small(box(words.topics, 'softmax', 'topics'), say(words.probabilities));
  if (v.index.kind === 'forecaster') return [forecastTower()];
  const tower = {
    windowed: windowTower,
    recurrent: recurrentTower,
    perceptron: perceptronTower,
    transformer: transformerTower,
  };
  return v.stacks().map(tower[v.index.kind]);
}

const boxWidth = 132;
const boxHeight = 30;
const gap = 8;

/** Boxes with their places, from the bottom of the picture upwards. */
function placed(tower: Tower, height: number) {
  let y = height - 34;
  const stack = (boxes: Box[]) =>
    boxes.map((b) => {
      y -= boxHeight + gap;
      return { box: b, y };
    });
  const below = stack(tower.below);
  const frameBottom = y - gap;
  y -= 2 * gap;
  const block = stack(tower.block);
  const frameTop = y - gap;
  y -= 2 * gap;
  const above = stack(tower.above);
  return { boxes: [...below, ...block, ...above], frameTop, frameBottom, top: y };
}

function heightOf(tower: Tower): number {
  return 34 + (tower.below.length + tower.block.length + tower.above.length) * (boxHeight + gap) + 4 * gap + 40;
}

export function ModelMap() {
  const all = towers();
  const height = Math.max(...all.map(heightOf));
  const column = boxWidth + 46;
  const width = all.length * column + (all.length > 1 ? 28 : 4);
  const parts = all.map((tower) => ({ tower, ...placed(tower, height) }));
  return (
    <nav class="map" aria-label={say(words.title)}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        direction={language.value === 'fa' ? 'rtl' : 'ltr'}
      >
        <title>{say(words.title)}</title>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="6"
            refY="4"
            markerWidth="6"
            markerHeight="6"
            orient="auto-start-reverse"
          >
            <path d="M0 0 8 4 0 8z" class="arrow-head" />
          </marker>
        </defs>
        {parts.map((part, i) => (
          <TowerPicture key={part.tower.stack} {...part} x={i * column + 30} height={height} first={i === 0} />
        ))}
        {parts.length === 2 && <Bridge from={parts[0]!} to={parts[1]!} x={30} column={column} />}
      </svg>
    </nav>
  );
}

type Placed = ReturnType<typeof placed> & { tower: Tower };

function TowerPicture({
  tower,
  boxes,
  frameTop,
  frameBottom,
  top,
  x,
  height,
  first,
}: Placed & { x: number; height: number; first: boolean }) {
  const middle = x + boxWidth / 2;
  // Outside of the towers, away from the wire between them.
  const beside = first ? x - 15 : x + boxWidth + 23;
  return (
    <g>
      <line
        x1={middle}
        y1={height - 20}
        x2={middle}
        y2={tower.result ? top - 12 : top + 6}
        class="wire"
        marker-end="url(#arrow)"
      />
      <rect x={x - 9} y={frameTop} width={boxWidth + 18} height={frameBottom - frameTop} rx="10" class="frame" />
      {tower.times > 0 && (
        <text
          x={0}
          y={0}
          class="times"
          text-anchor="middle"
          direction="ltr"
          transform={`translate(${beside} ${(frameTop + frameBottom) / 2}) rotate(-90)`}
        >
          {inDigits(tower.times)} ×
        </text>
      )}
      {boxes.map(({ box: b, y }, i) => (
        <MapBox key={i} box={b} x={x} y={y} />
      ))}
      <text x={middle} y={height - 6} text-anchor="middle" class="end">
        {tower.input}
      </text>
      {tower.result && (
        <text x={middle} y={top - 18} text-anchor="middle" class="end">
          {tower.result}
        </text>
      )}
    </g>
  );
}

function MapBox({ box: b, x, y }: { box: Box; x: number; y: number }) {
  const current = inView.value === b.to;
  return (
    <a href={`#at=${b.to}`} class={`map-box ${current ? 'current' : ''}`} onClick={(event) => go(event, b)}>
      <rect x={x} y={y} width={boxWidth} height={boxHeight} rx="7" class={b.tone} />
      <text x={x + boxWidth / 2} y={y + boxHeight / 2} dy="0.35em" text-anchor="middle">
        {b.text}
      </text>
    </a>
  );
}

/** From the top of the encoder to the cross-attention of the decoder. */
function Bridge({ from, to, x, column }: { from: Placed; to: Placed; x: number; column: number }) {
  const cross = to.boxes.find(({ box: b }) => b.attention?.[1] === 'cross_attention');
  if (!cross) return null;
  const start = x + boxWidth / 2;
  const end = x + column;
  const y = cross.y + boxHeight / 2;
  const up = Math.min(from.top - 2, y - 30);
  const bend = x + boxWidth + 20;
  return (
    <path
      d={`M${start} ${from.top + 6} V${up} H${bend} V${y} H${end - 2}`}
      class="wire bridge"
      marker-end="url(#arrow)"
    />
  );
}

function go(event: Event, b: Box): void {
  event.preventDefault();
  if (b.attention) {
    const first = attentions.value.find((a) => a.stack === b.attention![0] && a.kind === b.attention![1]);
    if (first) chooseHead(first, 0);
  }
  goTo(b.to);
}

export function goTo(id: string): void {
  section.value = id;
  const target = document.getElementById(id);
  target?.scrollIntoView({ block: 'start' });
  target?.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
}
