// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/finite.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/initial_weights.h"
#include "hodhod/models/transformer_type.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

OutputLayer output_layer(const TransformerConfig& body) {
  return {
      .weight = body.tie_embeddings ? Tensor() : Tensor::empty({body.vocabulary, body.size_of_embedding()}),
      .bias = body.output_bias ? Tensor::empty({body.vocabulary}) : Tensor(),
      .cap = body.logit_cap};
}

double output_scale(const TransformerConfig& body) {
  const bool scaled = body.scale_output && body.tie_embeddings;
  return scaled ? 1 / std::sqrt(static_cast<double>(body.width)) : 1;
}

ClassificationHead classification_head(const TransformerModelConfig& config) {
  const TransformerConfig& body = config.body;
  const bool encodes = body.has_encoder();
  ClassificationHead head{.pooler = std::nullopt,
                          .classifier = Linear(body.size_of_embedding(), config.head.labels, encodes),
                          .activation = config.pooler_activation,
                          // In a decoder, only the last state has seen the whole text.
                          .pooling = body.has_decoder() ? StatePooling::last : StatePooling::first};
  if (encodes) head.pooler.emplace(body.width, body.width);
  head.pooler_dropout = config.pooler_dropout;
  if (encodes) head.dropout = config.head.dropout.value_or(body.dropout);
  return head;
}

Head make_head(const TransformerModelConfig& config) {
  const TransformerConfig& body = config.body;
  switch (config.head.kind) {
    case HeadKind::none:
      break;
    case HeadKind::language_model:
      return LanguageHead{
          .output = output_layer(body), .constant_bias = config.reads_source(), .scale = output_scale(body)};
    case HeadKind::masked_language_model:
      return MaskedLanguageHead{
          .output = output_layer(body),
          .dense = Linear(body.width, body.width),
          .norm = Norm(body.width,
                       {.kind = body.norm, .epsilon = body.norm_epsilon, .plus_one = body.norm_plus_one}),
          .activation = body.activation};
    case HeadKind::classifier:
      return classification_head(config);
    case HeadKind::tagger:
      return make_tagging_head(config.head, body.width, body.dropout);
    case HeadKind::span:
      return SpanHead{.span = Linear(body.width, 2), .dropout = config.head.dropout.value_or(0)};
  }
  return NoHead{};
}

// The number of tokens in each row up to its last end of sequence, or all of them in a row without one.
Tensor lengths_to_last_end(const TokenBatch& tokens, const SpecialIds& special) {
  if (tokens.ids.device() != Device::cpu) return tokens.lengths;
  const int64_t rows = tokens.ids.dim(0), time = tokens.ids.dim(1);
  const auto ids = tokens.ids.values<int64_t>();
  const std::vector<int64_t> ends = special.ends();
  Tensor lengths = Tensor::empty({rows}, DType::i64);
  for (int64_t b = 0; b < rows; ++b) {
    const int64_t whole = tokens.lengths.defined() ? tokens.lengths.data<int64_t>()[b] : time;
    int64_t length = whole;
    const auto is_end = [&](int64_t t) {
      return std::count(ends.begin(), ends.end(), ids[b * time + t]) > 0;
    };
    while (length > 0 && !is_end(length - 1)) --length;
    lengths.data<int64_t>()[b] = length > 0 ? length : whole;
  }
  return lengths;
}

// Which tokens are global if the batch does not say, as in Longformer's code: for a classifier the first one;
// to find a span those of the question, before the first end of sequence; otherwise none.
TokenBatch with_global(const TransformerModelConfig& config, TokenBatch tokens) {
  const HeadKind head = config.head.kind;
  const bool usual = head == HeadKind::classifier || head == HeadKind::span;
  if (config.body.reach.empty() || tokens.global.defined() || !usual || tokens.ids.device() != Device::cpu)
    return tokens;
  const int64_t rows = tokens.ids.dim(0), time = tokens.ids.dim(1), end = config.special().eos;
  const auto ids = tokens.ids.values<int64_t>();
  tokens.global = Tensor::zeros(tokens.ids.shape(), DType::i64);
  for (int64_t b = 0; b < rows; ++b) {
    const auto row = ids.begin() + b * time;
    const int64_t count = head == HeadKind::classifier ? 1 : std::find(row, row + time, end) - row;
    std::fill_n(tokens.global.data<int64_t>() + b * time, count, 1);
  }
  return tokens;
}

struct CachedState final : LanguageModel::State {
  DecoderCache cache;
  explicit CachedState(DecoderCache made) : cache(std::move(made)) {}
  void select(std::span<const int64_t> rows) override { cache.select(rows); }
  void append(State&& other) override { cache.append(std::move(static_cast<CachedState&>(other).cache)); }
};

}  // namespace

// ---- configuration ----

TransformerModelConfig::TransformerModelConfig(const TransformerConfig& config) : ConfigOf(config) {
  head.kind = TransformerModelConfig::heads()[0];
}

TransformerModelConfig::TransformerModelConfig(const TransformerConfig& config, const HeadOptions& options)
    : ConfigOf(config) {
  head = options;
}

std::unique_ptr<ModelConfig> TransformerModelConfig::clone() const {
  return std::make_unique<TransformerModelConfig>(*this);
}

std::vector<HeadKind> TransformerModelConfig::heads() const {
  switch (body.shape) {
    case TransformerShape::encoder:
      return {HeadKind::masked_language_model, HeadKind::classifier, HeadKind::tagger, HeadKind::span,
              HeadKind::none};
    case TransformerShape::decoder:
      return {HeadKind::language_model, HeadKind::classifier, HeadKind::none};
    case TransformerShape::encoder_decoder:
      break;
  }
  return {HeadKind::language_model, HeadKind::classifier, HeadKind::none};
}

std::string TransformerModelConfig::summary() const {
  std::string layers;
  if (body.has_encoder()) layers += fmt::format("{} encoder layers, ", body.encoder_layers);
  if (body.has_decoder()) layers += fmt::format("{} decoder layers, ", body.decoder_layers);
  return fmt::format("{}, {}width {}, {} heads of {}, feed-forward {}, vocabulary {}", name_of(body.shape),
                     layers, body.width, body.heads, body.size_of_head(), body.feed_forward,
                     with_commas(body.vocabulary));
}

std::vector<Field> TransformerModelConfig::fields() {
  std::vector<Field> all = ConfigOf::fields();
  all.push_back(field_of("pooler_activation", pooler_activation,
                         "Activation of the layer before the labels of an encoder's classifier"));
  all.push_back(field_of("pooler_dropout", pooler_dropout, "Use dropout before that layer too"));
  return all;
}

std::string TransformerModelConfig::why_useless(std::string_view option) const {
  const bool useless = (body.shape == TransformerShape::decoder && option == "encoder_layers") ||
                       (body.shape == TransformerShape::encoder && option == "decoder_layers");
  return useless ? fmt::format("the model is of the shape {} and has no such layers", name_of(body.shape))
                 : "";
}

void TransformerModelConfig::validate() const {
  body.validate();
  check_fields(fields_of(const_cast<HeadOptions&>(head)), "head");  // only read
  check(!head.has_labels() || head.labels > 0, "head: a {} needs labels; it has {}", name_of(head.kind),
        head.labels);
  check(!reads_twice() || body.source_vocabulary == 0,
        "transformer: a classifier that is an encoder-decoder reads each text on both sides; leave "
        "source_vocabulary 0");
}

const ModelType& TransformerModelConfig::type(const ModelType* preferred) const {
  if (preferred == &transformer_type()) return *preferred;
  return hf::type_for(*this, preferred);
}

std::unique_ptr<Model> TransformerModelConfig::make() const {
  return std::make_unique<TransformerModel>(*this);
}

// ---- the model ----

TransformerModel::TransformerModel(const TransformerModelConfig& config)
    : config_(config), body_((config.validate(), config.body)), head_(make_head(config)) {}

TransformerModel::TransformerModel(const TransformerModelConfig& config, const Rng& rng)
    : TransformerModel(config) {
  initialise(rng, [](const std::string&) { return true; });
}

const LanguageModel* TransformerModel::language_model() const {
  const bool writes = config_.body.shape == TransformerShape::decoder;
  return writes && std::holds_alternative<LanguageHead>(head_) ? this : nullptr;
}

const SequenceToSequence* TransformerModel::sequence_to_sequence() const {
  return config_.reads_source() && std::holds_alternative<LanguageHead>(head_) ? this : nullptr;
}

void TransformerModel::for_each_parameter(const ParameterFunction& f) {
  hodhod::for_each_parameter(*this, f);
}

void TransformerModel::initialise(const Rng& rng, const ParameterChoice& wanted) {
  draw_initial_weights(*this, rng, wanted);
}

std::vector<std::vector<std::string>> TransformerModel::layers() {
  const auto encoder = static_cast<size_t>(config_.body.has_encoder() ? config_.body.encoder_layers : 0);
  const auto decoder = static_cast<size_t>(config_.body.has_decoder() ? config_.body.decoder_layers : 0);
  std::vector<std::vector<std::string>> names(encoder + decoder);
  for_each_parameter([&](const std::string& name, Tensor&) {
    for (const auto& [stack, first] :
         {std::pair<std::string, size_t>{"encoder.layer.", 0}, {"decoder.layer.", encoder}}) {
      if (name.starts_with(stack)) names[first + std::stoul(name.substr(stack.size()))].push_back(name);
    }
  });
  return names;
}

// ---- reading and writing ----

HiddenStates TransformerModel::encode(const TokenBatch& tokens, Context& context) const {
  check_tokens(*this, tokens, config_.source_vocabulary());
  if (config_.reads_twice()) return read_twice(tokens, context);
  if (config_.body.has_encoder()) return body_.encode(with_global(config_, tokens), context);
  return {body_.decode(tokens, nullptr, context), tokens.lengths};
}

HiddenStates TransformerModel::read_twice(const TokenBatch& tokens, Context& context) const {
  const HiddenStates memory = body_.encode(tokens, context);
  const Tensor start =
      Tensor::full({tokens.ids.dim(0), 1}, static_cast<double>(config_.special().decoder_start), DType::i64,
                   tokens.ids.device());
  const TokenBatch again{.ids = concat({start, slice(tokens.ids, 1, 0, tokens.ids.dim(1) - 1)}, 1)};
  return {body_.decode(again, &memory, context), lengths_to_last_end(tokens, config_.special())};
}

Tensor TransformerModel::decode(const SequenceBatch& batch, Context& context) const {
  check_tokens(*this, batch.target, vocabulary());
  if (!config_.reads_source()) return body_.decode(batch.target, nullptr, context);
  const HiddenStates memory = encode(batch.source, context);
  return body_.decode(batch.target, &memory, context);
}

const LanguageHead& TransformerModel::language_head() const {
  const auto* head = std::get_if<LanguageHead>(&head_);
  check(head != nullptr, "{}: this model has no head over the vocabulary", name());
  return *head;
}

Tensor TransformerModel::logits(const SequenceBatch& batch, Context& context) const {
  return language_head().logits(decode(batch, context), body_.embedding_table(), context);
}

Tensor TransformerModel::loss(const SequenceBatch& batch, const Tensor& labels,
                              const CrossEntropyOptions& options, Context& context) const {
  return language_head().loss(decode(batch, context), body_.embedding_table(), labels, options);
}

std::unique_ptr<LanguageModel::State> TransformerModel::start(std::span<const Prompt> prompts,
                                                              Context& context) const {
  const NoGrad off;
  const int64_t filler = config_.special().filler();
  std::vector<std::vector<int64_t>> sources, targets;
  int64_t longest = 0;
  for (const Prompt& prompt : prompts) {
    check(!prompt.source.features.defined(), "{}: this model reads tokens; its source has features", name());
    sources.push_back(prompt.source.tokens);
    targets.emplace_back(prompt.target.begin(), prompt.target.end() - 1);
    longest = std::max(longest, static_cast<int64_t>(targets.back().size()));
  }
  const bool reads = config_.reads_source();
  HiddenStates memory;
  if (reads) memory = encode(TokenBatch::of(sources, filler), context);

  auto state = std::make_unique<CachedState>(
      body_.make_cache(std::ssize(prompts), reads ? &memory : nullptr, context));
  if (longest > 0) {
    const TokenBatch begun = TokenBatch::of(targets, filler);
    check_tokens(*this, begun, vocabulary());
    body_.decode_on(begun, state->cache, context);
  }
  return state;
}

Tensor TransformerModel::step(State& state, std::span<const int64_t> tokens, Context& context) const {
  const NoGrad off;
  DecoderCache& cache = static_cast<CachedState&>(state).cache;
  const TokenBatch next{.ids = Tensor::from(tokens, {std::ssize(tokens), 1})};
  check_tokens(*this, next, vocabulary());
  const Tensor hidden = body_.decode_on(next, cache, context);
  return check_finite(*this, language_head().logits(select(hidden, 1, 0), body_.embedding_table(), context),
                      "logits");
}

// Keys and values of every layer; in an encoder-decoder, those of the source too.
int64_t TransformerModel::state_bytes(int64_t rows, int64_t length) const {
  const int64_t sides = config_.reads_source() ? 2 : 1;
  const StackSizes sizes = config_.body.sizes_of_decoder();
  return 2 * size_of(DType::f32) * sides * sizes.layers * rows * length * sizes.kv_heads * sizes.head_size;
}

}  // namespace hodhod
