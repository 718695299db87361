// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_model.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/finite.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/initial_weights.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

OutputLayer output_layer(const TransformerConfig& body) {
  return {.weight = body.tie_embeddings ? Tensor() : Tensor::empty({body.vocabulary, body.width}),
          .bias = body.output_bias ? Tensor::empty({body.vocabulary}) : Tensor()};
}

ClassificationHead classification_head(const TransformerModelConfig& config) {
  const TransformerConfig& body = config.body;
  // In a decoder, only the last state has seen the whole text.
  const bool encodes = body.has_encoder();
  ClassificationHead head{.pooler = std::nullopt,
                          .classifier = Linear(body.width, config.head.labels, encodes),
                          .activation = config.pooler_activation,
                          .pooling = encodes ? StatePooling::first : StatePooling::last};
  if (encodes) head.pooler.emplace(body.width, body.width);
  if (encodes) head.dropout = config.head.dropout.value_or(body.dropout);
  return head;
}

Head make_head(const TransformerModelConfig& config) {
  const TransformerConfig& body = config.body;
  switch (config.head.kind) {
    case HeadKind::none:
      break;
    case HeadKind::language_model:
      return LanguageHead{.output = output_layer(body), .constant_bias = config.reads_source()};
    case HeadKind::masked_language_model:
      return MaskedLanguageHead{.output = output_layer(body),
                                .dense = Linear(body.width, body.width),
                                .norm = Norm(body.width, NormOptions{body.norm, body.norm_epsilon}),
                                .activation = body.activation};
    case HeadKind::classifier:
      return classification_head(config);
    case HeadKind::tagger:
      return make_tagging_head(config.head, body.width, body.dropout);
  }
  return NoHead{};
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
      return {HeadKind::masked_language_model, HeadKind::classifier, HeadKind::tagger, HeadKind::none};
    case TransformerShape::decoder:
      return {HeadKind::language_model, HeadKind::classifier, HeadKind::none};
    case TransformerShape::encoder_decoder:
      break;
  }
  return {HeadKind::language_model, HeadKind::none};
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
}

const ModelType& TransformerModelConfig::type(const ModelType* preferred) const {
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
  const bool encodes = config_.body.has_encoder();
  const std::string stack = encodes ? "encoder.layer." : "decoder.layer.";
  const auto count = static_cast<size_t>(encodes ? config_.body.encoder_layers : config_.body.decoder_layers);
  std::vector<std::vector<std::string>> names(count);
  for_each_parameter([&](const std::string& name, Tensor&) {
    if (name.starts_with(stack)) names[std::stoul(name.substr(stack.size()))].push_back(name);
  });
  return names;
}

// ---- reading and writing ----

HiddenStates TransformerModel::encode(const TokenBatch& tokens, Context& context) const {
  check_tokens(*this, tokens, config_.source_vocabulary());
  if (config_.body.has_encoder()) return body_.encode(tokens, context);
  return {body_.decode(tokens, nullptr, context), tokens.lengths};
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

  auto state =
      std::make_unique<CachedState>(body_.make_cache(std::ssize(prompts), reads ? &memory : nullptr));
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
