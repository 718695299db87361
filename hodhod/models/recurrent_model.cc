// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/recurrent_model.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/finite.h"
#include "hodhod/models/letters.h"
#include "hodhod/nn/attention_cache.h"
#include "hodhod/nn/dropout.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/copying.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Recurrent make_layers(const RecurrentConfig& config, int64_t layers, bool both_directions) {
  return Recurrent(RecurrentOptions{.cell = cell_of(config.cell),
                                    .input = config.width + 2 * config.character_hidden,
                                    .hidden = both_directions ? config.width / 2 : config.width,
                                    .layers = layers,
                                    .bidirectional = both_directions,
                                    .dropout = config.dropout,
                                    .locked_dropout = config.locked_dropout});
}

AttentiveDecoder make_attentive(const RecurrentConfig& config) {
  AttentiveDecoderOptions options{.layers = {.cell = cell_of(config.cell),
                                             .input = config.width,
                                             .hidden = config.width,
                                             .layers = config.layers,
                                             .dropout = config.dropout,
                                             .locked_dropout = config.locked_dropout},
                                  .place = config.context,
                                  .input_feeding = config.input_feeding,
                                  .bridge = config.bidirectional};
  if (config.attention == RecurrentAttention::additive) options.score = AttentionScore::additive;
  if (config.attention == RecurrentAttention::dot) options.score = AttentionScore::dot;
  if (config.attention == RecurrentAttention::general) options.score = AttentionScore::general;
  return AttentiveDecoder(options);
}

ClassificationHead make_pooling_head(const RecurrentModelConfig& config, double dropout) {
  const RecurrentConfig& body = config.body;
  ClassificationHead head{.pooler = std::nullopt,
                          .classifier = Linear(body.width, config.head.labels),
                          .pooling = body.has_encoder() ? body.pooling : StatePooling::last,
                          .dropout = dropout,
                          .both_directions = body.has_encoder()};
  if (head.pooling == StatePooling::attention) head.attention.emplace(body.width, 1, false);
  return head;
}

Head make_recurrent_head(const RecurrentModelConfig& config) {
  const RecurrentConfig& body = config.body;
  const OutputLayer output{
      .weight = body.tie_embeddings ? Tensor() : Tensor::empty({body.vocabulary, body.width}),
      .bias = Tensor::empty({body.vocabulary})};
  switch (config.head.kind) {
    case HeadKind::none:
      break;
    case HeadKind::language_model:
      return LanguageHead{.output = output};
    case HeadKind::masked_language_model:
      return MaskedLanguageHead{
          .output = output, .dense = Linear(body.width, body.width), .norm = Norm(body.width)};
    case HeadKind::classifier:
      return make_pooling_head(config, config.head.dropout.value_or(body.dropout));
    case HeadKind::tagger:
      return make_tagging_head(config.head, body.width, body.dropout);
    case HeadKind::span:
      return SpanHead{.span = Linear(body.width, 2)};
  }
  return NoHead{};
}

// The given rows of states [L, B, C]; undefined states stay undefined.
Tensor rows_of(const Tensor& states, const Tensor& rows) {
  return states.defined() ? index_select(states, 1, rows) : states;
}

RecurrentState rows_of(const RecurrentState& state, const Tensor& rows) {
  return {rows_of(state.output, rows), rows_of(state.cell, rows)};
}

RecurrentState joined(const RecurrentState& one, const RecurrentState& other) {
  const auto both = [](const Tensor& a, const Tensor& b) { return a.defined() ? concat({a, b}, 1) : a; };
  return {both(one.output, other.output), both(one.cell, other.cell)};
}

// Deviation of the initial vectors of tokens. An encoder's scores fall when they begin larger.
constexpr double kUsualDeviation = 0.1;

// Of a model that writes. The vectors are what the gates take in and, where the two are tied, what the logits
// are made with; while they are small, both stay so, and training loses hundreds of steps until they have
// grown. The length of a state grows with the root of the width, so that these logits begin alike at all
// widths. Letters, which all occur often, bear more than words.
double deviation_of_language(const RecurrentConfig& config) {
  constexpr int64_t kMostLetters = 1000;
  const double of_width_one = config.vocabulary < kMostLetters ? 8 : 4;
  return std::clamp(of_width_one / std::sqrt(static_cast<double>(config.width)), kUsualDeviation, 1.0);
}

// The state before the first token, as zeros rather than undefined tensors.
RecurrentState zero_state(const Recurrent& layers, int64_t rows) {
  const Shape shape{layers.options.layers, rows, layers.options.hidden};
  return {Tensor::zeros(shape), layers.options.cell == Cell::lstm ? Tensor::zeros(shape) : Tensor()};
}

}  // namespace

// The state of a decoder: what it has read, and the source that it attends to.
struct RecurrentModel::DecoderState {
  RecurrentState lower = {}, upper = {};
  KeyValues memory = {};
  AttentionSetting memory_setting = {};  // which part of the memory belongs to which row
  // The weights packed for single steps; empty while a prompt is read at once.
  std::vector<PackedRecurrence> packed_lower = {}, packed_upper = {};
  std::optional<AttentiveDecoder::State> attentive = {};  // in place of all of these
};

// The rows that are being decoded.
struct RecurrentModel::Rows final : LanguageModel::State {
  DecoderState state;
  std::optional<AttentionCache> source;  // what the rows attend to; rows with the same source share it

  // Moves the keys and values that the decoder attends to into the cache.
  void keep_source() {
    const HostArray lengths = state.memory_setting.key_end;
    source.emplace(1, state.memory.keys.dim(2));
    source->add_rows(lengths.size());
    source->extend({lengths.data(), static_cast<size_t>(lengths.size())});
    source->write(0, state.memory.keys, state.memory.values);
    attend_to_source();
  }
  void attend_to_source() {
    state.memory = {source->keys(0), source->values(0)};
    state.memory_setting = {.key_end = source->lengths(), .pages = source->pages()};
  }

  void select(std::span<const int64_t> kept) override {
    if (state.attentive) return state.attentive->select(kept);
    const Tensor rows = Tensor::from(kept, {std::ssize(kept)});
    state.lower = rows_of(state.lower, rows);
    state.upper = rows_of(state.upper, rows);
    if (!source) return;
    source->select(kept);
    attend_to_source();
  }

  void append(State&& other) override {
    Rows& more = static_cast<Rows&>(other);
    if (state.attentive) return state.attentive->append(std::move(*more.state.attentive));
    state.lower = joined(state.lower, more.state.lower);
    state.upper = joined(state.upper, more.state.upper);
    if (!source) return;
    source->append(std::move(*more.source));
    attend_to_source();
  }
};

RecurrentModel::RecurrentModel(const RecurrentModelConfig& config) : config_(config) {
  config.validate();
  const RecurrentConfig& c = config_.body;
  embedding_ = Tensor::empty({c.vocabulary, c.width});
  if (c.reads_letters())
    characters_.emplace(cell_of(c.cell), Alphabet(c.alphabet).size(), c.characters, c.character_hidden);
  if (c.has_encoder()) encoder_ = make_layers(c, c.layers, c.reads_both_ways());
  const bool classical = config_.reads_source() && c.attention != RecurrentAttention::multi_head;
  const bool attends = config_.reads_source() && !classical;
  if (classical) attentive_ = make_attentive(c);
  if (attentive_ && c.copy) copy_gate_.emplace(c.width, 1);
  if (c.has_decoder() && !classical) decoder_ = make_layers(c, attends ? 1 : c.layers, false);
  if (attends) {
    cross_attention_.emplace(MultiHeadAttentionOptions{.width = c.width, .heads = c.heads});
    if (c.layers > 1) upper_ = make_layers(c, c.layers - 1, false);
  }
  head_ = make_recurrent_head(config_);
}

const LanguageModel* RecurrentModel::language_model() const {
  const bool writes = config_.body.form == RecurrentForm::decoder;
  return writes && std::holds_alternative<LanguageHead>(head_) ? this : nullptr;
}

const SequenceToSequence* RecurrentModel::sequence_to_sequence() const {
  return config_.reads_source() && std::holds_alternative<LanguageHead>(head_) ? this : nullptr;
}

void RecurrentModel::for_each_parameter(const ParameterFunction& f) { hodhod::for_each_parameter(*this, f); }

void RecurrentModel::initialise(const Rng& rng, const ParameterChoice& wanted) {
  const RecurrentConfig& c = config_.body;
  const bool writes = std::holds_alternative<LanguageHead>(head_);
  for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng stream = stream_of(rng, name);
    const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
    const int64_t hidden = name.starts_with("encoder.") && c.reads_both_ways() ? c.width / 2
                           : name.starts_with("character.")                    ? c.character_hidden
                                                                               : c.width;
    if (has(".weight_ih") || has(".weight_hh") || has(".bias_ih") || has(".bias_hh")) {
      initialise_cell(name, parameter, cell_of(c.cell), hidden, c.forget_bias, stream);
    } else if (name.ends_with("embedding.weight") || name == "output.weight") {
      init_normal(parameter, 0, writes ? deviation_of_language(c) : kUsualDeviation, stream);
    } else if (parameter.rank() < 2) {
      fill(parameter, name.ends_with("norm.weight") ? 1 : 0);
    } else {
      init_xavier_uniform(parameter, stream);
    }
  });
}

// ---- reading ----

Tensor RecurrentModel::embed(const TokenBatch& tokens, Context& context) const {
  const Trace::Scope scope(context.trace, "embedding");
  check_tokens(*this, tokens, vocabulary());
  trace(context, "input", Component::input, "BT", tokens.ids);
  Tensor x = embedding(tokens.ids, embedding_, {.padding = config_.special().pad});
  trace(context, "tokens", Component::embedding, "BTC", x);
  if (const double rate = config_.body.embedding_dropout; context.training && rate > 0) {
    const Tensor kept = dropout(Tensor::full({vocabulary()}, 1), rate, context.next_stream());
    const Tensor of_tokens = index_select(kept, 0, reshape(tokens.ids, {-1}));
    x = mul(x, reshape(of_tokens, {x.dim(0), x.dim(1), 1}));
  }
  if (characters_) x = concat({x, spell(tokens, context)}, 2);
  x = drop(x, context);
  trace(context, "output", Component::embedding, "BTC", x);
  return x;
}

Tensor RecurrentModel::spell(const TokenBatch& tokens, Context& context) const {
  check(tokens.letters.has_value(),
        "{}: this tagger reads the letters of words, and was given tokens alone; give it words to tag",
        name());
  const WordLetters& letters = *tokens.letters;
  Context inside{.training = context.training, .rng = context.rng};  // letters are not traced one by one
  const Tensor words = (*characters_)(letters.ids, letters.lengths, inside);
  const Tensor none = Tensor::zeros({1, words.dim(1)}, words.dtype(), words.device());
  const Tensor y = reshape(index_select(concat({none, words}, 0), 0, reshape(letters.of_tokens, {-1})),
                           {tokens.ids.dim(0), tokens.ids.dim(1), words.dim(1)});
  trace(context, "letters", Component::embedding, "BTC", y);
  return y;
}

Tensor RecurrentModel::drop(const Tensor& x, Context& context) const {
  const double rate = config_.body.dropout;
  if (config_.body.locked_dropout) return locked_dropout(x, rate, context);
  return context.training && rate > 0 ? dropout(x, rate, context.next_stream()) : x;
}

RecurrentRun RecurrentModel::read(const TokenBatch& tokens, Context& context) const {
  const Trace::Scope scope(context.trace, encoder_ ? "encoder" : "decoder");
  const Recurrent& layers = encoder_ ? *encoder_ : *decoder_;
  return layers(embed(tokens, context), context, {.lengths = tokens.lengths});
}

HiddenStates RecurrentModel::encode(const TokenBatch& tokens, Context& context) const {
  return {read(tokens, context).output, tokens.lengths};
}

// ---- writing ----

RecurrentModel::DecoderState RecurrentModel::begin(const TokenBatch& source, int64_t rows,
                                                   Context& context) const {
  DecoderState state;
  if (!config_.reads_source()) return state;
  const RecurrentRun run = read(source, context);
  const HiddenStates memory{run.output, source.lengths};
  check(memory.states.dim(0) == rows, "recurrent: {} sources for {} targets", memory.states.dim(0), rows);
  if (attentive_) {
    state.attentive = attentive_->begin(memory, run.last);
    if (copy_gate_) state.attentive->memory.tokens = source.ids;
    return state;
  }
  state.memory = cross_attention_->keys_values(memory.states, context);
  state.memory_setting.key_end = memory.lengths;
  return state;
}

RecurrentModel::Decoded RecurrentModel::decode(const TokenBatch& target, DecoderState& state,
                                               Context& context) const {
  const Trace::Scope scope(context.trace, "decoder");
  if (attentive_) {
    AttentiveDecoder::Output output =
        (*attentive_)(embed(target, context), target.lengths, *state.attentive, context);
    Decoded decoded{.hidden = drop(output.hidden, context)};
    if (copy_gate_) {
      decoded.weights = std::move(output.weights);
      decoded.source = state.attentive->memory.tokens;
    }
    return decoded;
  }
  const auto packed = [](const std::vector<PackedRecurrence>& weights) {
    return weights.empty() ? nullptr : &weights;
  };
  RecurrentRun run =
      (*decoder_)(embed(target, context), context,
                  {.state = state.lower, .lengths = target.lengths, .packed = packed(state.packed_lower)});
  state.lower = std::move(run.last);
  Tensor x = run.output;
  if (cross_attention_) {
    const Trace::Scope attention(context.trace, "cross_attention");
    AttentionSetting setting = state.memory_setting;
    setting.query_length = target.lengths;
    x = cross_attention_->cross(x, state.memory, setting, context, x, config_.body.dropout);
    trace(context, "sum", Component::add_and_norm, "BTC", x);
  }
  if (upper_) {
    const Trace::Scope upper(context.trace, "upper");
    x = drop(x, context);
    RecurrentRun above = (*upper_)(
        x, context, {.state = state.upper, .lengths = target.lengths, .packed = packed(state.packed_upper)});
    state.upper = std::move(above.last);
    x = above.output;
  }
  return {.hidden = drop(x, context)};
}

RecurrentModel::Decoded RecurrentModel::decode(const SequenceBatch& batch, Context& context) const {
  DecoderState state = begin(batch.source, batch.target.ids.dim(0), context);
  return decode(batch.target, state, context);
}

const LanguageHead& RecurrentModel::language_head() const {
  const auto* head = std::get_if<LanguageHead>(&head_);
  check(head != nullptr, "{}: this model has no head over the vocabulary", name());
  return *head;
}

Tensor RecurrentModel::predict(const Decoded& decoded, Context& context) const {
  const LanguageHead& head = language_head();
  if (!copy_gate_) return head.logits(decoded.hidden, embedding_, context);
  Tensor generated;
  {
    const Trace::Scope scope(context.trace, "generator");
    generated = head.logits(decoded.hidden, embedding_, context);
  }
  const Tensor gate = (*copy_gate_)(decoded.hidden, context);
  if (context.trace) trace(context, "copy_gate", Component::linear, "BTC", sigmoid(gate));
  const Tensor y = mix_copies(log_softmax(generated), decoded.weights, decoded.source, gate);
  trace(context, "logits", Component::linear, "BTV", y);
  return y;
}

Tensor RecurrentModel::logits(const SequenceBatch& batch, Context& context) const {
  return predict(decode(batch, context), context);
}

Tensor RecurrentModel::loss(const SequenceBatch& batch, const Tensor& labels,
                            const CrossEntropyOptions& options, Context& context) const {
  const Decoded decoded = decode(batch, context);
  if (copy_gate_) return cross_entropy(predict(decoded, context), labels, options);
  return language_head().loss(decoded.hidden, embedding_, labels, options);
}

CarriedState RecurrentModel::first_state(int64_t rows) const {
  if (config_.reads_source() || !decoder_) return {};
  const RecurrentState zero = zero_state(*decoder_, rows);
  CarriedState state{{"output", zero.output}};
  if (zero.cell.defined()) state.emplace_back("cell", zero.cell);
  return state;
}

CarriedLoss RecurrentModel::loss_from(const CarriedState& state, const SequenceBatch& batch,
                                      const Tensor& labels, const CrossEntropyOptions& options,
                                      Context& context) const {
  if (state.empty()) return LanguageModel::loss_from(state, batch, labels, options, context);
  CarriedState after = first_state(batch.target.ids.dim(0));
  check(state.size() == after.size(), "{}: a carried state of {} tensors; this model has {}", name(),
        state.size(), after.size());
  for (size_t i = 0; i < after.size(); ++i) {
    check(state[i].first == after[i].first && state[i].second.shape() == after[i].second.shape(),
          "{}: the carried state has {} {}; it should have {} {}", name(), state[i].first,
          state[i].second.shape(), after[i].first, after[i].second.shape());
  }
  DecoderState before;
  before.lower = {state[0].second, state.size() > 1 ? state[1].second : Tensor()};
  const Tensor hidden = decode(batch.target, before, context).hidden;
  after[0].second = before.lower.output.detach();
  if (after.size() > 1) after[1].second = before.lower.cell.detach();
  return {language_head().loss(hidden, embedding_, labels, options), std::move(after)};
}

std::unique_ptr<LanguageModel::State> RecurrentModel::start(std::span<const Prompt> prompts,
                                                            Context& context) const {
  const NoGrad off;
  const int64_t filler = config_.special().filler();
  std::vector<std::vector<int64_t>> sources, targets;
  size_t longest = 0;
  for (const Prompt& prompt : prompts) {
    check(!prompt.source.features.defined(), "{}: this model reads tokens; its source has features", name());
    sources.push_back(prompt.source.tokens);
    targets.emplace_back(prompt.target.begin(), prompt.target.end() - 1);
    longest = std::max(longest, targets.back().size());
  }
  auto rows = std::make_unique<Rows>();
  DecoderState& state = rows->state;
  const int64_t count = std::ssize(prompts);
  state = begin(config_.reads_source() ? TokenBatch::of(sources, filler) : TokenBatch(), count, context);
  if (cross_attention_) rows->keep_source();
  if (decoder_) state.lower = zero_state(*decoder_, count);
  if (upper_) state.upper = zero_state(*upper_, count);
  if (longest > 0) decode(TokenBatch::of(targets, filler), state, context);
  if (attentive_) {
    attentive_->pack(*state.attentive);
    return rows;
  }
  state.packed_lower = decoder_->pack();
  if (upper_) state.packed_upper = upper_->pack();
  return rows;
}

Tensor RecurrentModel::step(State& state, std::span<const int64_t> tokens, Context& context) const {
  const NoGrad off;
  const TokenBatch next{.ids = Tensor::from(tokens, {std::ssize(tokens), 1})};
  Decoded decoded = decode(next, static_cast<Rows&>(state).state, context);
  if (copy_gate_) return check_finite(*this, select(predict(decoded, context), 1, 0), "logits");
  decoded.hidden = select(decoded.hidden, 1, 0);
  return check_finite(*this, predict(decoded, context), "logits");
}

int64_t RecurrentModel::state_bytes(int64_t rows, int64_t length) const {
  const RecurrentConfig& c = config_.body;
  const int64_t cells = c.cell == RecurrentCell::lstm ? 2 : 1;
  const int64_t keys_values = config_.reads_source() ? 2 * length : 0;
  return size_of(DType::f32) * rows * c.width * (cells * c.layers + keys_values);
}

}  // namespace hodhod
