// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/text_model.h"

#include <algorithm>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

// Names of the parts that stand on the encoder's states.
bool is_head(std::string_view name) {
  return name.starts_with("pooler.") || name.starts_with("classifier.") || name.starts_with("prediction");
}

}  // namespace

TextModel TextModel::load(const ModelDirectory& directory, const LoadOptions& options,
                          const std::string& tokenizer) {
  auto loaded = load_transformer(directory, options);
  const std::string& from = tokenizer.empty() ? directory.path : tokenizer;
  TextModel result{std::move(loaded.model), std::make_unique<text::Tokenizer>(text::Tokenizer::load(from)),
                   std::move(loaded.missing), std::move(loaded.warnings), std::move(loaded.origin)};
  // A template for chats is written for the special tokens of one tokenizer.
  if (!tokenizer.empty()) result.origin.files.clear();
  return result;
}

LoadedTransformer load_tuned(const std::string& path, const FineTuning& tuning) {
  ModelDirectory directory = ModelDirectory::open(path);
  if (tuning.change) {
    tuning.change(directory.config);
    check_storable(directory.config);
  }
  return load_transformer(directory);
}

TextModel load_encoder(const std::string& path, const HeadWanted& wanted, const FineTuning& tuning) {
  ModelDirectory directory = ModelDirectory::open(path);
  TransformerConfig& config = directory.config;
  const bool encodes = config.shape == TransformerShape::encoder;
  check(encodes || (wanted.head == HeadKind::classifier && config.shape == TransformerShape::decoder),
        "{}: the shape of this model is {}; the task needs an encoder (BERT)", path,
        names_of(config.shape)[static_cast<size_t>(config.shape)]);
  config.head = wanted.head;
  config.labels = wanted.labels;
  config.problem = wanted.problem;
  if (tuning.change) tuning.change(config);
  check_storable(config);
  const int64_t layers = encodes ? config.encoder_layers : config.decoder_layers;
  check(tuning.fresh_layers >= 0 && tuning.fresh_layers <= layers,
        "{}: {} new layers for a model that has {}; give a number from 0 to {}", path, tuning.fresh_layers,
        layers, layers);
  std::vector<std::string> fresh;  // what the names of such layers begin with
  for (int64_t i = layers - tuning.fresh_layers; i < layers; ++i)
    fresh.push_back(fmt::format("{}.layer.{}.", encodes ? "encoder" : "decoder", i));
  const auto is_fresh = [&](const std::string& name) {
    return std::any_of(fresh.begin(), fresh.end(),
                       [&](const std::string& layer) { return name.starts_with(layer); });
  };
  LoadOptions options{.allow_missing = true, .seed = tuning.seed};
  // A pooler that was trained serves other labels too.
  options.leave_out = [&](const std::string& name) {
    return is_fresh(name) || (!wanted.keep && name.starts_with("classifier."));
  };
  TextModel result = TextModel::load(directory, options, tuning.tokenizer);
  std::erase_if(result.missing, is_fresh);
  const auto body = std::find_if(result.missing.begin(), result.missing.end(),
                                 [](const std::string& name) { return !is_head(name); });
  check(body == result.missing.end(), "{}: the weights lack {}; the file is damaged or of another model",
        path, body == result.missing.end() ? "" : *body);
  return result;
}

void check_head(const std::string& directory, HeadKind head, std::string_view lacks, std::string_view task) {
  const TransformerConfig config = load_transformer_config(directory);
  if (config.head == head) return;
  const std::string further =
      config.shape == TransformerShape::encoder
          ? fmt::format(", or train this one further with `hodhod train {} --from {}`", task, directory)
          : "";
  fail("{}: this model {}; give one trained with `hodhod train {}`{}", directory, lacks, task, further);
}

Memory states_of(const Transformer& model, const TokenBatch& tokens, Context& context) {
  if (model.config().has_encoder()) return model.encode(tokens, context);
  return {model.decode(tokens, nullptr, context), tokens.lengths};
}

bool has_tokenizer(const std::string& directory) {
  if (!is_directory(directory)) return false;
  const std::vector<std::string> files = list_directory(directory);
  return std::any_of(files.begin(), files.end(), [](const std::string& name) {
    return name == "tokenizer.json" || name == "vocab.json" || name == "vocab.txt" ||
           name == "encoder.json" || name.ends_with(".model");
  });
}

void limit_length(TextModel& text_model, int64_t length, text::Side cut_off) {
  const int64_t most = text_model.model->config().max_length;
  check(length >= 0 && length <= most, "texts of up to {} tokens for a model that takes {}; lower max-length",
        length, most);
  text_model.tokenizer->set_truncation(
      text::Truncation{.max_length = length > 0 ? length : most, .side = cut_off});
  text_model.tokenizer->set_padding(std::nullopt);
}

int64_t length_limit(const TextModel& text_model) {
  const int64_t most = text_model.model->config().max_length;
  const auto& truncation = text_model.tokenizer->parts().truncation;
  return truncation ? std::min(most, truncation->max_length) : most;
}

}  // namespace hodhod
