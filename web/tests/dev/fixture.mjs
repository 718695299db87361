// SPDX-License-Identifier: Apache-2.0
// Writes pages of small models with random weights, computed here in double precision: to try the page's states with
// while working on it, and for the reference pictures, which must not change with the program. Numbers are tested with
// pages that the program writes.
//
//   node tests/dev/fixture.mjs [FOLDER] [--big]      FOLDER: /tmp/look-fixture without it
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

let seed = 7;
const random = () => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
const mat = (r, c, s = 1) =>
  Array.from({ length: r }, () => Array.from({ length: c }, () => (normal() * s) / Math.sqrt(r)));
const mul = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, x, i) => sum + x * b[i][j], 0)));
const add = (a, b) => a.map((row, i) => row.map((x, j) => x + b[i][j]));
const norm = (a) =>
  a.map((row) => {
    const m = row.reduce((s, x) => s + x, 0) / row.length;
    const v = row.reduce((s, x) => s + (x - m) ** 2, 0) / row.length;
    return row.map((x) => (x - m) / Math.sqrt(v + 1e-5));
  });
const softmax = (row) => {
  const m = Math.max(...row);
  const e = row.map((x) => Math.exp(x - m));
  const s = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / s);
};

class Page {
  constructor(kind, model) {
    this.index = {
      format: 'hodhod-look',
      version: 1,
      program: 'hodhod 0.1.0',
      kind,
      language: 'auto',
      command: 'hodhod look DIR …',
      model,
      vocabulary: {},
      passes: [{ sequences: [] }],
      plan: { limit: 20e6, bytes: 0, reduced: [] },
      tensors: [],
    };
    this.blocks = [];
  }
  put(name, component, axes, shape, flat, form = 'f32', mask) {
    const width = shape.at(-1),
      rows = flat.length / width;
    const kept = [];
    for (let r = 0; r < rows; ++r)
      for (let c = 0; c < width; ++c) {
        const t = r % shape.at(-2);
        if (
          mask &&
          ((mask.right !== undefined && c - t > mask.right) || (mask.left !== undefined && t - c > mask.left))
        )
          continue;
        kept.push(flat[r * width + c]);
      }
    const values = new Float32Array(kept);
    let raw;
    if (form === 'sqrt8') raw = Buffer.from(kept.map((p) => Math.round(Math.sqrt(p) * 255)));
    else {
      const bytes = Buffer.from(values.buffer);
      raw = Buffer.alloc(bytes.length);
      for (let i = 0; i < kept.length; ++i) for (let k = 0; k < 4; ++k) raw[k * kept.length + i] = bytes[4 * i + k];
    }
    const finite = kept.filter(Number.isFinite);
    this.index.tensors.push({
      pass: 0,
      name,
      component,
      axes,
      shape,
      form,
      bound: form === 'f32' ? 0 : 0.0039,
      low: finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      high: finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
      not_finite: kept.length - finite.length,
      ...(mask && { mask }),
      rows,
      blocks: [{ id: this.blocks.length, first: 0, count: rows, raw: raw.length, deflate: true }],
    });
    this.blocks.push(deflateSync(raw).toString('base64'));
  }
  write(file) {
    const template = readFileSync(new URL('../../dist/look.html', import.meta.url), 'utf8');
    const json = JSON.stringify(this.index, (_, x) =>
      typeof x === 'number' && !Number.isFinite(x) ? String(x) : x,
    ).replaceAll('<', '\\u003c');
    const data =
      `<script type="application/json" id="look-index">${json}</script>\n` +
      this.blocks.map((b, i) => `<script type="text/plain" id="b${i}">${b}</script>\n`).join('');
    writeFileSync(
      file,
      template.replace('<!--hodhod:data-->', () => data),
    );
  }
}

const C = 32,
  H = 4,
  D = 8,
  F = 64;
function attention(page, prefix, x, y, { causal = false, w, form }) {
  const T = x.length,
    S = y.length;
  const q = mul(x, w.q),
    k = mul(y, w.k),
    v = mul(y, w.v);
  const mask = causal ? { right: 0 } : undefined;
  const scores = [],
    probs = [],
    heads = Array.from({ length: T }, () => Array(C).fill(0));
  for (let h = 0; h < H; ++h)
    for (let t = 0; t < T; ++t) {
      const row = Array.from({ length: S }, (_, s) => {
        let d = 0;
        for (let i = 0; i < D; ++i) d += q[t][h * D + i] * k[s][h * D + i];
        return d / Math.sqrt(D);
      });
      scores.push(...row);
      const p = softmax(row.map((x, s) => (causal && s > t ? -Infinity : x)));
      probs.push(...p);
      for (let s = 0; s < S; ++s) for (let i = 0; i < D; ++i) heads[t][h * D + i] += p[s] * v[s][h * D + i];
    }
  const out = mul(heads, w.o);
  page.put(`${prefix}.queries`, 'attention', 'THD', [T, H, D], q.flat());
  page.put(`${prefix}.keys`, 'attention', 'SHD', [S, H, D], k.flat());
  page.put(`${prefix}.values`, 'attention', 'SHD', [S, H, D], v.flat());
  page.put(`${prefix}.scores`, 'attention', 'HTS', [H, T, S], scores, 'f32', mask);
  page.put(`${prefix}.probabilities`, 'attention', 'HTS', [H, T, S], probs, form ?? 'f32', mask);
  page.put(`${prefix}.heads`, 'attention', 'THD', [T, H, D], heads.flat());
  page.put(`${prefix}.output`, 'attention', 'TC', [T, C], out.flat());
  return out;
}
const weights = () => ({ q: mat(C, C, 1.6), k: mat(C, C, 1.6), v: mat(C, C), o: mat(C, C) });
/** A norm with what it measured of each row. */
function putNorm(page, name, x) {
  const T = x.length,
    n = norm(x),
    mean = x.map((row) => row.reduce((s, v) => s + v, 0) / C),
    scale = x.map((row, t) => 1 / Math.sqrt(row.reduce((s, v) => s + (v - mean[t]) ** 2, 0) / C + 1e-5));
  page.put(`${name}.mean`, 'add & norm', 'T', [T], mean);
  page.put(`${name}.scale`, 'add & norm', 'T', [T], scale);
  page.put(name, 'add & norm', 'TC', [T, C], n.flat());
  return n;
}
function sublayer(page, prefix, x, out) {
  const sum = add(x, out);
  page.put(`${prefix}.sum`, 'add & norm', 'TC', [x.length, C], sum.flat());
  return putNorm(page, `${prefix}.norm`, sum);
}
function feedForward(page, prefix, x) {
  const T = x.length,
    up = mul(x, mat(C, F, 1.4)),
    hidden = up.map((row) => row.map((v) => Math.max(0, v)));
  const out = mul(hidden, mat(F, C, 1.4));
  page.put(`${prefix}.up`, 'feed-forward', 'TF', [T, F], up.flat());
  page.put(`${prefix}.hidden`, 'feed-forward', 'TF', [T, F], hidden.flat());
  page.put(`${prefix}.output`, 'feed-forward', 'TC', [T, C], out.flat());
  return out;
}
/** The row of a token in the table of embeddings. */
function rowOf(id) {
  seed = id * 7919 + 11;
  return Array.from({ length: C }, normal);
}
/** The neighbours of each token among those that the page names. */
function putNearest(page, stack, ids) {
  const before = seed,
    known = Object.keys(page.index.vocabulary).map(Number),
    dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0),
    cosine = (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
    tokens = [...new Set(ids)].map((id) => ({
      id,
      near: known
        .filter((other) => other !== id)
        .map((other) => ({ id: other, cosine: cosine(rowOf(id), rowOf(other)) }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, 10),
    }));
  page.index.passes[0].nearest ??= [];
  page.index.passes[0].nearest.push({ stack, rows: 2000, tokens });
  seed = before;
}
function embed(page, stack, ids) {
  const T = ids.length,
    tokens = ids.map(rowOf);
  putNearest(page, stack, ids);
  const positions = tokens.map((row, t) =>
    row.map((x, c) => x + (c % 2 ? Math.cos : Math.sin)(t / 10000 ** ((c - (c % 2)) / C))),
  );
  page.put(`${stack}.embedding.tokens`, 'embedding', 'TC', [T, C], tokens.flat());
  page.put(`${stack}.embedding.positions`, 'positions', 'TC', [T, C], positions.flat());
  page.put(`${stack}.embedding.output`, 'embedding', 'TC', [T, C], positions.flat());
  return positions;
}
function tokenize(page, stack, role, text, direction, extra = {}) {
  const tokens = [];
  const id = (word) => {
    let h = 5381;
    for (const c of word) h = (h * 33 + c.codePointAt(0)) % 2000;
    page.index.vocabulary[h] = word;
    return h;
  };
  if (role === 'target') tokens.push({ id: id('<s>'), special: true });
  for (const m of text.matchAll(/\S+/g)) {
    const word = m[0],
      cut = word.length > 6 ? 4 : word.length;
    tokens.push({ id: id(word.slice(0, cut)), begin: m.index, end: m.index + cut });
    if (cut < word.length) tokens.push({ id: id(word.slice(cut)), begin: m.index + cut, end: m.index + word.length });
  }
  if (role !== 'target') tokens.push({ id: id('</s>'), special: true });
  const sequence = { stack, role, text, direction, tokens, ...extra };
  page.index.passes[0].sequences.push(sequence);
  return sequence;
}
function predict(page, stack, tokens, x) {
  const words = [
    'کتاب',
    'می‌خوانند',
    'یاد',
    'داده‌ها',
    'از',
    'معلم',
    'این',
    'در',
    'و',
    'را',
    'ها',
    'باغ',
    'شیر',
    'بزرگ',
    'کوچک',
    'دوست',
    'خانه',
    'مدرسه',
    'روز',
    'شب',
    'متن',
    'گل',
    'آب',
    'باران',
  ];
  words.forEach((w, i) => {
    page.index.vocabulary[3000 + i] = w;
  });
  const out = mul(x, mat(C, words.length, 2));
  const places = out.map((logits, at) => {
    const p = softmax(logits);
    const best = logits.map((logit, i) => ({ id: 3000 + i, logit, p: p[i] })).sort((a, b) => b.p - a.p);
    const truth = tokens[at + 1] ? { ...best[at % 4], id: tokens[at + 1].id, rank: (at % 4) + 1 } : undefined;
    return {
      stack,
      at,
      entropy: -p.reduce((s, v) => s + v * Math.log2(v), 0),
      log_sum: Math.log(logits.reduce((s, v) => s + Math.exp(v), 0)),
      best: best.slice(0, 20),
      ...(truth && { truth }),
    };
  });
  page.index.passes[0].predictions = { size: words.length, places };
}

function translator(file) {
  const page = new Page('transformer', {
    name: 'my-translator',
    family: 'marian',
    shape: 'encoder-decoder',
    head: 'language-model',
    parameters: 1234567,
    components: [
      { component: 'embedding', parameters: 400000 },
      { component: 'attention', parameters: 300000 },
      { component: 'feed-forward', parameters: 500000 },
      { component: 'add & norm', parameters: 34567 },
    ],
    options: {
      width: C,
      heads: H,
      kv_heads: H,
      layers: 2,
      encoder_layers: 2,
      decoder_layers: 2,
      feed_forward: F,
      norm_placement: 'post',
      positions: 'sinusoidal',
      activation: 'relu',
    },
  });
  const source = tokenize(page, 'encoder', 'source', 'Transformers learn from data', 'ltr');
  const target = tokenize(page, 'decoder', 'target', 'ترنسفورمرها از داده‌ها یاد می‌گیرند', 'rtl', { own_from: 1 });
  let x = embed(
    page,
    'encoder',
    source.tokens.map((t) => t.id),
  );
  for (let l = 0; l < 2; ++l) {
    const p = `encoder.layer.${l}`;
    x = sublayer(page, `${p}.self_attention`, x, attention(page, `${p}.self_attention`, x, x, { w: weights() }));
    x = sublayer(page, `${p}.feed_forward`, x, feedForward(page, `${p}.feed_forward`, x));
    page.put(`${p}.output`, 'add & norm', 'TC', [x.length, C], x.flat());
  }
  let y = embed(
    page,
    'decoder',
    target.tokens.map((t) => t.id),
  );
  for (let l = 0; l < 2; ++l) {
    const p = `decoder.layer.${l}`;
    y = sublayer(
      page,
      `${p}.self_attention`,
      y,
      attention(page, `${p}.self_attention`, y, y, { w: weights(), causal: true }),
    );
    y = sublayer(
      page,
      `${p}.cross_attention`,
      y,
      attention(page, `${p}.cross_attention`, y, x, { w: weights(), form: 'sqrt8' }),
    );
    y = sublayer(page, `${p}.feed_forward`, y, feedForward(page, `${p}.feed_forward`, y));
    page.put(`${p}.output`, 'add & norm', 'TC', [y.length, C], y.flat());
  }
  predict(page, 'decoder', target.tokens, y);
  page.write(file);
}

function groupsOf(layers) {
  const group = (name, parameters, gradient) => ({ name, parameters, gradient, weight: Math.sqrt(parameters) / 4 });
  return [
    group('embedding', 2000 * C, 0.02),
    ...Array.from({ length: layers }, (_, l) => [
      group(`decoder.layer.${l}.self_attention`, 4 * C * C, 0.3 * 4 ** (l - layers)),
      group(`decoder.layer.${l}.self_attention_norm`, 2 * C, 0.02 * 4 ** (l - layers)),
      group(`decoder.layer.${l}.feed_forward`, 2 * C * F, 0.9 * 3 ** (l - layers)),
      group(`decoder.layer.${l}.feed_forward_norm`, 2 * C, 0.01 * 4 ** (l - layers)),
    ]).flat(),
    group('decoder.final_norm', 2 * C, 0.4),
  ];
}

function gpt(file, text, direction, layers = 3) {
  const page = new Page('transformer', {
    name: 'my-poet',
    family: 'gpt2',
    shape: 'decoder',
    head: 'language-model',
    parameters: 834567,
    components: [
      { component: 'embedding', parameters: 400000 },
      { component: 'attention', parameters: 200000 },
      { component: 'feed-forward', parameters: 234567 },
    ],
    options: {
      width: C,
      heads: H,
      kv_heads: H,
      layers,
      feed_forward: F,
      norm_placement: 'pre',
      positions: 'learned',
      activation: 'gelu',
    },
  });
  const s = tokenize(page, 'decoder', 'text', text, direction);
  let x = embed(
    page,
    'decoder',
    s.tokens.map((t) => t.id),
  );
  const levels = ['decoder.embedding.output'];
  for (let l = 0; l < layers; ++l) {
    const p = `decoder.layer.${l}`;
    let n = putNorm(page, `${p}.self_attention.norm`, x);
    x = add(x, attention(page, `${p}.self_attention`, n, n, { w: weights(), causal: true }));
    page.put(`${p}.self_attention.sum`, 'add & norm', 'TC', [x.length, C], x.flat());
    n = putNorm(page, `${p}.feed_forward.norm`, x);
    x = add(x, feedForward(page, `${p}.feed_forward`, n));
    page.put(`${p}.feed_forward.sum`, 'add & norm', 'TC', [x.length, C], x.flat());
    page.put(`${p}.output`, 'add & norm', 'TC', [x.length, C], x.flat());
    levels.push(`${p}.output`);
  }
  putNorm(page, 'decoder.final_norm', x);
  predict(page, 'decoder', s.tokens, norm(x));
  const places = page.index.passes[0].predictions.places;
  page.index.passes[0].lens = {
    stack: 'decoder',
    levels,
    places: places.map((p) => p.at),
    best: levels.map((_, l) =>
      places.map((p) => p.best.slice(0, 5).map((_, i) => p.best[(i + (levels.length - 1 - l)) % 20])),
    ),
  };
  const g = mat(s.tokens.length, C, 1e-3);
  page.put('decoder.embedding.output.gradient', 'embedding', 'TC', [s.tokens.length, C], g.flat());
  for (let l = 0; l < layers; ++l)
    page.put(
      `decoder.layer.${l}.output.gradient`,
      'add & norm',
      'TC',
      [s.tokens.length, C],
      mat(s.tokens.length, C, 10 ** (l - 3)).flat(),
    );
  page.index.passes[0].gradient = {
    stack: 'decoder',
    at: s.tokens.length - 1,
    of: 'log-probability',
    id: places.at(-1).best[0].id,
    groups: groupsOf(layers),
  };
  page.write(file);
}

function recurrent(file) {
  const page = new Page('recurrent', {
    name: 'my-lstm',
    family: 'lstm',
    shape: 'encoder',
    head: 'classifier',
    parameters: 45678,
    components: [
      { component: 'embedding', parameters: 30000 },
      { component: 'recurrence', parameters: 15678 },
    ],
    options: { cell: 'lstm', width: C, layers: 1 },
  });
  const s = tokenize(page, 'encoder', 'text', 'این فیلم خیلی خوب نبود ولی بازی‌ها عالی بود', 'rtl');
  const T = s.tokens.length;
  const x = embed(
    page,
    'encoder',
    s.tokens.map((t) => t.id),
  );
  page.index.tensors = page.index.tensors.filter((t) => !t.name.endsWith('positions'));
  const W = mat(C, 4 * C, 1.2),
    U = mat(C, 4 * C, 1.2);
  const sig = (v) => 1 / (1 + Math.exp(-v));
  let h = Array(C).fill(0),
    c = Array(C).fill(0);
  const gates = [],
    cells = [],
    states = [];
  for (let t = 0; t < T; ++t) {
    const z = add(mul([x[t]], W), mul([h], U))[0];
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => z.slice(k * C, (k + 1) * C).map(k === 2 ? Math.tanh : sig));
    c = c.map((v, u) => f[u] * v + i[u] * g[u]);
    h = c.map((v, u) => o[u] * Math.tanh(v));
    gates.push(...i, ...f, ...g, ...o);
    cells.push(...c);
    states.push(...h);
  }
  const p = 'encoder.layer.0.forward';
  page.put(`${p}.gates_after`, 'recurrence', 'TGC', [T, 4, C], gates);
  page.put(`${p}.cells`, 'recurrence', 'TC', [T, C], cells);
  page.put(`${p}.states`, 'recurrence', 'TC', [T, C], states);
  page.put(
    `${p}.states.gradient`,
    'recurrence',
    'TC',
    [T, C],
    mat(T, C).flatMap((row, t) => row.map((v) => v * 10 ** (t - T))),
  );
  page.index.passes[0].labels = {
    names: ['منفی', 'مثبت'],
    problem: 'single-label',
    rows: [{ logits: [0.3, 1.2], probabilities: softmax([0.3, 1.2]), chosen: [1] }],
  };
  page.write(file);
}

function tagger(file) {
  const page = new Page('transformer', {
    name: 'my-tagger',
    family: 'bert',
    shape: 'encoder',
    head: 'tagger',
    parameters: 45678,
    components: [],
    options: { width: C, heads: H, encoder_layers: 0 },
  });
  const s = tokenize(page, 'encoder', 'text', 'محمدرضا شجریان در مشهد به دنیا آمد.', 'rtl');
  const names = ['O', 'B-PER', 'I-PER', 'B-LOC'];
  const tags = { 0: 1, 2: 2, 5: 3 };
  page.index.passes[0].labels = {
    names,
    problem: 'tags',
    rows: s.tokens.flatMap((t, at) =>
      t.special || (at && s.tokens[at - 1].end === t.begin)
        ? []
        : [
            {
              at,
              logits: names.map((_, i) => (i === (tags[at] ?? 0) ? 3 : 0)),
              probabilities: softmax(names.map((_, i) => (i === (tags[at] ?? 0) ? 3 : 0))),
              chosen: [tags[at] ?? 0],
            },
          ],
    ),
  };
  page.write(file);
}

function ngram(file) {
  const page = new Page('ngram', {
    name: 'counted',
    family: 'ngram',
    shape: 'decoder',
    head: 'language-model',
    parameters: 5678,
    components: [],
    options: { order: 3 },
  });
  const s = tokenize(page, 'decoder', 'text', 'این کتاب را نخواندم', 'rtl');
  page.index.passes[0].counting = {
    order: 3,
    smoothing: 'modified_kneser_ney',
    places: s.tokens.map((_, at) => ({
      at,
      probability: 0.1 / (at + 1),
      used: 1 + (at % 3),
      orders: [3, 2, 1].map((order) => ({
        order,
        seen: order <= 2,
        ...(order <= 1 + (at % 3) && { probability: 0.05 * order }),
        backoff: 0.4,
      })),
      best: s.tokens.map((t, i) => ({ id: t.id, p: 0.3 / (i + 1) })),
    })),
  };
  page.write(file);
}

function vectors(file) {
  const page = new Page('vectors', {
    name: 'my-words',
    family: 'vectors',
    shape: '',
    head: '',
    parameters: 5678,
    components: [],
    options: { width: C },
  });
  page.index.passes[0] = {
    sequences: [],
    vectors: {
      words: ['کتاب', 'مدرسه', 'سگسگ', 'رفت'].map((word) => ({ word, known: word !== 'سگسگ' })),
      neighbours: [0, 1, 2].map(() =>
        ['دفتر', 'کتاب‌ها', 'خانه', 'درس', 'book'].map((word, i) => ({ word, cosine: 0.9 - i / 10 })),
      ),
      map: ['کتاب', 'مدرسه', 'رفت', ...Array.from({ length: 40 }, (_, i) => `و${i}`)].map((word, i) => ({
        word,
        x: normal(),
        y: normal(),
        asked: i < 3,
      })),
      explained: [0.12, 0.08],
    },
  };
  page.put('vectors', 'embedding', 'NC', [3, C], mat(3, C).flat());
  page.write(file);
}

function bag(file) {
  const page = new Page('bag', {
    name: 'my-critic',
    family: 'tfidf',
    shape: '',
    head: 'classifier',
    parameters: 5678,
    components: [],
    options: {},
  });
  page.index.passes[0] = {
    sequences: [{ stack: 'encoder', role: 'text', text: 'not a good film', direction: 'ltr', tokens: [] }],
    labels: {
      names: ['negative', 'positive'],
      problem: 'single-label',
      rows: [{ logits: [0.3, 1.2], probabilities: softmax([0.3, 1.2]), chosen: [1] }],
    },
    bag: {
      features: ['not', 'a', 'good', 'film', 'not a', 'a good'].map((name, i) => ({
        name,
        value: 0.4,
        contributions: [i - 3, 3 - i].map((v) => v / 5),
      })),
      bias: [0.1, -0.1],
    },
  };
  page.write(file);
}

/** 12 layers of 12 heads over 512 tokens, weights alone: to measure with. */
function big(file) {
  const [T, layers, heads] = [512, 12, 12];
  const page = new Page('transformer', {
    name: 'large',
    family: 'gpt2',
    shape: 'decoder',
    head: 'language-model',
    parameters: 124e6,
    components: [],
    options: { width: 768, heads, decoder_layers: layers, norm_placement: 'pre', positions: 'learned' },
  });
  tokenize(
    page,
    'decoder',
    'text',
    Array.from({ length: T - 1 }, (_, i) => ['the', 'cat', 'sat', 'on', 'mat', 'a'][(i * 5 + (i % 7)) % 6]).join(' '),
    'ltr',
  );
  for (let l = 0; l < layers; ++l) {
    const p = new Float32Array(heads * T * T);
    for (let r = 0; r < heads * T; ++r) {
      const t = r % T;
      let sum = 0;
      for (let s = 0; s <= t; ++s) sum += p[r * T + s] = Math.exp(3 * normal());
      for (let s = 0; s <= t; ++s) p[r * T + s] /= sum;
    }
    page.put(`decoder.layer.${l}.self_attention.probabilities`, 'attention', 'HTS', [heads, T, T], p, 'sqrt8', {
      right: 0,
    });
  }
  page.write(file);
}

const out = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '/tmp/look-fixture';
mkdirSync(out, { recursive: true });
if (process.argv.includes('--big')) big(`${out}/big.html`);
translator(`${out}/translator.html`);
gpt(`${out}/gpt.html`, 'بشنو از نی چون حکایت می‌کند از جدایی‌ها شکایت می‌کند', 'rtl');
gpt(
  `${out}/long.html`,
  Array.from(
    { length: 150 },
    (_, i) => ['the', 'cat', 'sat', 'on', 'mat', 'very', 'quick', 'dog'][(i * 5 + (i % 7)) % 8],
  ).join(' '),
  'ltr',
  2,
);
recurrent(`${out}/lstm.html`);
tagger(`${out}/tagger.html`);
ngram(`${out}/ngram.html`);
vectors(`${out}/vectors.html`);
bag(`${out}/bag.html`);
console.log(`pages in ${out}`);
