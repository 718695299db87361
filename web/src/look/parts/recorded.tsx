// SPDX-License-Identifier: Apache-2.0
// Draws what needs recorded tensors when they are unpacked, and says what is wrong where one is missing or damaged.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Both } from '../../shared/language.ts';
import { say } from '../../shared/language.ts';
import type { TensorInfo } from '../format.ts';
import { pass, view } from '../state.ts';
import { has, type Part, rowsOf } from '../store.ts';

const words = {
  missing: {
    en: (name: string, reason: string) => `${name} is not in this page${reason}`,
    fa: (name: string, reason: string) => `${name} در این صفحه نیست${reason}`,
  },
  flag: {
    en: (flag: string) => `This brings it: ${flag}`,
    fa: (flag: string) => `با این گزینه آورده می‌شود: ${flag}`,
  },
  damaged: {
    en: (name: string) => `The recorded numbers of ${name} are damaged in this file; the other pictures are whole.`,
    fa: (name: string) => `عددهای ثبت‌شدهٔ ${name} در این پرونده آسیب دیده است؛ تصویرهای دیگر سالم‌اند.`,
  },
  loading: { en: 'Unpacking …', fa: 'در حال باز کردن …' },
} satisfies Record<string, Both | Both<[string]> | Both<[string, string]>>;

export interface Wanted {
  name: string;
  first?: number;
  count?: number;
  of?: number; // a pass; the chosen one otherwise
}

export interface Known extends Part {
  info: TensorInfo;
}

type Result = { parts: Known[] } | { absent: string } | { damaged: string } | 'loading';

/** The rows that are wanted, as far as they are unpacked. */
function useRecorded(wanted: Wanted[]): Result {
  const [, redraw] = useState(0);
  const broken = useRef(new Set<string>());
  const alive = useRef(true);
  useEffect(
    () => () => {
      alive.current = false;
    },
    [],
  );
  const parts: Known[] = [];
  const promises: Promise<unknown>[] = [];
  for (const { name, first, count, of } of wanted) {
    const info = view.value!.find(of ?? pass.value, name);
    if (!info || !has(info, first, count)) return { absent: name };
    if (broken.current.has(name)) return { damaged: name };
    const part = rowsOf(info, first, count);
    if (part instanceof Promise) {
      promises.push(part.catch(() => broken.current.add(name)));
    } else {
      parts.push({ ...part, info });
    }
  }
  if (promises.length === 0) return { parts };
  Promise.all(promises).then(() => alive.current && redraw((n) => n + 1));
  return 'loading';
}

export function Recorded(props: {
  wanted: Wanted[];
  children: (...parts: Known[]) => ComponentChildren;
  height?: number;
  quiet?: boolean; // nothing instead of a message where a tensor is absent
}) {
  const result = useRecorded(props.wanted);
  if (result === 'loading') {
    return (
      <p class="loading" style={{ minHeight: `${props.height ?? 80}px` }}>
        {say(words.loading)}
      </p>
    );
  }
  if ('parts' in result) return <>{props.children(...result.parts)}</>;
  if ('damaged' in result) return <p class="notice warn">{say(words.damaged, result.damaged)}</p>;
  return props.quiet ? null : <Absent name={result.absent} />;
}

export function Absent({ name }: { name: string }) {
  const why = view.value!.missing(pass.value, name);
  return (
    <p class="notice">
      {say(words.missing, name, why?.reason ? `: ${why.reason}` : '.')}
      {why?.flag && (
        <>
          {' '}
          {say(words.flag, '')} <code dir="ltr">{why.flag}</code>
        </>
      )}
    </p>
  );
}
