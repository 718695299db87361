// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/state.h"

#include <algorithm>
#include <map>
#include <optional>

#include "hodhod/base/error.h"

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

// Whether a rule is in force for a model with these parameters.
bool holds(const NameRule& rule, const Parameters& parameters) {
  const auto has = [&](const std::string& name) {
    return std::any_of(parameters.begin(), parameters.end(),
                       [&](const auto& entry) { return entry.first == name; });
  };
  return (rule.unless.empty() || !has(rule.unless)) && (rule.only_if.empty() || has(rule.only_if));
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

}  // namespace

std::vector<std::string> load_state(const Family& family, const SafetensorsReader& file,
                                    const Parameters& parameters) {
  std::vector<std::string> missing;
  for (const auto& [name, parameter] : parameters) {
    bool found = false;
    for (const NameRule& rule : family.names) {
      const auto number = match(rule.ours, name);
      if (!number || !holds(rule, parameters)) continue;
      const TensorEntry* entry = find(family, file, fill_in(rule.theirs, *number));
      if (!entry) continue;
      const Tensor stored = file.load(*entry);
      check(stored.shape() == their_shape(rule, parameter.shape()),
            "{}: tensor {} has shape {} where the configuration asks for {}; config.json and the weights do "
            "not belong "
            "together",
            file.path(), entry->name, stored.shape(), their_shape(rule, parameter.shape()));
      copy(part_of(rule, stored), parameter);
      found = true;
      break;
    }
    if (!found) missing.push_back(name);
  }
  return missing;
}

NamedTensors save_state(const Family& family, const Parameters& parameters) {
  NamedTensors saved;
  std::map<std::string, size_t> places;
  for (const auto& [name, parameter] : parameters) {
    const auto rule = std::find_if(
        family.names.begin(), family.names.end(),
        [&, &wanted = name](const NameRule& r) { return match(r.ours, wanted) && holds(r, parameters); });
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
