// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/model.h"

#include "hodhod/base/error.h"
#include "hodhod/kernels/embedding.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

template <class Layer>
std::vector<std::string> names_in(Layer& layer) {
  std::vector<std::string> names;
  for_each_parameter(layer, [&](const std::string& name, Tensor&) { names.push_back(name); });
  return names;
}

}  // namespace

std::unique_ptr<Model> make_model(const ModelConfig& config, const Rng& rng) {
  auto model = config.make();
  model->initialise(rng, [](const std::string&) { return true; });
  return model;
}

std::vector<std::string> head_parameters(const Model& model) {
  Head head = model.head();
  return std::visit([](auto& kind) { return names_in(kind); }, head);
}

std::vector<std::string> label_parameters(const Model& model) {
  ClassificationHead labels;  // only its last layer is set: the one that gives the labels
  if (const auto* head = head_as<ClassificationHead>(model)) labels.classifier = head->classifier;
  const auto* tagging = head_as<TaggingHead>(model);
  if (!tagging) return names_in(labels);
  TaggingHead all = *tagging;
  return names_in(all);
}

Tensor classify(const Model& model, const TokenBatch& tokens, Context& context) {
  const auto* head = head_as<ClassificationHead>(model);
  check(head != nullptr && model.encoder() != nullptr, "{}: this model has no classifier", model.name());
  return (*head)(model.encoder()->encode(tokens, context), context);
}

Tensor tag(const Model& model, const TokenBatch& tokens, Context& context) {
  const auto* head = head_as<TaggingHead>(model);
  check(head != nullptr && model.encoder() != nullptr, "{}: this model does not tag tokens", model.name());
  return (*head)(model.encoder()->encode(tokens, context), context);
}

Tensor find_span(const Model& model, const TokenBatch& tokens, Context& context) {
  const auto* head = head_as<SpanHead>(model);
  check(head != nullptr && model.encoder() != nullptr, "{}: this model does not answer questions",
        model.name());
  return (*head)(model.encoder()->encode(tokens, context), context);
}

void check_tokens(const Model& model, const TokenBatch& tokens, int64_t vocabulary) {
  if (tokens.ids.device() != Device::cpu) return;
  const Tensor plain = tokens.ids.converted(DType::i64).dense();
  const int64_t* id = plain.data<int64_t>();
  const int64_t bad = kernels::first_outside(id, plain.numel(), vocabulary);
  check(
      bad < 0,
      "{}: token {} is outside its vocabulary of {} tokens: the tokenizer knows a token that the model does "
      "not; leave it out of the text, or use the tokenizer that the model was trained with",
      model.name(), bad < 0 ? 0 : id[bad], vocabulary);
}

}  // namespace hodhod
