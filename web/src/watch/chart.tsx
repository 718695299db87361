// SPDX-License-Identifier: Apache-2.0
// A chart of curves: axes, the curves thinned to pixels, marks, and a cursor that all charts share.
import { ticks } from 'd3-array';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { say } from '../shared/language.ts';
import { theme } from '../shared/theme.ts';
import { durationText, logTicks, tickText, timeTicks } from './axis.ts';
import { ink } from './colours.ts';
import { Cursor, cursorKeys } from './cursor.tsx';
import {
  type ChartProps,
  type Guide,
  height,
  margin,
  type Scales,
  type Sign,
  scalesOf,
  shownValues,
} from './scales.ts';
import { cursor } from './state.ts';
import { pathOf, thinned } from './thin.ts';
import { words } from './words.ts';

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const measure = () => setWidth(Math.max(200, Math.floor(box.current?.clientWidth ?? 600)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}

export function Chart(props: ChartProps & { svg: { current: SVGSVGElement | null } }) {
  const { box, width } = useWidth();
  const { name, curves, svg } = props;
  const scales = useMemo(() => scalesOf(props, width), [props, width]);
  const [said, setSaid] = useState('');
  const point = (event: PointerEvent) => {
    const left = svg.current!.getBoundingClientRect().left;
    cursor.value = scales.xOf(event.clientX - left);
  };
  return (
    <div class="chart" ref={box} dir="ltr">
      <svg
        ref={svg}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        tabindex={0}
        aria-label={`${say(words.chart, name, curves.length)} ${say(words.cursorHelp)}`}
        onPointerMove={point}
        onPointerLeave={() => {
          cursor.value = undefined;
        }}
        onKeyDown={(event) => setSaid(cursorKeys(event, props, scales) ?? said)}
      >
        <Grid {...props} scales={scales} />
        <Curves {...props} scales={scales} />
        <Guides guides={props.guides} scales={scales} />
        <Signs signs={props.signs} scales={scales} />
      </svg>
      <Cursor {...props} scales={scales} />
      <p class="visually-hidden" aria-live="polite">
        {said}
      </p>
    </div>
  );
}

const font = 'system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

function Grid(props: ChartProps & { scales: Scales }) {
  const { scales, axis, logX, logY } = props;
  const { muted, line } = ink[theme.value];
  const [low, high] = scales.domainX;
  const room = Math.max(2, Math.floor(scales.width / 90));
  const across = logX ? logTicks(low, high) : axis === 'time' ? timeTicks(low, high, room) : ticks(low, high, room);
  const up = logY ? logTicks(...scales.domainY) : ticks(...scales.domainY, 5);
  const label = axis === 'time' ? durationText : tickText;
  const bottom = height - margin.bottom;
  return (
    <g font-family={font} font-size="11.5" fill={muted}>
      {up.map((y) => (
        <g key={y}>
          <line x1={margin.left} x2={scales.width - margin.right} y1={scales.y(y)} y2={scales.y(y)} stroke={line} />
          <text x={margin.left - 7} y={scales.y(y) + 4} text-anchor="end">
            {tickText(y)}
          </text>
        </g>
      ))}
      <line x1={margin.left} x2={scales.width - margin.right} y1={bottom} y2={bottom} stroke={muted} />
      {across.map((x) => (
        <g key={x}>
          <line x1={scales.x(x)} x2={scales.x(x)} y1={bottom} y2={bottom + 4} stroke={muted} />
          <text x={scales.x(x)} y={bottom + 18} text-anchor={scales.x(x) > scales.width - 24 ? 'end' : 'middle'}>
            {label(x)}
          </text>
        </g>
      ))}
    </g>
  );
}

function Guides({ guides, scales }: { guides: Guide[]; scales: Scales }) {
  const { text, surface } = ink[theme.value];
  return (
    <g font-family={font} font-size="11.5">
      {guides.map((guide) => (
        <g key={guide.label}>
          <line
            x1={margin.left}
            x2={scales.width - margin.right}
            y1={scales.y(guide.y)}
            y2={scales.y(guide.y)}
            stroke={text}
            stroke-dasharray="5 4"
          />
          <text
            x={scales.width - margin.right}
            y={scales.y(guide.y) - 5}
            text-anchor="end"
            fill={text}
            stroke={surface}
            stroke-width="4"
            paint-order="stroke"
          >
            {guide.label}
          </text>
        </g>
      ))}
    </g>
  );
}

function Curves({ curves, scales, logX, logY }: ChartProps & { scales: Scales }) {
  const surface = ink[theme.value].surface;
  return useMemo(
    () => (
      <g fill="none" stroke-linejoin="round" stroke-linecap="round">
        {curves.map((curve) => {
          const path = (ys: ArrayLike<number>) => pathOf(thinned(curve.xs, ys, scales.x, scales.y).pieces);
          const few = curve.rings && curve.ys.length <= 80;
          return (
            <g key={curve.key} data-curve={curve.key} stroke={curve.colour}>
              {curve.smoothing > 0 && <path class="raw" d={path(curve.ys)} stroke-width="1.2" opacity="0.28" />}
              <path d={path(shownValues(curve))} stroke-width="2" stroke-dasharray={curve.dash} />
              {few &&
                Array.from(curve.ys, (y, i) => [scales.x(curve.xs[i]!), scales.y(y)] as const)
                  .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
                  .map(([x, y]) => (
                    <circle
                      key={x}
                      cx={x}
                      cy={y}
                      r={curve.ys.length > 30 ? 2.4 : 3.6}
                      fill={surface}
                      stroke-width="1.8"
                    />
                  ))}
            </g>
          );
        })}
      </g>
    ),
    [curves, scales, logX, logY, surface],
  );
}

function Signs({ signs, scales }: { signs: Sign[]; scales: Scales }) {
  const bottom = height - margin.bottom;
  const inside = signs.map((sign) => ({ ...sign, px: scales.x(sign.x) })).filter((sign) => Number.isFinite(sign.px));
  return (
    <g>
      {inside.map((sign, i) => (
        <g key={i} stroke={sign.colour} fill={sign.colour} transform={`translate(${sign.px.toFixed(1)} 0)`}>
          <title>{sign.label}</title>
          {sign.shape === 'line' ? (
            <line y1={margin.top} y2={bottom} stroke-dasharray="2 4" />
          ) : (
            <g transform={`translate(0 ${bottom - 6})`}>
              <Shape shape={sign.shape} />
            </g>
          )}
        </g>
      ))}
    </g>
  );
}

/** A sign around 0, 0, in the colours around it. */
export function Shape({ shape }: { shape: 'cross' | 'star' | 'triangle' }) {
  if (shape === 'cross') return <path d="M-3.5,-3.5l7,7m0,-7l-7,7" stroke-width="1.8" fill="none" />;
  if (shape === 'triangle') return <path d="M0,-4.5l5,9h-10z" stroke="none" />;
  const points = Array.from({ length: 10 }, (_, i) => {
    const [r, angle] = [i % 2 ? 2.6 : 6.2, (Math.PI * i) / 5];
    return `${(r * Math.sin(angle)).toFixed(2)},${(-r * Math.cos(angle)).toFixed(2)}`;
  });
  return <path d={`M${points.join('L')}z`} stroke="none" />;
}

/** The chart alone as a file, with its colours. */
export function svgFile(svg: SVGSVGElement, title: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  for (const name of ['tabindex', 'class']) copy.removeAttribute(name);
  copy.setAttribute('aria-label', title);
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  back.setAttribute('width', '100%');
  back.setAttribute('height', '100%');
  back.setAttribute('fill', ink[theme.value].surface);
  copy.prepend(back);
  return new XMLSerializer().serializeToString(copy);
}
