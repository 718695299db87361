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
std::string before_last_dot(const std::string& name) { return name.substr(0, name.rfind('.')); }

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
      const std::string module = before_last_dot(rule.theirs);
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

// Adds an adapter of this rank, with A not set and B zero; of an embedding, both zero. Its number among those
// of the layer.
size_t add_adapter(const AdaptedLayer& layer, int64_t rank, double scale, double dropout) {
  const DType dtype = layer.parts[0].layer.weight->dtype();
  const Tensor a =
      layer.embedding() ? Tensor::zeros({rank, layer.in()}, dtype) : Tensor::empty({rank, layer.in()}, dtype);
  const size_t number = layer.lora().size();
  for (const AdaptedLayer::Part& part : layer.parts) {
    part.layer.lora->push_back({.a = a,
                                .b = Tensor::zeros({part.layer.out(), rank}, dtype),
                                .scale = scale,
                                .dropout = dropout,
                                .stream = hash64(layer.theirs, number)});
  }
  return number;
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

// What stands behind the layer's name in an adapter's file.
const char* ending_of_a(const AdaptedLayer& layer) {
  return layer.embedding() ? ".lora_embedding_A" : ".lora_A.weight";
}
const char* ending_of_b(const AdaptedLayer& layer) {
  return layer.embedding() ? ".lora_embedding_B" : ".lora_B.weight";
}

std::string parameter_of(const AdaptedLayer::Part& part, size_t number, char matrix) {
  return fmt::format("{}.lora.{}.{}", part.name, number, matrix);
}

// How a part's B stands in that of the whole layer, whose weight may be stored the other way round.
NameRule rule_of_b(const AdaptedLayer::Part& part) {
  NameRule rule = part.rule;
  rule.layout = Layout::same;
  rule.unless = rule.only_if = "";
  return rule;
}

constexpr std::string_view kBase = "base_model.model.";
constexpr const char* kBaseLayer = ".base_layer.weight";

// The spellings of a layer's name in an adapter's file: PEFT's, and that of an adapter which was made for the
// body alone.
std::vector<std::string> spellings(const TensorNames& names, const std::string& theirs) {
  std::vector<std::string> all = {std::string(kBase) + theirs};
  for (const std::string_view prefix : names.prefixes) {
    if (theirs.starts_with(prefix)) all.push_back(std::string(kBase) + theirs.substr(prefix.size()));
  }
  return all;
}

// DoRA: the rows of `directions` [out, in] in these lengths [out], in the directions' own type.
Tensor of_sizes(const Tensor& directions, const Tensor& lengths) {
  const std::vector<double> values = directions.values();
  const int64_t out = directions.dim(0), in = directions.dim(1);
  std::vector<float> scaled(values.size());
  for (int64_t r = 0; r < out; ++r) {
    double sum = 0;
    for (int64_t c = 0; c < in; ++c)
      sum += values[static_cast<size_t>(r * in + c)] * values[static_cast<size_t>(r * in + c)];
    const double factor = sum > 0 ? lengths.data<float>()[r] / std::sqrt(sum) : 0;
    for (int64_t c = 0; c < in; ++c)
      scaled[static_cast<size_t>(r * in + c)] =
          static_cast<float>(factor * values[static_cast<size_t>(r * in + c)]);
  }
  return Tensor::from(scaled, {out, in}).converted(directions.dtype());
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
    const std::string theirs = std::string(kBase) + layer.theirs;
    table.body.push_back({parameter_of(layer.parts[0], 0, 'A'), theirs + ending_of_a(layer)});
    for (const AdaptedLayer::Part& part : layer.parts) {
      NameRule rule = rule_of_b(part);
      rule.ours = parameter_of(part, 0, 'B');
      rule.theirs = theirs + ending_of_b(layer);
      table.body.push_back(rule);
    }
  }
  for (const std::string& name : trained) {
    NameRule rule = rules_for(names, name, parameters)[0];
    if (parameters.contains(before_last_dot(name) + ".lora.0.A"))
      rule.theirs = before_last_dot(rule.theirs) + kBaseLayer;
    rule.theirs = std::string(kBase) + rule.theirs;
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

// ---- an adapter on disk ----

struct AdapterFile::Plan {
  struct Layer {
    AdaptedLayer layer;
    const TensorEntry *a, *b, *magnitude;  // the last of DoRA
  };
  std::vector<Layer> layers;
  WeightPlan whole;  // of the parameters that the adapter brings whole
};

namespace {

std::string adapter_weights(const std::string& directory) {
  std::string path = adapter_weights_in(directory);
  check(!path.empty(), "{}: there is no {}; the adapter is incomplete, or in a format that is not read",
        directory, kAdapterWeights);
  return path;
}

void check_shape(const TensorFile& file, const TensorEntry& entry, const Shape& wanted, const Model& model) {
  check_floats(file, entry);
  check(std::equal(entry.shape.begin(), entry.shape.end(), wanted.begin(), wanted.end()),
        "{}: tensor {} has shape [{}] where the base asks for {}; the adapter was made for another model "
        "than {}",
        file.path(), entry.name, fmt::join(entry.shape, ", "), wanted, model.name());
}

[[noreturn]] void refuse_tensor(const TensorFile& file, const std::string& name, const Model& model) {
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  check(
      !has("lora_embedding_"),
      "{}: tensor {} adapts an embedding, which is supported for that of the tokens in a model of one stack; "
      "merge the adapter where it was trained",
      file.path(), name);
  check(!has("lora_magnitude_vector"), "{}: tensor {} is of DoRA, and {} does not say use_dora", file.path(),
        name, kAdapterConfig);
  fail(
      "{}: tensor {} has no place in the base; the adapter was made for another model than {}, or with "
      "another method",
      file.path(), name, model.name());
}

}  // namespace

AdapterFile::AdapterFile(const std::string& directory, AdapterConfig config)
    : config_(std::move(config)), file_(adapter_weights(directory)) {}

AdapterFile::Plan AdapterFile::plan_for(const TensorNames& names, Model& model) const {
  Plan plan;
  std::set<const TensorEntry*> used;
  const auto find = [&](const std::string& theirs, const char* ending) -> const TensorEntry* {
    for (const std::string& name : spellings(names, theirs)) {
      if (const TensorEntry* entry = file_.find(name + ending)) return *used.insert(entry).first;
    }
    return nullptr;
  };
  for (AdaptedLayer& layer : adapted_layers(model, names)) {
    const TensorEntry *a = find(layer.theirs, ending_of_a(layer)),
                      *b = find(layer.theirs, ending_of_b(layer));
    if (a == nullptr && b == nullptr) continue;
    check(a != nullptr && b != nullptr, "{}: {} has only one of lora_A and lora_B; the file is damaged",
          file_.path(), layer.theirs);
    const int64_t rank = a->shape.empty() ? 0 : a->shape[0];
    check(rank == config_.rank || (!config_.ranks.empty() && rank > 0),
          "{}: tensor {} is of rank {}, and {} says {}; the two do not belong together", file_.path(),
          a->name, rank, kAdapterConfig, config_.rank);
    check_shape(file_, *a, {rank, layer.in()}, model);
    check_shape(file_, *b, {layer.out(), rank}, model);
    const TensorEntry* magnitude = nullptr;
    if (config_.dora) {
      check(!layer.embedding(),
            "{}: tensor {} adapts an embedding by DoRA, which is not supported; merge the "
            "adapter where it was trained",
            file_.path(), a->name);
      magnitude = find(layer.theirs, ".lora_magnitude_vector.weight");
      if (magnitude == nullptr) magnitude = find(layer.theirs, ".lora_magnitude_vector");
      check(magnitude != nullptr,
            "{}: {} has no lora_magnitude_vector, which DoRA needs; the file is damaged", file_.path(),
            layer.theirs);
      check_shape(file_, *magnitude, {layer.out()}, model);
    }
    plan.layers.push_back({std::move(layer), a, b, magnitude});
  }
  const ParameterNames parameters = names_of_parameters(model);
  for (const auto& [name, parameter] : parameters_of(model)) {
    if (is_adapter_parameter(name)) continue;
    const TensorEntry* first = nullptr;
    for (const NameRule& rule : rules_for(names, name, parameters)) {
      const TensorEntry* entry = find(rule.theirs, "");
      // PEFT writes the whole table beside the adapter of an embedding that is called embed_tokens.
      if (entry == nullptr) entry = find(before_last_dot(rule.theirs), kBaseLayer);
      if (entry == nullptr) continue;
      check_shape(file_, *entry, their_shape(rule, parameter.shape()), model);
      if (first == nullptr) plan.whole.sources.push_back({name, rule, entry});
      first = entry;
    }
  }
  for (const TensorEntry& entry : file_.entries()) {
    if (!used.contains(&entry)) refuse_tensor(file_, entry.name, model);
  }
  check(!plan.layers.empty() || !plan.whole.sources.empty(), "{}: there are no tensors in it", file_.path());
  return plan;
}

std::vector<std::string> AdapterFile::plan(const TensorNames& names, Model& shapes) const {
  std::vector<std::string> brought;
  for (const WeightPlan::Source& source : plan_for(names, shapes).whole.sources)
    brought.push_back(source.parameter);
  return brought;
}

void AdapterFile::load(const TensorNames& names, Model& model, const ParameterChoice& wanted) const {
  Plan plan = plan_for(names, model);
  WeightPlan sources = std::move(plan.whole);
  std::erase_if(sources.sources, [&](const WeightPlan::Source& source) { return !wanted(source.parameter); });
  for (const auto& [layer, a, b, magnitude] : plan.layers) {
    const size_t number =
        add_adapter(layer, a->shape[0], config_.scale(a->shape[0], layer.theirs), config_.dropout);
    sources.sources.push_back({parameter_of(layer.parts[0], number, 'A'), NameRule{}, a});
    for (const AdaptedLayer::Part& part : layer.parts)
      sources.sources.push_back({parameter_of(part, number, 'B'), rule_of_b(part), b});
  }
  load_weights(sources, file_, parameters_of(model));
  if (!config_.dora) return;
  for (const auto& [layer, a, b, magnitude] : plan.layers) {
    WeightPlan sizes;
    NamedTensors rows;
    for (const AdaptedLayer::Part& part : layer.parts) {
      rows.emplace_back(part.name, Tensor::empty({part.layer.out()}));
      sizes.sources.push_back({part.name, rule_of_b(part), magnitude});
    }
    load_weights(sizes, file_, rows);
    for (size_t i = 0; i < layer.parts.size(); ++i) {
      const AdaptedWeight& linear = layer.parts[i].layer;
      *linear.weight = of_sizes(linear.merged(), rows[i].second);
      linear.lora->clear();
    }
  }
}

}  // namespace hodhod
