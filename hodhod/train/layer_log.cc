// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/layer_log.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hodhod/ops/elementwise.h"
#include "hodhod/tensor/gradient.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

bool is_number(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether a traced tensor is what a layer, or the embedding, hands on: "encoder.layer.3.output".
bool is_layer_output(std::string_view name) {
  constexpr std::string_view kOutput = ".output";
  if (!name.ends_with(kOutput)) return false;
  name.remove_suffix(kOutput.size());
  const std::string_view owner = name.substr(name.rfind('.') + 1);
  return owner == "embedding" || is_number(owner);
}

// Sums of squares over the parameters of a group.
struct GroupSquares {
  double gradient = 0, weight = 0, update = 0;
};

using Groups = std::vector<std::pair<std::string, GroupSquares>>;

GroupSquares& group_of(Groups& groups, std::string_view parameter) {
  const std::string name = parameter_group(parameter);
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
  return found != groups.end() ? found->second : groups.emplace_back(name, GroupSquares()).second;
}

// "decoder.weight_ih_l0_reverse" → "decoder.layer.0.input_reverse", and so with hidden (hh) and projection
// (hr); empty for names of another kind. Recurrent layers number their tensors at the end of their names.
std::string recurrent_group(std::string_view parameter) {
  constexpr std::string_view kReverse = "_reverse";
  const size_t dot = parameter.rfind('.');
  std::string_view last = dot == std::string_view::npos ? parameter : parameter.substr(dot + 1);
  const std::string before(parameter.substr(0, parameter.size() - last.size()));
  const bool reverse = last.ends_with(kReverse);
  if (reverse) last.remove_suffix(kReverse.size());
  for (const std::string_view kind : {"weight_", "bias_"}) {
    for (const auto& [short_name, name] :
         {std::pair{"ih", "input"}, {"hh", "hidden"}, {"hr", "projection"}}) {
      const std::string begin = std::string(kind) + short_name + "_l";
      if (!last.starts_with(begin) || !is_number(last.substr(begin.size()))) continue;
      return before + "layer." + std::string(last.substr(begin.size())) + "." + name +
             (reverse ? "_reverse" : "");
    }
  }
  return {};
}

// √(a / b), or NaN, which is written as null, where b is zero.
double root_ratio(double a, double b) { return b > 0 ? std::sqrt(a / b) : std::nan(""); }

Json line_of(const Groups& groups, const std::vector<std::pair<std::string, double>>& outputs) {
  Json gradient = Json::object(), weight = Json::object(), update = Json::object(), output = Json::object();
  for (const auto& [name, squares] : groups) {
    gradient[name] = std::sqrt(squares.gradient);
    weight[name] = std::sqrt(squares.weight);
    update[name] = root_ratio(squares.update, squares.weight);
  }
  for (const auto& [name, size] : outputs) output[name] = size;
  return Json::Object{{"gradient", gradient}, {"weight", weight}, {"update", update}, {"output", output}};
}

}  // namespace

std::string parameter_group(std::string_view parameter) {
  if (const std::string group = recurrent_group(parameter); !group.empty()) return group;
  const std::string_view whole = parameter.substr(0, parameter.rfind('.'));
  for (size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
    end = whole.find('.', begin);
    if (!is_number(whole.substr(begin, end - begin)) || end == std::string_view::npos) continue;
    return std::string(whole.substr(0, whole.find('.', end + 1)));
  }
  return std::string(whole);
}

LayerLog::LayerLog(std::string path, int64_t step)
    : lines_(std::move(path), step, true), trace_([this](const Trace::Entry& entry) { measure(entry); }) {}

Trace* LayerLog::trace() {
  outputs_.clear();
  return &trace_;
}

void LayerLog::measure(const Trace::Entry& entry) {
  if (!is_layer_output(entry.name)) return;
  // A layer that is computed again comes again.
  for (const auto& [name, size] : outputs_) {
    if (name == entry.name) return;
  }
  const auto count = static_cast<double>(entry.tensor.numel());
  outputs_.emplace_back(entry.name, std::sqrt(sum_of_squares(entry.tensor.detach()) / count));
}

void LayerLog::step(Optimizer& optimizer, double rate, double scale, double items, int64_t step) {
  const NoGrad off;
  Groups groups;
  optimizer.begin_step();
  for (size_t i = 0; i < optimizer.parameters().size(); ++i) {
    const auto& [name, parameter] = optimizer.parameters()[i];
    GroupSquares& group = group_of(groups, name);
    const Tensor gradient = parameter.gradient().values;
    if (gradient.defined()) group.gradient += sum_of_squares(gradient) / (items * items);
    group.weight += sum_of_squares(parameter.detach());
    const Tensor before = parameter.detach().clone();
    optimizer.update(i, rate, scale);
    group.update += sum_of_squares(sub(parameter.detach(), before));
  }
  lines_.add(step, line_of(groups, outputs_));
}

}  // namespace hodhod
