// SPDX-License-Identifier: Apache-2.0
// A section of the page: one component of the model, under its name in the paper.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { language, say } from '../../shared/language.ts';
import { type Term, terms } from '../../shared/terms.ts';
import { inView } from '../state.ts';

export interface Title {
  en: string;
  fa: string;
}

/** Colours of components, as in figure 1 of the paper. */
export type Tone = 'input' | 'attention' | 'norm' | 'feed' | 'linear' | 'softmax' | 'recurrence';

export function Section(props: {
  id: string;
  title: Title;
  tone: Tone;
  intro: ComponentChildren;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    // The section that lies across the upper third of the window.
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) inView.value = props.id;
      },
      {
        rootMargin: '-25% 0px -70% 0px',
      },
    );
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [props.id]);
  return (
    <section id={props.id} ref={element} class="section" aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>
        <i class={`tone ${props.tone}`} aria-hidden="true" />
        {say(props.title)}{' '}
        {language.value === 'fa' && (
          <small lang="en" dir="ltr">
            {props.title.en}
          </small>
        )}
      </h2>
      <div class="intro">{props.intro}</div>
      {props.children}
    </section>
  );
}

/** A term: in Persian with the English word beside it. */
export function Name({ term }: { term: Term }) {
  const entry = terms[term];
  if (language.value === 'en') return <>{entry.en}</>;
  return (
    <>
      {entry.fa} <bdi class="beside">({entry.en})</bdi>
    </>
  );
}
