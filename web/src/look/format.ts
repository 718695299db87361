// SPDX-License-Identifier: Apache-2.0
// What the program writes into a page of `hodhod look`, and how the numbers are packed. hodhod/look/ writes
// this, web/src/look/ reads it.
//
// The page's template holds the line <!--hodhod:data-->. The program puts in its place
//   <script type="application/json" id="look-index">…</script>   an Index, with every < written as \u003c
//   <script type="text/plain" id="b0">…</script>                 block 0, base64; then b1, b2, …
// and in place of <!--hodhod:summary-->, which stands once in a <noscript>, model, texts and answers as paragraphs of
// HTML, everything from the model and the texts escaped, for browsers without JavaScript.
//
// Nothing depends on a clock, a path, a machine or the number of threads: the same model and text give the
// same bytes. JSON has no NaN: where a number is not finite it is the string "NaN", "Infinity" or "-Infinity".

export type Num = number | 'NaN' | 'Infinity' | '-Infinity';

export interface Index {
  format: 'hodhod-look';
  version: 1;
  program: string; // "hodhod 0.1.0"
  kind: 'transformer' | 'recurrent' | 'perceptron' | 'windowed' | 'bag' | 'ngram' | 'vectors' | 'topics' | 'forecaster';
  language: 'auto' | 'fa' | 'en'; // of the interface when the page opens; auto: the text's, else the browser's
  note?: string; // of whoever made the page, such as "trained on generated sentences"
  command: string; // that writes such a page, with the last parts of paths; may be empty
  model: ModelInfo;
  vocabulary: Record<string, string>; // readable text of every token id that the index mentions
  source_vocabulary?: Record<string, string>; // of the encoder's tokens, where they have a vocabulary of their own
  passes: Pass[]; // one; with --compare one for each text; of a forecaster one for each column of the series
  plan: Plan;
  tensors: TensorInfo[];
}

export interface ModelInfo {
  name: string; // last part of the directory's name
  family: string; // "marian", "bert", "gru" …
  shape: 'encoder' | 'decoder' | 'encoder-decoder' | '';
  head: 'none' | 'language-model' | 'masked-language-model' | 'classifier' | 'tagger' | '';
  parameters: number;
  components: { component: string; parameters: number }[]; // in the words of Component
  options: Record<string, Num | string | boolean>; // width, heads, kv_heads, layers, feed_forward, norm_placement …
}

// ---- texts ----

export interface Pass {
  sequences: Sequence[]; // an encoder–decoder: source, then target; otherwise one
  predictions?: Predictions; // models with a vocabulary at the end
  labels?: Labels; // classifiers and taggers
  lens?: Lens;
  nearest?: Nearest[]; // for each stack with a table of embeddings
  gradient?: GradientOf; // tensors NAME.gradient are of this
  cuts?: Cuts;
  counting?: Counting; // kind ngram
  bag?: Bag; // kind bag
  vectors?: Vectors; // kind vectors
  topics?: Topics; // kind topics
  forecast?: Forecast; // kind forecaster
}

export interface Sequence {
  stack: 'encoder' | 'decoder'; // whose axis T it labels; that of S: of self-attention the same, of cross-attention the encoder's
  // target: what the decoder is given, from its start token on. again: the text, which the decoder of a classifier
  // reads too, behind its start token
  role: 'text' | 'source' | 'target' | 'again';
  text: string; // as given; of a target: what the model wrote or was forced to write
  direction: 'ltr' | 'rtl'; // from the first strong letter
  normalized?: string; // what the tokenizer made of it, where that differs
  cut?: { kept: number; total: number; side: 'start' | 'end' }; // in tokens, where the model takes no more
  own_from?: number; // index of the first token that the model itself has chosen
  forced?: boolean; // a target that was given with --target
  tokens: Token[];
}

export interface Token {
  id: number;
  begin?: number; // [begin, end) of `text` in UTF-16 code units; absent where the token is not of the text
  end?: number;
  special?: boolean;
  unknown?: boolean; // the text had something that the vocabulary has not
  part?: [number, number]; // it is piece i of n of the bytes of one character
}

// Of the table that a stack reads its tokens from: the rows with the greatest cosine to those of the text's tokens
// (the first 256 different ones), their own left out.
export interface Nearest {
  stack: 'encoder' | 'decoder';
  rows: number; // of the table
  tokens: { id: number; near: { id: number; cosine: Num }[] }[]; // 10 for each, nearest first
}

// ---- answers ----

export interface Candidate {
  id: number; // of a token
  logit: Num;
  p: Num;
}

export interface Prediction {
  stack: 'encoder' | 'decoder';
  at: number; // index of the token at whose place the prediction is made
  entropy: Num; // bits
  log_sum: Num; // natural logarithm of the sum of exp(logit) over the whole vocabulary
  best: Candidate[]; // 20, most probable first
  truth?: Candidate & { rank: number }; // the next token of the text, where there is one; rank from 1
}

export interface Predictions {
  size: number; // of the vocabulary
  places: Prediction[];
}

export interface Labels {
  names: string[];
  problem: 'single-label' | 'multi-label' | 'regression' | 'tags';
  // Of a classifier one row without `at`; of a tagger one for each token that carries a tag. `chosen` are
  // indices of names: of a tagger with a conditional random field the best path.
  rows: { at?: number; logits: Num[]; probabilities: Num[]; chosen: number[] }[];
}

// Final norm and output layer on the states of each layer (Nostalgebraist 2020).
export interface Lens {
  stack: 'encoder' | 'decoder';
  levels: string[]; // names of tensors: embedding.output, layer.0.output, …
  places: number[]; // token indices
  best: Candidate[][][]; // [level][place] → 5
}

// ---- gradients and cuts ----

export interface GradientOf {
  stack: 'encoder' | 'decoder';
  at: number; // token index; −1: of the whole text (classifiers)
  of: 'log-probability' | 'logit' | 'loss';
  id?: number; // of a token
  label?: number; // index of labels.names
  groups: ParameterGroup[]; // in the order of the model's parameters; those that the answer does not depend on are not there
}

export interface ParameterGroup {
  name: string; // the part of a model: "decoder.layer.0.self_attention", "embedding"
  parameters: number;
  gradient: Num; // length of the gradient at all of them
  weight: Num; // and of the numbers themselves
}

// The effect on one answer of hiding a token from every query, and of cutting one link (query → key) in every
// layer and head. A recurrent model reads the text without the token, and has no links. Natural logarithms.
export interface Cuts {
  stack: 'encoder' | 'decoder'; // of the answer
  at: number; // as in GradientOf
  id?: number;
  label?: number;
  log_probability: Num; // nothing hidden
  hidden: Effect[]; // a token
  links: (Effect & { query: number; query_stack: 'encoder' | 'decoder' })[]; // the link from `query` to `token`
}

export interface Effect {
  stack: 'encoder' | 'decoder'; // of the hidden token
  token: number;
  log_probability: Num; // of the same answer, with the cut
  first: number; // the first answer with the cut: token id or label
}

// ---- counting, bags, vectors ----

export interface Counting {
  order: number;
  smoothing: string;
  places: {
    at: number; // index of the token that is predicted
    probability: Num;
    used: number; // order of the n-gram that answered
    // From the highest order to 1: whether the context was seen, the n-gram's own probability where it is in
    // the model, and the weight of backing off from this context.
    orders: { order: number; seen: boolean; probability?: Num; backoff?: Num }[];
    best: { id: number; p: Num }[]; // 20 continuations
  }[];
}

export interface Bag {
  // What the text has of the model's features, with what each adds to the score of each label (linear models).
  features: { name: string; value: Num; contributions?: Num[] }[];
  bias?: Num[];
}

export interface Vectors {
  words: { word: string; known: boolean }[]; // tensor "vectors" [N, C] has those that are known, in this order
  neighbours: { word: string; cosine: Num }[][]; // for each known word, 20
  map: { word: string; x: number; y: number; asked: boolean }[]; // first two principal components
  explained: [number, number]; // their share of the variance
}

export interface Topics {
  count: number; // of the model
  shown: { topic: number; share: Num; words: { word: string; p: Num }[] }[]; // at most 12, greatest share first; 12 words
  words: { at: number; shares: Num[] }[]; // of each token that is known: the shares of these topics in it
}

// Tensor "effects" [T, S]: how far row t of the forecast moves for each unit by which row s of the history is raised.
export interface Forecast {
  column: string;
  step: string; // "1 hour"
  season: number; // rows
  times: string[]; // of the history, then of the forecast
  history: Num[];
  values: Num[]; // of the forecast
  quantiles: { share: Num; values: Num[] }[];
  came: Num[]; // as many rows of the forecast as the data have
  deviation: Num; // of the column in the training rows; by so much the history is raised
}

// ---- tensors ----

export interface Plan {
  limit: number; // bytes
  bytes: number; // of the blocks as they stand in the file
  reduced: { name: string; pass: number; shape: number[]; kept: string; reason: string; flag: string }[]; // kept: a Form or "no"
}

// f32     exact: the four bytes of each value in planes (all first bytes, all second bytes, …), little endian
// f16     IEEE half, two planes
// i8      each row (last axis): scale = largest magnitude / 127 as f32, then value = scale · i8.
//         A block holds its rows' scales (4 planes), then the values
// sqrt8   probabilities: p = (u8 / 255)²
// top     of each row the K largest: indices u16 (2 planes), values f16 (2 planes), largest first, and the sum of
//         the others f16 (2 planes), one section after the other
// i32     token ids, counts: 4 planes
export type Form = 'f32' | 'f16' | 'i8' | 'sqrt8' | 'top' | 'i32';

export interface TensorInfo {
  pass: number;
  name: string; // docs/trace.md, and NAME.gradient
  component: string;
  axes: string; // as in docs/trace.md, without B
  shape: number[];
  heads?: { first: number; all: number }; // with --heads: its dimension H has these alone, from head `first` on, of `all`
  form: Form;
  bound: Num; // largest error over all values: absolute
  low: Num; // of the finite values
  high: Num;
  not_finite: number; // how many are not
  top?: number; // K
  // Which keys s a query t may see: s − t ≤ right and t − s ≤ left (absent: no limit). The cells that no query
  // may see are not stored.
  mask?: { left?: number; right?: number };
  rows: number; // rows (last axis) in the whole tensor, before masking
  blocks: BlockInfo[]; // in order; each holds whole rows
}

export interface BlockInfo {
  id: number; // of the script: b<id>
  first: number; // row
  count: number; // rows
  raw: number; // bytes, unpacked
  deflate: boolean; // packed by zlib's deflate (RFC 1950, "deflate" of DecompressionStream)
}
