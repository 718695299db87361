// SPDX-License-Identifier: Apache-2.0
// What the program writes into a page of `hodhod watch`, and how the numbers are packed. hodhod/watch/ writes
// this, web/src/watch/ reads it.
//
// The page's template holds the line <!--hodhod:data-->. The program puts in its place
//   <script type="application/json" id="watch-index">…</script>   an Index, with every < written as \u003c
//   <script type="text/plain" id="b0">…</script>                  block 0, base64; then b1, b2, …
//
// The same files give the same bytes; a run that goes on is another page.

export interface Index {
  format: 'hodhod-watch';
  version: 1;
  program: string; // "hodhod 0.1.0", of the program that wrote the page
  language: 'auto' | 'fa' | 'en'; // of the interface when the page opens; auto: the browser's
  note?: string; // of whoever made the page
  follow?: number; // the page asks for itself again after this many seconds, as long as a run is under way
  runs: Run[]; // in the order of the command line
}

export interface Run {
  name: string; // the last part of the directory's name, or as much as tells the runs apart
  task: string; // "translate"; "" where it is not recorded
  command: string; // that trained it, of every path its last part
  program: string; // that trained it
  parameters: number; // 0: not recorded
  tokenizer: string; // hash; runs of different ones do not compare by loss
  options: Setting[]; // of training, with defaults
  model: Setting[]; // the model's configuration
  data: { option: string; name: string; bytes: number }[];
  // running: under way. killed: it ended without saying so. unknown: it was written by an older version, or
  // on another machine. The others are how it ended.
  state: 'running' | 'finished' | 'time' | 'patience' | 'signal' | 'diverged' | 'killed' | 'unknown';
  steps: number; // planned; 0: not recorded
  minutes: number; // the limit of time; 0: none
  clip: number; // the largest norm of the gradient; 0: no limit
  tables: Table[];
  marks: Mark[];
  samples: SampleSet[];
  unread: Unread[]; // what of the files could not be used
}

export interface Setting {
  name: string;
  value: string;
}

// Lines that tell the same numbers, in the order of their steps (of equal ones, of the file).
export interface Table {
  // metrics: loss, learning_rate, gradient_norm, epoch, items, items_per_second, seconds, validation.NAME …
  // layers: gradient/GROUP, weight/GROUP, update/GROUP (a ratio), output/LAYER
  kind: 'metrics' | 'layers';
  rows: number;
  step: Block; // i32
  columns: Column[];
}

export interface Column {
  name: string;
  low: number; // of the finite values; 0 if there are none
  high: number;
  not_finite: number; // how many values are not finite (null in the file): gaps
  block: Block; // f32; NaN where not finite
}

// `rows` elements of four bytes, little endian, in planes: all first bytes, then all second bytes, …
export interface Block {
  id: number; // of the script: b<id>
  raw: number; // bytes, unpacked
  deflate: boolean; // packed by zlib's deflate (RFC 1950, "deflate" of DecompressionStream)
}

export interface Mark {
  step: number;
  // begun, resumed: from this step. skipped: an update that was not finite. best: a validation, the best so far
  // (the last of them is the model). saved: the last checkpoint. diverged, ended: how a call ended.
  mark: 'begun' | 'resumed' | 'skipped' | 'best' | 'saved' | 'diverged' | 'ended';
  note?: string;
  count?: number; // how many of the same kind the mark stands for, from `step` on, where there are very many
}

export interface SampleSet {
  step: number;
  samples: { input: string; expected?: string; output: string }[];
}

export interface Unread {
  file: string; // "metrics.jsonl"
  lines: number; // how many lines were passed over
  first: number; // number of the first of them, from 1
  why: string; // of the first
}
