// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/models/transformer.h"
#include "hodhod/nn/module.h"

namespace hodhod::hf {
namespace {

// The layer's number in `name` if it is `pattern` with a number for "{}" (or equal to it: 0); nothing
// otherwise.
std::optional<std::string> match(const std::string& pattern, const std::string& name) {
  const size_t hole = pattern.find("{}");
  if (hole == std::string::npos) return pattern == name ? std::optional<std::string>("") : std::nullopt;
  const size_t tail = pattern.size() - hole - 2;
  if (name.size() <= hole + tail || name.compare(0, hole, pattern, 0, hole) != 0 ||
      name.compare(name.size() - tail, tail, pattern, hole + 2, tail) != 0) {
    return std::nullopt;
  }
  const std::string number = name.substr(hole, name.size() - tail - hole);
  if (!std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return number;
}

using Names = std::unordered_set<std::string>;

Names names_of(const Parameters& parameters) {
  Names names;
  for (const auto& [name, parameter] : parameters) names.insert(name);
  return names;
}

// Whether a rule is in force for a model with parameters of these names.
bool holds(const NameRule& rule, const Names& names) {
  return (rule.unless.empty() || !names.contains(rule.unless)) &&
         (rule.only_if.empty() || names.contains(rule.only_if));
}

std::string fill_in(const std::string& pattern, const std::string& number) {
  const size_t hole = pattern.find("{}");
  return hole == std::string::npos ? pattern : pattern.substr(0, hole) + number + pattern.substr(hole + 2);
}

// The file's entry under `name`, under older spellings of it, or without a prefix that it may lack.
const TensorEntry* find(const Family& family, const SafetensorsReader& file, const std::string& name) {
  if (const TensorEntry* entry = file.find(name)) return entry;
  for (const std::string_view prefix : family.prefixes) {
    if (name.starts_with(prefix)) {
      if (const TensorEntry* entry = file.find(name.substr(prefix.size()))) return entry;
    }
  }
  // Files written before 2019 call a norm's weight gamma and its bias beta.
  for (const auto& [now, once] :
       {std::pair{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}}) {
    const size_t tail = std::string_view(now).size();
    if (name.ends_with(now)) {
      if (const TensorEntry* entry = file.find(name.substr(0, name.size() - tail) + once)) return entry;
    }
  }
  return nullptr;
}

// The view of their tensor that holds ours.
Tensor part_of(const NameRule& rule, const Tensor& theirs) {
  if (rule.layout == Layout::row) return theirs.with_layout({theirs.numel()}, {1});
  Tensor view = theirs;
  if (rule.layout == Layout::transposed && theirs.rank() == 2) {
    view = theirs.with_layout({theirs.dim(1), theirs.dim(0)}, {theirs.stride(1), theirs.stride(0)});
  }
  if (rule.parts == 1) return view;
  Shape shape = view.shape();
  shape[0] /= rule.parts;
  return view.with_layout(shape, view.strides(), rule.part * shape[0] * view.stride(0));
}

// The shape of theirs, given ours.
Shape their_shape(const NameRule& rule, const Shape& ours) {
  if (rule.layout == Layout::row) return {1, ours[0]};
  Shape shape = ours;
  shape[0] *= rule.parts;
  if (rule.layout == Layout::transposed && shape.rank() == 2) std::swap(shape[0], shape[1]);
  return shape;
}

// Whether the parameter belongs to what stands on the model, of which another one may be in use.
bool is_of_head(std::string_view ours) {
  return ours.starts_with("pooler.") || ours.starts_with("classifier.") || ours.starts_with("prediction") ||
         ours.starts_with("output");
}

// Whether the family has a place for a tensor that no parameter of the model is made of.
bool is_needless(const Family& family, const std::string& theirs) {
  const auto named = [&](const std::string& pattern) {
    if (match(pattern, theirs)) return true;
    return std::any_of(family.prefixes.begin(), family.prefixes.end(), [&](std::string_view prefix) {
      return pattern.starts_with(prefix) && match(pattern.substr(prefix.size()), theirs);
    });
  };
  return std::any_of(family.needless.begin(), family.needless.end(), named) ||
         std::any_of(family.names.begin(), family.names.end(),
                     [&](const NameRule& rule) { return is_of_head(rule.ours) && named(rule.theirs); });
}

void check_entry(const SafetensorsReader& file, const TensorEntry& entry, const Shape& wanted) {
  const auto floats = std::to_array<std::string_view>({"F64", "F32", "F16", "BF16"});
  check(std::find(floats.begin(), floats.end(), entry.dtype) != floats.end(),
        "{}: tensor {} is of type {}; weights are numbers of type {}", file.path(), entry.name, entry.dtype,
        fmt::join(floats, ", "));
  check(
      std::equal(entry.shape.begin(), entry.shape.end(), wanted.begin(), wanted.end()),
      "{}: tensor {} has shape [{}] where the configuration asks for {}; config.json and the weights do not "
      "belong together",
      file.path(), entry.name, fmt::join(entry.shape, ", "), wanted);
}

// Tensors without memory, under the names of the model's parameters.
Parameters shapes_of(const TransformerConfig& config) {
  Transformer shapes = Transformer::shapes_of(config);
  Parameters parameters;
  for_each_parameter(shapes,
                     [&](const std::string& name, Tensor& shape) { parameters.emplace_back(name, shape); });
  return parameters;
}

bool same_values(const TensorEntry& a, const TensorEntry& b) {
  return a.dtype == b.dtype && a.shape == b.shape &&
         std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin());
}

std::string warning_of_unused(const SafetensorsReader& file, const std::vector<std::string>& names) {
  constexpr size_t kShown = 20;
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i) list += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kShown) list += fmt::format(" and {} more", names.size() - kShown);
  return fmt::format(
      "{}: {} of the file's tensors {} not used, as config.json describes a model without {}: {}",
      file.path(), names.size(), names.size() == 1 ? "is" : "are", names.size() == 1 ? "it" : "them", list);
}

}  // namespace

StatePlan plan_state(const Family& family, const SafetensorsReader& file, const TransformerConfig& config,
                     const std::function<bool(const std::string& parameter)>& leave_out) {
  StatePlan plan;
  const Parameters parameters = shapes_of(config);
  const Names ours = names_of(parameters);
  std::unordered_set<const TensorEntry*> used;
  for (const auto& [name, parameter] : parameters) {
    const bool wanted = !leave_out || !leave_out(name);
    const TensorEntry* first = nullptr;
    for (const NameRule& rule : family.names) {
      const auto number = match(rule.ours, name);
      if (!number || !holds(rule, ours)) continue;
      const TensorEntry* entry = find(family, file, fill_in(rule.theirs, *number));
      if (!entry) continue;
      used.insert(entry);
      if (!wanted) continue;
      if (!first) {
        check_entry(file, *entry, their_shape(rule, parameter.shape()));
        plan.sources.push_back({name, &rule, entry});
        first = entry;
      } else if (config.head == HeadKind::language_model && !same_values(*first, *entry)) {
        plan.warnings.push_back(
            fmt::format("{}: tensor {} is not used: config.json says that it is the same as "
                        "{} (tie_word_embeddings), and it is another one",
                        file.path(), entry->name, first->name));
      }
    }
    if (!first) plan.missing.push_back(name);
  }
  std::vector<std::string> unused;
  for (const TensorEntry& entry : file.entries()) {
    if (!used.contains(&entry) && !is_needless(family, entry.name)) unused.push_back(entry.name);
  }
  if (!unused.empty()) plan.warnings.push_back(warning_of_unused(file, unused));
  return plan;
}

void load_state(const StatePlan& plan, const SafetensorsReader& file, const Parameters& parameters) {
  std::unordered_map<std::string_view, Tensor> by_name;
  for (const auto& [name, parameter] : parameters) by_name.emplace(name, parameter);
  for (const StatePlan::Source& source : plan.sources)
    copy(part_of(*source.rule, file.load(*source.entry)), by_name.at(source.parameter));
}

NamedTensors save_state(const Family& family, const Parameters& parameters) {
  NamedTensors saved;
  std::map<std::string, size_t> places;
  const Names ours = names_of(parameters);
  for (const auto& [name, parameter] : parameters) {
    const auto rule = std::find_if(
        family.names.begin(), family.names.end(),
        [&, &wanted = name](const NameRule& r) { return match(r.ours, wanted) && holds(r, ours); });
    check(rule != family.names.end(), "parameter {} has no name in the family {}", name, family.model_type);
    const std::string theirs = fill_in(rule->theirs, *match(rule->ours, name));
    const auto [place, fresh] = places.try_emplace(theirs, saved.size());
    if (fresh) {
      if (rule->layout == Layout::same && rule->parts == 1) {
        saved.emplace_back(theirs, parameter.dense());
        continue;
      }
      saved.emplace_back(theirs, Tensor::empty(their_shape(*rule, parameter.shape()), parameter.dtype()));
    }
    copy(parameter, part_of(*rule, saved[place->second].second));
  }
  return saved;
}

}  // namespace hodhod::hf
