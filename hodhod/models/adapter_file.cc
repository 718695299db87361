// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapter_file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/adapted_layers.h"
#include "hodhod/models/adapter_layout.h"
#include "hodhod/models/adapters.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

// The spellings of a layer's name in an adapter's file: PEFT's, and that of an adapter which was made for the
// body alone.
std::vector<std::string> spellings(const TensorNames& names, const std::string& theirs) {
  std::vector<std::string> all = {std::string(kAdapterBase) + theirs};
  for (const std::string_view prefix : names.prefixes) {
    if (theirs.starts_with(prefix)) all.push_back(std::string(kAdapterBase) + theirs.substr(prefix.size()));
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

}  // namespace

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
      if (entry == nullptr) entry = find(module_of(rule.theirs), kBaseLayer);
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
    sources.sources.push_back({adapter_parameter(layer.parts[0], number, 'A'), NameRule{}, a});
    for (const AdaptedLayer::Part& part : layer.parts)
      sources.sources.push_back({adapter_parameter(part, number, 'B'), rule_of_adapter_b(part), b});
  }
  load_weights(sources, file_, parameters_of(model));
  if (!config_.dora) return;
  for (const auto& [layer, a, b, magnitude] : plan.layers) {
    WeightPlan sizes;
    NamedTensors rows;
    for (const AdaptedLayer::Part& part : layer.parts) {
      rows.emplace_back(part.name, Tensor::empty({part.layer.out()}));
      sizes.sources.push_back({part.name, rule_of_adapter_b(part), magnitude});
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
