// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/stored_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

// The layer's number in `name` if `name` is `pattern` with a number in place of "{}", or 0 if both are equal;
// otherwise nothing.
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

ParameterNames all_names(const NamedTensors& parameters) {
  ParameterNames names;
  for (const auto& [name, parameter] : parameters) names.insert(name);
  return names;
}

// Whether a rule applies to a model with parameters of these names.
bool holds(const NameRule& rule, const ParameterNames& names) {
  return (rule.unless.empty() || !names.contains(rule.unless)) &&
         (rule.only_if.empty() || names.contains(rule.only_if));
}

std::string fill_in(const std::string& pattern, const std::string& number) {
  const size_t hole = pattern.find("{}");
  return hole == std::string::npos ? pattern : pattern.substr(0, hole) + number + pattern.substr(hole + 2);
}

// The file's entry under `name`, under an older spelling, or without a prefix that names may lack.
const TensorEntry* find_entry(const TensorNames& table, const TensorFile& file, const std::string& name) {
  if (const TensorEntry* entry = file.find(name)) return entry;
  for (const std::string_view prefix : table.prefixes) {
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

// x [groups · n, ...], as it stands in its memory, as [groups, n', ...]: of each group the rows from `first`
// on.
Tensor in_groups(const Tensor& x, int64_t groups, int64_t first, int64_t rows) {
  const int64_t each = x.dim(0) / groups;
  Shape shape{groups, rows}, strides{each * x.stride(0), x.stride(0)};
  for (int i = 1; i < x.rank(); ++i) {
    shape.push_back(x.dim(i));
    strides.push_back(x.stride(i));
  }
  return x.with_layout(shape, strides, first * x.stride(0));
}

// Our parameter in the shape of part_of().
Tensor as_part(const NameRule& rule, const Tensor& ours) {
  return rule.parts == 1 ? ours : in_groups(ours, rule.groups, 0, ours.dim(0) / rule.groups);
}

// The view of their tensor that holds our parameter.
Tensor part_of(const NameRule& rule, const Tensor& theirs) {
  if (rule.layout == Layout::row) return theirs.with_layout({theirs.numel()}, {1});
  Tensor view = theirs;
  if (rule.layout == Layout::transposed && theirs.rank() == 2) {
    view = theirs.with_layout({theirs.dim(1), theirs.dim(0)}, {theirs.stride(1), theirs.stride(0)});
  }
  if (rule.parts == 1) return view;
  const int64_t rows = view.dim(0) / (rule.groups * rule.parts);
  return in_groups(view, rule.groups, rule.part * rows, rule.count * rows);
}

// Whether the table knows a tensor that this model does not need.
bool is_needless(const TensorNames& table, const std::string& theirs) {
  const auto named = [&](const std::string& pattern) {
    if (match(pattern, theirs)) return true;
    return std::any_of(table.prefixes.begin(), table.prefixes.end(), [&](std::string_view prefix) {
      return pattern.starts_with(prefix) && match(pattern.substr(prefix.size()), theirs);
    });
  };
  return std::any_of(table.needless.begin(), table.needless.end(), named) ||
         std::any_of(table.head.begin(), table.head.end(),
                     [&](const NameRule& rule) { return named(rule.theirs); });
}

void check_entry(const TensorFile& file, const TensorEntry& entry, const Shape& wanted) {
  check_floats(file, entry);
  check(
      std::equal(entry.shape.begin(), entry.shape.end(), wanted.begin(), wanted.end()),
      "{}: tensor {} has shape [{}] where the configuration asks for {}; config.json and the weights do not "
      "belong together",
      file.path(), entry.name, fmt::join(entry.shape, ", "), wanted);
}

bool same_values(const TensorEntry& a, const TensorEntry& b) {
  return a.dtype == b.dtype && a.shape == b.shape &&
         std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin());
}

std::string warning_of_unused(const TensorFile& file, const std::vector<std::string>& names) {
  constexpr size_t kShown = 20;
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kShown); ++i) list += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kShown) list += fmt::format(" and {} more", names.size() - kShown);
  return fmt::format(
      "{}: {} of the file's tensors {} not used, as config.json describes a model without {}: {}",
      file.path(), names.size(), names.size() == 1 ? "is" : "are", names.size() == 1 ? "it" : "them", list);
}

// Plans to load the first of a parameter's tensors that is in the file; warns if another is not a copy of it.
void plan_parameter(WeightPlan& plan, const std::vector<NameRule>& rules,
                    const std::vector<const TensorEntry*>& entries, const TensorFile& file,
                    const Tensor& parameter, bool compare_copies) {
  const TensorEntry* first = nullptr;
  for (size_t i = 0; i < rules.size(); ++i) {
    const TensorEntry* entry = entries[i];
    if (entry == nullptr) continue;
    if (!first) {
      check_entry(file, *entry, their_shape(rules[i], parameter.shape()));
      plan.sources.push_back({rules[i].ours, rules[i], entry});
      first = entry;
    } else if (compare_copies && !same_values(*first, *entry)) {
      plan.warnings.push_back(
          fmt::format("{}: tensor {} is not used: config.json says that it is the same as "
                      "{} (tie_word_embeddings), and it is another one",
                      file.path(), entry->name, first->name));
    }
  }
}

}  // namespace

std::vector<NameRule> rules_for(const TensorNames& table, const std::string& name,
                                const ParameterNames& ours) {
  if (table.body.empty() && table.head.empty()) return {{name, name}};
  std::vector<NameRule> rules;
  for (const auto* list : {&table.body, &table.head}) {
    for (const NameRule& rule : *list) {
      const auto number = match(rule.ours, name);
      if (!number || !holds(rule, ours)) continue;
      rules.push_back(rule);
      rules.back().ours = name;
      rules.back().theirs = fill_in(rule.theirs, *number);
    }
  }
  if (rules.empty()) rules.push_back({name, name});
  return rules;
}

Shape their_shape(const NameRule& rule, const Shape& ours) {
  if (rule.layout == Layout::row) return {1, ours[0]};
  Shape shape = ours;
  shape[0] = shape[0] / rule.count * rule.parts;
  if (rule.layout == Layout::transposed && shape.rank() == 2) std::swap(shape[0], shape[1]);
  return shape;
}

void check_floats(const TensorFile& file, const TensorEntry& entry) {
  const auto floats = std::to_array<std::string_view>({"F64", "F32", "F16", "BF16"});
  check(std::find(floats.begin(), floats.end(), entry.dtype) != floats.end(),
        "{}: tensor {} is of type {}; weights are numbers of type {}", file.path(), entry.name, entry.dtype,
        fmt::join(floats, ", "));
}

WeightPlan plan_weights(const TensorNames& table, const TensorFile& file, Model& shapes,
                        const ParameterChoice& leave_out) {
  WeightPlan plan;
  const NamedTensors parameters = parameters_of(shapes);
  const ParameterNames ours = all_names(parameters);
  // Further tensors of a tied embedding belong to an output layer; without one, they need not be copies.
  const bool has_output = head_as<LanguageHead>(shapes) || head_as<MaskedLanguageHead>(shapes);
  std::unordered_set<const TensorEntry*> used;
  for (const auto& [name, parameter] : parameters) {
    const std::vector<NameRule> rules = rules_for(table, name, ours);
    std::vector<const TensorEntry*> entries;
    for (const NameRule& rule : rules) {
      entries.push_back(find_entry(table, file, rule.theirs));
      used.insert(entries.back());
    }
    const size_t planned = plan.sources.size();
    if (!leave_out || !leave_out(name)) plan_parameter(plan, rules, entries, file, parameter, has_output);
    if (plan.sources.size() > planned) continue;
    const bool zero = rules[0].zero_if_absent;
    (zero ? plan.zero : plan.missing).push_back(name);
  }
  std::vector<std::string> unused;
  for (const TensorEntry& entry : file.entries()) {
    if (!used.contains(&entry) && !is_needless(table, entry.name)) unused.push_back(entry.name);
  }
  if (!unused.empty()) plan.warnings.push_back(warning_of_unused(file, unused));
  return plan;
}

void load_weights(const WeightPlan& plan, const TensorFile& file, const NamedTensors& parameters) {
  std::unordered_map<std::string_view, Tensor> by_name;
  for (const auto& [name, parameter] : parameters) by_name.emplace(name, parameter);
  for (const WeightPlan::Source& source : plan.sources)
    copy(part_of(source.rule, file.load(*source.entry)), as_part(source.rule, by_name.at(source.parameter)));
  for (const std::string& name : plan.zero) fill(by_name.at(name), 0);
}

NamedTensors save_weights(const TensorNames& table, const NamedTensors& parameters) {
  NamedTensors saved;
  std::map<std::string, size_t> places;
  const ParameterNames ours = all_names(parameters);
  for (const auto& [name, parameter] : parameters) {
    const std::vector<NameRule> rules = rules_for(table, name, ours);
    const NameRule& rule = rules[0];
    const auto [place, fresh] = places.try_emplace(rule.theirs, saved.size());
    if (fresh) {
      if (rule.layout == Layout::same && rule.parts == 1) {
        saved.emplace_back(rule.theirs, parameter.dense());
        continue;
      }
      saved.emplace_back(rule.theirs, Tensor::empty(their_shape(rule, parameter.shape()), parameter.dtype()));
    }
    copy(as_part(rule, parameter.dense()), part_of(rule, saved[place->second].second));
  }
  return saved;
}

}  // namespace hodhod
