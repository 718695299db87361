// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/text_model.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/names.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/series/series_config.h"

namespace hodhod {
namespace {

std::vector<std::string> parameter_names(Model& model) {
  std::vector<std::string> names;
  model.for_each_parameter([&](const std::string& name, Tensor&) { names.push_back(name); });
  return names;
}

// The names of the parameters of the last layers.
std::unordered_set<std::string> last_layers(const ModelDirectory& directory, int64_t count) {
  const auto layers = directory.config->make_shapes()->layers();
  check(count >= 0 && count <= std::ssize(layers),
        "{}: {} new layers for a model that has {}; give a number from 0 to {}", directory.path, count,
        layers.size(), layers.size());
  std::unordered_set<std::string> names;
  for (size_t i = layers.size() - static_cast<size_t>(count); i < layers.size(); ++i)
    names.insert(layers[i].begin(), layers[i].end());
  return names;
}

bool carries(const ModelConfig& config, HeadKind head) {
  const auto heads = config.heads();
  return std::find(heads.begin(), heads.end(), head) != heads.end();
}

void check_carries(const ModelConfig& config, HeadKind head, bool reads_source, std::string_view place) {
  check(carries(config, head) && config.reads_source() == reads_source,
        "{}: this is {}, which cannot carry the head {}{}; give {}", place, description_of(config),
        name_of(head), reads_source ? " and read a source" : "",
        reads_source                       ? "an encoder-decoder, such as tiny"
        : head == HeadKind::language_model ? "a decoder, such as gpt-tiny"
                                           : "an encoder, such as bert-tiny or bert-small");
}

void change(ModelDirectory& directory, const FineTuning& tuning) {
  if (tuning.change) tuning.change(*directory.config);
  check_storable(*directory.config, directory.type);
}

}  // namespace

TextModel TextModel::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                          uint64_t seed) {
  return {.model = make_model(config, Rng(seed)), .tokenizer = std::move(tokenizer)};
}

TextModel TextModel::load(const ModelDirectory& directory, const LoadOptions& options,
                          const std::string& tokenizer) {
  check(dynamic_cast<const SeriesConfig*>(directory.config.get()) == nullptr,
        "{}: this model forecasts series and reads no text; give a model of texts, or ask this one with "
        "`hodhod forecast`",
        directory.path);
  auto loaded = load_model(directory, options);
  // An adapter may have the tokenizer of its base.
  const std::string& own = has_tokenizer(directory.path) ? directory.path : directory.weights();
  const std::string& from = tokenizer.empty() ? own : tokenizer;
  TextModel result{std::move(loaded.model), std::make_unique<text::Tokenizer>(text::Tokenizer::load(from)),
                   std::move(loaded.missing), std::move(loaded.warnings), std::move(loaded.origin)};
  // A chat template fits only the special tokens of its own tokenizer.
  if (!tokenizer.empty()) result.origin.files.clear();
  return result;
}

namespace {

void check_no_adapter_yet(const ModelDirectory& directory, const FineTuning& tuning) {
  check(tuning.lora.rank == 0 || directory.adapters.empty(),
        "{}: is an adapter, and a further one needs a whole model; write one with `hodhod convert {} "
        "--merge-adapter`",
        directory.path, directory.path);
}

// Attaches the adapter that `tuning` asks for. It also brings what is new, and the layer that gives labels or
// spans.
void attach_adapter_to(TextModel& text_model, const ModelDirectory& directory, const FineTuning& tuning) {
  if (tuning.lora.rank == 0) return;
  Model& model = *text_model.model;
  const ModelType& type = type_to_save(model.config(), text_model.origin.config);
  ModelAdapter adapter{.config = attach_adapter(model, type, tuning.lora, tuning.seed),
                       .trained = text_model.missing,
                       .merged = tuning.lora.merge};
  adapter.config.base = std::filesystem::absolute(directory.path).lexically_normal().string();
  for (const auto& names : {label_parameters(model),
                            head_as<SpanHead>(model) ? head_parameters(model) : std::vector<std::string>()}) {
    for (const std::string& name : names) {
      if (std::find(adapter.trained.begin(), adapter.trained.end(), name) == adapter.trained.end())
        adapter.trained.push_back(name);
    }
  }
  const TensorNames names = type.tensor_names(model.config());
  for (const std::string& name : adapter.trained) {
    const std::string module = saved_module(names, name, model);
    auto& saved = adapter.config.saved;
    if (std::find(saved.begin(), saved.end(), module) == saved.end()) saved.push_back(module);
  }
  text_model.origin.adapter = std::move(adapter);
}

}  // namespace

TextModel load_tuned(ModelDirectory directory, const FineTuning& tuning) {
  change(directory, tuning);
  check_no_adapter_yet(directory, tuning);
  TextModel result = TextModel::load(directory, {.merge_adapters = tuning.merge_adapters}, tuning.tokenizer);
  attach_adapter_to(result, directory, tuning);
  return result;
}

TextModel load_under_head(ModelDirectory directory, const HeadOptions& head, bool keep_head,
                          const FineTuning& tuning) {
  // What has such a head can carry one: BART's classifiers read a source.
  if (directory.config->head.kind != head.kind)
    check_carries(*directory.config, head.kind, false, directory.path);
  const HeadOptions own_head = directory.config->head;
  directory.config->head = head;
  directory.config->head.dropout = own_head.dropout;
  change(directory, tuning);
  check_no_adapter_yet(directory, tuning);
  const auto fresh = last_layers(directory, tuning.fresh_layers);
  check(fresh.empty() || tuning.lora.rank == 0,
        "{}: {} layers are to be new, and an adapter trains none of them; leave out one of the two",
        directory.path, tuning.fresh_layers);
  const auto shapes = directory.config->make_shapes();
  std::vector<std::string> of_head = head_parameters(*shapes);
  // What the model has only under the new head belongs to it too.
  const auto under_own = directory.config->clone();
  under_own->head = own_head;
  const std::vector<std::string> known = parameter_names(*under_own->make_shapes());
  // A trained pooler is useful for other labels too.
  const std::vector<std::string> replaced =
      keep_head ? std::vector<std::string>() : label_parameters(*shapes);
  const auto among = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : parameter_names(*shapes)) {
    if (!among(known, name)) of_head.push_back(name);
  }
  LoadOptions options{.allow_missing = true, .seed = tuning.seed, .merge_adapters = true};
  options.leave_out = [&](const std::string& name) { return fresh.contains(name) || among(replaced, name); };
  TextModel result = TextModel::load(directory, options, tuning.tokenizer);
  std::erase_if(result.missing, [&](const std::string& name) { return fresh.contains(name); });
  for (const std::string& name : result.missing) {
    check(among(of_head, name), "{}: the weights lack {}; the file is damaged or of another model",
          directory.path, name);
  }
  attach_adapter_to(result, directory, tuning);
  return result;
}

std::unique_ptr<ModelConfig> config_for(const ModelConfig& config, HeadKind head, bool reads_source,
                                        std::string_view place) {
  auto own = config.clone();
  own->take_form(head, reads_source);
  check_carries(*own, head, reads_source, place);
  own->head.kind = head;
  return own;
}

void check_has_head(const ModelDirectory& directory, HeadKind head, std::string_view lacks,
                    std::string_view task) {
  const ModelConfig& config = *directory.config;
  if (config.head.kind == head) return;
  const bool may = carries(config, head) && !config.reads_source();
  fail("{}: this model {}; give one trained with `hodhod train {}`{}", directory.path, lacks, task,
       may ? fmt::format(", or train this one further with `hodhod train {} --from {}`", task, directory.path)
           : "");
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
  const int64_t most = text_model.config().max_length();
  check(length >= 0 && length <= most,
        "texts of up to {} tokens for a model that takes {}; lower `max_length`", length, most);
  text_model.tokenizer->set_truncation(
      text::Truncation{.max_length = length > 0 ? length : most, .side = cut_off});
  text_model.tokenizer->set_padding(std::nullopt);
}

int64_t length_limit(const TextModel& text_model) {
  const int64_t most = text_model.config().max_length();
  const auto& truncation = text_model.tokenizer->parts().truncation;
  return truncation ? std::min(most, truncation->max_length) : most;
}

}  // namespace hodhod
