// SPDX-License-Identifier: Apache-2.0
// The weights of one head as arcs over the text, or between two texts: the same numbers as the matrix of step 4.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import { percent } from '../../shared/numbers.ts';
import { type Arc, arcsOf, type Box, crossArc, heightOf, middle, ownArc, shareOutside } from '../arcs.ts';
import type { Stack } from '../index_view.ts';
import { Picture } from '../parts/picture.tsx';
import { Strip } from '../parts/strip.tsx';
import { chooseToken, pass, pointed, tokenOf, view } from '../state.ts';
import { type HeadData, largestKey, overviewMost, windowOf } from './one_head_data.ts';

const words = {
  own: {
    en: 'Each arc runs from a query to a key; the thicker, the more weight. Keys before the query are above the line, later ones below it. In colour: the chosen query.',
    fa: 'هر کمان از یک پرسش به یک کلید می‌رود؛ هرچه پهن‌تر، وزن بیشتر. کلیدهای پیش از پرسش بالای خط‌اند و پسین‌ها زیر آن. رنگی: پرسشِ برگزیده.',
  },
  cross: {
    en: 'Each line runs from a query below to a key above; the thicker, the more weight. In colour: the chosen query.',
    fa: 'هر خط از پرسشی در پایین به کلیدی در بالا می‌رود؛ هرچه پهن‌تر، وزن بیشتر. رنگی: پرسشِ برگزیده.',
  },
  part: {
    en: (outside: string) =>
      `A part of the text, around the chosen query; ${outside} of its weight goes to keys outside of it.`,
    fa: (outside: string) =>
      `پاره‌ای از متن پیرامون پرسشِ برگزیده؛ ${outside} از وزن آن به کلیدهای بیرون از این پاره می‌رسد.`,
  },
  name: { en: 'Arcs of this head', fa: 'کمان‌های این سر' },
  queries: { en: 'queries', fa: 'پرسش‌ها' },
  keys: { en: 'keys', fa: 'کلیدها' },
  link: {
    en: (q: string, k: string, p: string) => `query “\u2068${q}\u2069”, key “\u2068${k}\u2069”: ${p}`,
    fa: (q: string, k: string, p: string) => `پرسش «\u2068${q}\u2069»، کلید «\u2068${k}\u2069»: ${p}`,
  },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string, string]>>;

const betweenTexts = 130; // pixels

export function Arcs({ data }: { data: HeadData }) {
  const { keys, weights, label } = data;
  const query = Math.min(tokenOf(data.queryStack), data.queries - 1);
  const crossed = data.keyStack !== data.queryStack;
  const long = Math.max(data.queries, keys) > overviewMost;
  const near = windowOf(query, data.queries, long);
  const beside = windowOf(crossed ? largestKey(data, query) : query, keys, long);
  const queryPart = [near.from, near.count] as const;
  const keyPart = [beside.from, beside.count] as const;
  const at = (t: number, s: number) => weights.values[(t - data.from) * keys + s]!;
  const outside = long ? shareOutside((s) => at(query, s), keys, keyPart) : 0;
  return (
    <Picture
      class="arcs-picture"
      note={say(crossed ? words.cross : words.own)}
      info={weights.info}
      numbers={{
        name: `${data.of.prefix}.head-${data.head}.weights`,
        rows: data.count,
        columns: keys,
        row: (r) => label.query(data.from + r),
        column: label.key,
        cell: (r, s) => (data.hidden?.(data.from + r, s) ? '' : at(data.from + r, s)),
      }}
    >
      {long && <p class="picture-note">{say(words.part, percent(outside))}</p>}
      <Drawing data={data} at={at} query={query} queryPart={queryPart} keyPart={keyPart} />
    </Picture>
  );
}

interface Places {
  width: number;
  queries: Box[];
  keys: Box[];
  key: [number, number]; // top and bottom of the line of keys
  query: [number, number];
}

function Drawing(props: {
  data: HeadData;
  at: (t: number, s: number) => number;
  query: number;
  queryPart: readonly [number, number];
  keyPart: readonly [number, number];
}) {
  const { data, at, query, queryPart, keyPart } = props;
  const { queryStack, keyStack } = data;
  const crossed = keyStack !== queryStack;
  const frame = useRef<HTMLDivElement>(null);
  const [places, setPlaces] = useState<Places | undefined>(undefined);
  // Where the browser has set the tokens. The lines move when fonts or the page's width change.
  useLayoutEffect(() => {
    const element = frame.current!;
    const measure = () => setPlaces(placesIn(element, crossed));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const line of element.querySelectorAll('.strip')) observer.observe(line);
    document.fonts?.ready.then(measure);
    return () => observer.disconnect();
  }, [data, crossed, queryPart[0], queryPart[1], keyPart[0], keyPart[1]]);
  // The chosen query is in sight, whatever else is not.
  useLayoutEffect(() => {
    const box = places?.queries[query - queryPart[0]];
    const scroll = frame.current?.parentElement;
    if (!box || !scroll) return;
    const hidden = scroll.getBoundingClientRect().left - frame.current!.getBoundingClientRect().left;
    if (box.left < hidden || box.right > hidden + scroll.clientWidth)
      scroll.scrollBy({ left: middle(box) - hidden - scroll.clientWidth / 2, behavior: 'instant' });
  }, [places, query]);
  const shown = pointed.value?.stack === queryStack ? pointed.value.token : query;
  const { own, others } = useMemo(
    () => arcsOf(at, queryPart, keyPart, shown),
    [data, shown, queryPart[0], queryPart[1], keyPart[0], keyPart[1]],
  );
  const seenKey = crossed && pointed.value?.stack === keyStack ? pointed.value.token : undefined;
  const rise = places && !crossed ? rises(places, [...own, ...others], queryPart[0]) : { above: 0, below: 0 };
  const line = (stack: Stack, part: readonly [number, number], name: Both) => (
    <Strip
      sequence={view.value!.sequence(pass.value, stack)!}
      name={say(name)}
      part={part}
      chosen={stack === queryStack ? query : undefined}
      onPick={(i) => stack === queryStack && chooseToken(stack, i)}
    />
  );
  return (
    <div class="arcs-scroll" dir={view.value!.sequence(pass.value, queryStack)!.direction}>
      <div class={`arcs ${crossed ? 'crossed' : ''}`} ref={frame}>
        {crossed && line(keyStack, keyPart, words.keys)}
        <div class="arcs-space" style={{ height: `${crossed ? betweenTexts : rise.above}px` }} />
        {line(queryStack, queryPart, words.queries)}
        {!crossed && <div class="arcs-space" style={{ height: `${rise.below}px` }} />}
        {places && (
          <svg width={places.width} class="arcs-drawing" role="img" aria-label={say(words.name)}>
            {[...others, ...own].map((arc) => (
              <Drawn
                key={`${arc.query} ${arc.key}`}
                arc={arc}
                data={data}
                places={places}
                from={[queryPart[0], keyPart[0]]}
                strong={arc.query === shown || arc.key === seenKey}
              />
            ))}
          </svg>
        )}
      </div>
    </div>
  );
}

function Drawn(props: { arc: Arc; data: HeadData; places: Places; from: [number, number]; strong: boolean }) {
  const { arc, data, places, from, strong } = props;
  const query = places.queries[arc.query - from[0]];
  const key = places.keys[arc.key - from[1]];
  if (!query || !key) return null;
  const crossed = data.keyStack !== data.queryStack;
  const path = crossed
    ? crossArc(query, key, places.key[1], places.query[0])
    : ownArc(query, key, arc.key <= arc.query, places.query[0], places.query[1]);
  return (
    <path
      class={strong ? 'arc own' : 'arc'}
      d={path}
      stroke-width={(strong ? 1 : 0.6) + 4 * arc.weight}
      opacity={strong ? 0.35 + 0.65 * arc.weight : 0.08 + 0.3 * arc.weight}
    >
      <title>{say(words.link, data.label.query(arc.query), data.label.key(arc.key), percent(arc.weight))}</title>
    </path>
  );
}

/** Boxes of the tokens within the frame. */
function placesIn(frame: HTMLElement, crossed: boolean): Places {
  const outer = frame.getBoundingClientRect();
  const lines = [...frame.querySelectorAll<HTMLElement>('.strip')].map((line) => {
    const tokens = [...line.querySelectorAll('[role=option]')].map((token) => {
      const box = token.getBoundingClientRect();
      return { left: box.left - outer.left, right: box.right - outer.left };
    });
    const box = line.getBoundingClientRect();
    return { tokens, edges: [box.top - outer.top, box.bottom - outer.top] as [number, number] };
  });
  const [first, last] = [lines[0]!, lines.at(-1)!];
  const keys = crossed ? first : last;
  return {
    width: Math.ceil(outer.width),
    queries: last.tokens,
    keys: keys.tokens,
    key: keys.edges,
    query: last.edges,
  };
}

/** The room that arcs need above the line and below it. */
function rises({ queries }: Places, arcs: Arc[], from: number): { above: number; below: number } {
  const room = { above: 24, below: 4 };
  for (const { query, key } of arcs) {
    const [a, b] = [queries[query - from], queries[key - from]];
    if (!a || !b) continue;
    const side = key <= query ? 'above' : 'below';
    room[side] = Math.max(room[side], heightOf(middle(a) - middle(b)) + 6);
  }
  return room;
}
