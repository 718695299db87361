// SPDX-License-Identifier: Apache-2.0
// The page: a head that stays, the map, and the sections of this kind of model in the order of the computation.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { shortened, visible } from '../shared/bidi.ts';
import type { Both } from '../shared/language.ts';
import { say } from '../shared/language.ts';
import { count } from '../shared/numbers.ts';
import { Switches, switchLanguage } from '../shared/switches.tsx';
import { terms } from '../shared/terms.ts';
import { switchTheme } from '../shared/theme.ts';
import type { Index } from './format.ts';
import { ModelMap } from './map.tsx';
import { About } from './sections/about.tsx';
import { AnswerSection } from './sections/answer.tsx';
import { AttentionSection, moveHead, moveLayer, moveShape, moveStage } from './sections/attention.tsx';
import { BagSection } from './sections/bag.tsx';
import { CompareSection } from './sections/compare.tsx';
import { CountingSection } from './sections/counting.tsx';
import { EmbeddingSection } from './sections/embedding.tsx';
import { FeedForwardSection } from './sections/feed_forward.tsx';
import { Find } from './sections/find.tsx';
import { ForecastSection } from './sections/forecast.tsx';
import { GradientsSection } from './sections/gradients.tsx';
import { Help } from './sections/help.tsx';
import { LabelsSection } from './sections/labels.tsx';
import { LayerMixSection } from './sections/layer_mix.tsx';
import { PerceptronSection } from './sections/perceptron.tsx';
import { PositionsSection } from './sections/positions.tsx';
import { RecurrenceSection } from './sections/recurrence.tsx';
import { StreamSection } from './sections/stream.tsx';
import { TextSection } from './sections/text.tsx';
import { TopicsSection } from './sections/topics.tsx';
import { VectorsSection } from './sections/vectors.tsx';
import { WindowSection } from './sections/window.tsx';
import { attentions, pass, pointed, stack, token, view } from './state.ts';
import { tokenLabel } from './token_text.ts';

const words = {
  parameters: { en: (n: string) => `${n} parameters`, fa: (n: string) => `${n} پارامتر` },
  layers: { en: (n: string) => `${n} layers`, fa: (n: string) => `${n} لایه` },
  heads: { en: (n: string) => `${n} heads`, fa: (n: string) => `${n} سر` },
  look: { en: 'Inside', fa: 'درون' },
  text: { en: 'Text', fa: 'متن' },
  noData: {
    en: 'This page has no data. It is the template that hodhod look fills.',
    fa: 'این صفحه داده‌ای ندارد؛ قالبی است که hodhod look پر می‌کند.',
  },
  version: {
    en: 'This page was written in a form that its own reader does not know.',
    fa: 'این صفحه به قالبی نوشته شده است که خوانندهٔ آن نمی‌شناسد.',
  },
  noInflate: {
    en: 'This browser cannot unpack the numbers of this page (it lacks DecompressionStream). Use Chrome 80, Firefox 113, Safari 16.4 or newer.',
    fa: 'این مرورگر نمی‌تواند عددهای این صفحه را باز کند (DecompressionStream ندارد). Chrome 80، Firefox 113، Safari 16.4 یا تازه‌تر به کار ببرید.',
  },
  notFinite: {
    en: (name: string) => `Not every number is finite. The first such tensor is ${name}; such cells are magenta.`,
    fa: (name: string) => `همهٔ عددها متناهی نیستند. نخستین تنسور از این دست ${name} است؛ این خانه‌ها سرخابی‌اند.`,
  },
  skip: { en: 'Skip to the content', fa: 'پرش به محتوا' },
  'encoder-decoder': { en: 'encoder–decoder', fa: 'رمزگذار–رمزگشا' },
  encoder: { en: 'encoder', fa: 'رمزگذار' },
  decoder: { en: 'decoder', fa: 'رمزگشا' },
  help: { en: 'Help', fa: 'راهنما' },
} satisfies Record<string, Both | Both<[string]>>;

export function Unreadable({ index }: { index: Index | undefined }) {
  return (
    <main class="alone">
      <Switches />
      <p>{say(index ? words.version : words.noData)}</p>
    </main>
  );
}

export function Page() {
  const { index } = view.value!;
  useLayoutEffect(() => {
    document.title = `${index.model.name} · hodhod look`;
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [index]);
  const bad = index.tensors.find((t) => t.not_finite > 0);
  return (
    <>
      <a class="skip" href="#text" onClick={skip}>
        {say(words.skip)}
      </a>
      <Head />
      <div class="layout">
        <aside class="side">
          <ModelMap />
        </aside>
        <main id="content" tabIndex={-1}>
          <Opening />
          {bad && <p class="notice bad">{say(words.notFinite, bad.name)}</p>}
          {typeof DecompressionStream === 'undefined' && <p class="notice bad">{say(words.noInflate)}</p>}
          <Sections />
          <About />
        </main>
      </div>
    </>
  );
}

function Head() {
  const { model } = view.value!.index;
  const help = useRef<HTMLDialogElement>(null);
  const find = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const open = (event: KeyboardEvent) => {
      const dialog = { '?': help, '/': find }[event.key];
      if (!dialog || typing(event)) return;
      event.preventDefault();
      dialog.current?.showModal();
    };
    document.addEventListener('keydown', open);
    return () => document.removeEventListener('keydown', open);
  }, []);
  return (
    <header class="head-bar">
      <strong class="brand">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M2 13 9 12 8 5l3 5 1-7 2 7 4-5-2 7c2 2 2 6-1 8l3 3h-5c-4 0-8-3-8-7z" fill="currentColor" />
        </svg>
        <bdi>{shortened(visible(model.name), 32)}</bdi>
      </strong>
      <ChosenToken />
      <span class="head-tools">
        <button
          type="button"
          aria-label={say(words.help)}
          title={say(words.help)}
          onClick={() => help.current?.showModal()}
        >
          ?
        </button>
        <Switches />
      </span>
      <Help dialog={help} />
      <Find dialog={find} />
    </header>
  );
}

/** The token that all sections show, always in sight. */
function ChosenToken() {
  const sequence = view.value!.sequence(pass.value, stack.value);
  if (!sequence || sequence.tokens.length === 0) return <span />;
  return (
    <span class="chosen-token">
      <span class="muted">{say(terms.token)}</span> <b>{tokenLabelOf()}</b>
    </span>
  );
}

function tokenLabelOf(): string {
  const sequence = view.value!.sequence(pass.value, stack.value)!;
  return tokenLabel(view.value!.index, sequence, Math.min(token.value, sequence.tokens.length - 1));
}

/** What model this is, in one line; which text, where there are several. */
function Opening() {
  const v = view.value!;
  const { model, note, passes } = v.index;
  const layers = v.stacks().map((s) => v.layers(pass.value, s).length);
  const facts = [
    model.family,
    model.shape && say(words[model.shape]),
    layers.some((n) => n > 0) && say(words.layers, layers.map((n) => count(n)).join(' + ')),
    attentions.value[0] && say(words.heads, count(attentions.value[0].heads)),
    model.parameters > 0 && say(words.parameters, count(model.parameters)),
  ];
  return (
    <div class="opening">
      <h1>
        <bdi>{visible(model.name)}</bdi>
      </h1>
      <p class="facts">
        {facts.filter(Boolean).map((fact) => (
          <span key={String(fact)}>{fact}</span>
        ))}
      </p>
      {note && (
        <p class="notice">
          <bdi>{visible(note)}</bdi>
        </p>
      )}
      {passes.length > 1 && (
        <div class="controls" role="group" aria-label={say(words.text)}>
          {passes.map((p, i) => (
            <button key={i} type="button" aria-pressed={i === pass.value} onClick={() => (pass.value = i)}>
              <bdi>{shortened(visible(p.forecast?.column ?? p.sequences[0]?.text ?? ''), 40)}</bdi>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** The sections that this model has something for, in the order of the computation. */
function Sections() {
  const v = view.value!;
  const { kind } = v.index;
  // The steps of a forecaster are rows of a series, and no text.
  const sequences = v.pass(pass.value).sequences.length > 0 && kind !== 'forecaster';
  const embedded = v.stacks().some((s) => v.find(pass.value, `${s}.embedding.tokens`));
  return (
    <>
      {sequences && <TextSection />}
      <ForecastSection />
      {kind !== 'forecaster' && <CompareSection />}
      {embedded && <EmbeddingSection />}
      {kind === 'transformer' && <PositionsSection />}
      <RecurrenceSection />
      <LayerMixSection />
      <PerceptronSection />
      <WindowSection />
      <AttentionSection />
      {(kind === 'transformer' || kind === 'forecaster') && <StreamSection />}
      <FeedForwardSection />
      <VectorsSection />
      <BagSection />
      <CountingSection />
      <TopicsSection />
      <AnswerSection />
      <LabelsSection />
      <GradientsSection />
    </>
  );
}

/** Moves the focus to the content; the address keeps the state. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function typing(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) ||
    Boolean(target.closest?.('dialog'))
  );
}

function onKey(event: KeyboardEvent): void {
  if (typing(event)) return;
  const actions: Record<string, () => void> = {
    '[': () => moveHead(-1),
    ']': () => moveHead(1),
    '{': () => moveLayer(-1),
    '}': () => moveLayer(1),
    m: moveStage,
    v: moveShape,
    l: switchLanguage,
    t: switchTheme,
    Escape: () => {
      pointed.value = undefined;
    },
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}
