// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/hash.h"
#include "hodhod/models/adapted_layers.h"
#include "hodhod/models/adapter_layout.h"
#include "hodhod/models/hf/lora_targets.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr std::string_view kAllLinear = "all-linear";

bool ends_as(std::string_view name, std::string_view target) {
  return name == target || (name.size() > target.size() && name.ends_with(target) &&
                            name[name.size() - target.size() - 1] == '.');
}

// The layers that a target names: by their names in the files, as PEFT compares them; if no layer is called
// so there, by ours.
std::vector<const AdaptedLayer*> layers_named(const std::vector<AdaptedLayer>& layers,
                                              std::string_view target) {
  std::vector<const AdaptedLayer*> theirs, ours;
  for (const AdaptedLayer& layer : layers) {
    const bool meant = target == kAllLinear ? !layer.embedding() : ends_as(layer.theirs, target);
    if (meant) theirs.push_back(&layer);
    if (std::any_of(layer.parts.begin(), layer.parts.end(),
                    [&](const AdaptedLayer::Part& part) { return ends_as(part.name, target); }))
      ours.push_back(&layer);
  }
  return theirs.empty() ? ours : theirs;
}

std::string after_last_dot(const std::string& name) { return name.substr(name.rfind('.') + 1); }

std::vector<std::string> targets_of(const LoraOptions& options, const ModelType& type) {
  if (!options.targets.empty()) return options.targets;
  const auto usual = hf::lora_targets(type.name());
  check(!usual.empty(), "adapters: there are no usual layers to adapt for a model of type {}; name some",
        type.name());
  return {usual.begin(), usual.end()};
}

std::vector<AdaptedLayer> chosen_layers(const std::vector<AdaptedLayer>& layers,
                                        const std::vector<std::string>& targets, const Model& model) {
  std::set<const AdaptedLayer*> chosen;
  for (const std::string& target : targets) {
    const auto named = layers_named(layers, target);
    chosen.insert(named.begin(), named.end());
    if (!named.empty()) continue;
    std::set<std::string> known;
    for (const AdaptedLayer& layer : layers) known.insert(after_last_dot(layer.theirs));
    fail("{}: `lora.targets` has {}, and no layer is called so; its layers are {}, or all-linear for all",
         model.name(), target, fmt::join(known, ", "));
  }
  std::vector<AdaptedLayer> in_order;
  for (const AdaptedLayer& layer : layers) {
    if (chosen.contains(&layer)) in_order.push_back(layer);
  }
  return in_order;
}

// target_modules: short names if they mean these layers and no other part of the model, else whole names.
std::vector<std::string> target_modules(const std::vector<AdaptedLayer>& chosen, Model& model,
                                        const TensorNames& names) {
  std::set<std::string> whole, brief, meant;
  for (const AdaptedLayer& layer : chosen) {
    whole.insert(layer.theirs);
    brief.insert(after_last_dot(layer.theirs));
  }
  const ParameterNames parameters = names_of_parameters(model);
  for (const std::string& parameter : parameters) {
    if (is_adapter_parameter(parameter)) continue;
    for (const NameRule& rule : rules_for(names, parameter, parameters)) {
      const std::string module = module_of(rule.theirs);
      if (std::any_of(brief.begin(), brief.end(),
                      [&](const std::string& target) { return ends_as(module, target); }))
        meant.insert(module);
    }
  }
  const auto& best = meant == whole ? brief : whole;
  return {best.begin(), best.end()};
}

std::string task_type_of(const Model& model) {
  switch (model.config().head.kind) {
    case HeadKind::language_model:
      return model.config().reads_source() ? "SEQ_2_SEQ_LM" : "CAUSAL_LM";
    case HeadKind::classifier:
      return "SEQ_CLS";
    case HeadKind::tagger:
      return "TOKEN_CLS";
    case HeadKind::span:
      return "QUESTION_ANS";
    case HeadKind::masked_language_model:
    case HeadKind::none:
      break;
  }
  return "";
}

// Draws the matrix of a new adapter that does not begin at 0, as PEFT does.
void draw_adapter(const AdaptedLayer& layer, uint64_t seed) {
  LowRankAdapter& adapter = layer.lora().back();
  if (layer.embedding()) {
    init_normal(adapter.b, 0, 1, stream_of(Rng(seed), layer.theirs + ".lora_embedding_B"));
    return;
  }
  const double bound = 1 / std::sqrt(static_cast<double>(layer.in()));
  init_uniform(adapter.a, -bound, bound, stream_of(Rng(seed), layer.theirs + ".lora_A.weight"));
}

// An output layer that reads the embedding's table would change with it.
void check_mergeable(Model& model) {
  const auto* config = dynamic_cast<const TransformerModelConfig*>(&model.config());
  if (config == nullptr) return;
  const bool shares = config->head.kind == HeadKind::masked_language_model ||
                      (config->head.kind == HeadKind::language_model && config->body.tie_embeddings);
  if (!shares) return;
  for_each_adapted_weight(model, [&](const std::string& name, const AdaptedWeight& layer) {
    check(
        !layer.embedding || layer.lora->empty(),
        "{}: the adapter of {} cannot be put into the weights, for the output layer has the same table; keep "
        "the adapter, or train the layers without it",
        model.name(), name);
  });
}

}  // namespace

bool is_adapter_parameter(std::string_view name) { return name.find(".lora.") != std::string_view::npos; }

bool has_adapters(Model& model) {
  bool any = false;
  for_each_adapted_weight(
      model, [&](const std::string&, const AdaptedWeight& layer) { any = any || !layer.lora->empty(); });
  return any;
}

AdapterConfig attach_adapter(Model& model, const ModelType& type, const LoraOptions& options, uint64_t seed) {
  check(options.rank >= 1, "adapters: `lora.rank` is {}; give at least 1", options.rank);
  const TensorNames names = type.tensor_names(model.config());
  const std::vector<AdaptedLayer> all = adapted_layers(model, names);  // refuses what is no Transformer
  const auto layers = chosen_layers(all, targets_of(options, type), model);
  for (const AdaptedLayer& layer : layers) {
    const int64_t most = std::min(layer.in(), layer.out());
    check(
        options.rank <= most,
        "adapters: `lora.rank` is {}, and {} is a layer from {} to {}, whose changes have a rank of at most "
        "{}; give no more",
        options.rank, layer.theirs, layer.in(), layer.out(), most);
  }
  AdapterConfig config{
      .rank = options.rank,
      .alpha = options.alpha,
      .dropout = options.dropout,
      .rank_stabilised = options.rank_stabilised,
      .transposed = std::any_of(layers.begin(), layers.end(),
                                [](const AdaptedLayer& layer) { return layer.transposed(); }),
      .targets = target_modules(layers, model, names),
      .task_type = task_type_of(model)};
  for (const AdaptedLayer& layer : layers) {
    add_adapter(layer, config.rank, config.scale(config.rank, layer.theirs), config.dropout);
    draw_adapter(layer, seed);
  }
  return config;
}

void merge_adapters(Model& model) {
  check_mergeable(model);
  for_each_adapted_weight(model, [](const std::string&, const AdaptedWeight& layer) {
    if (layer.lora->empty()) return;
    *layer.weight = layer.merged();
    layer.lora->clear();
  });
}

NamedTensors merged_parameters(Model& model) {
  check_mergeable(model);
  std::unordered_map<std::string, Tensor> merged;
  for_each_adapted_weight(model, [&](const std::string& name, const AdaptedWeight& layer) {
    if (!layer.lora->empty()) merged.emplace(name + ".weight", layer.merged());
  });
  NamedTensors all = parameters_of(model);
  std::erase_if(all, [](const auto& parameter) { return is_adapter_parameter(parameter.first); });
  for (auto& [name, tensor] : all) {
    if (const auto found = merged.find(name); found != merged.end()) tensor = found->second;
  }
  return all;
}

NamedTensors adapter_tensors(Model& model, const TensorNames& names,
                             const std::vector<std::string>& trained) {
  TensorNames table;
  const ParameterNames parameters = names_of_parameters(model);
  for (const AdaptedLayer& layer : adapted_layers(model, names)) {
    const size_t count = layer.lora().size();
    check(count <= 1, "{}: {} adapters cannot be saved as one; merge them", model.name(), count);
    if (count == 0) continue;
    const std::string theirs = std::string(kAdapterBase) + layer.theirs;
    table.body.push_back({adapter_parameter(layer.parts[0], 0, 'A'), theirs + ending_of_a(layer)});
    for (const AdaptedLayer::Part& part : layer.parts) {
      NameRule rule = rule_of_adapter_b(part);
      rule.ours = adapter_parameter(part, 0, 'B');
      rule.theirs = theirs + ending_of_b(layer);
      table.body.push_back(rule);
    }
  }
  for (const std::string& name : trained) {
    NameRule rule = rules_for(names, name, parameters)[0];
    if (parameters.contains(module_of(name) + ".lora.0.A")) rule.theirs = module_of(rule.theirs) + kBaseLayer;
    rule.theirs = std::string(kAdapterBase) + rule.theirs;
    rule.unless = rule.only_if = "";
    table.head.push_back(rule);
  }
  NamedTensors stored = parameters_of(model);
  std::erase_if(stored, [&](const auto& parameter) {
    return !is_adapter_parameter(parameter.first) &&
           std::find(trained.begin(), trained.end(), parameter.first) == trained.end();
  });
  return save_weights(table, stored);
}

std::string saved_module(const TensorNames& names, const std::string& parameter, Model& model) {
  std::string theirs = rules_for(names, parameter, names_of_parameters(model))[0].theirs;
  for (const std::string_view prefix : names.prefixes) {
    if (theirs.starts_with(prefix)) theirs = theirs.substr(prefix.size());
  }
  return theirs.substr(0, theirs.find('.'));
}

}  // namespace hodhod
