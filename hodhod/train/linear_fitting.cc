// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/linear_fitting.h"

#include <cmath>
#include <cstdlib>
#include <map>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

std::shared_ptr<const LinearObjective> make_objective(const LinearForm& form, SparseRows rows,
                                                      LinearTargets targets, double c) {
  std::vector<double> ratios;
  if (form.log_ratio) ratios = log_ratios(rows, targets, form.smoothing);
  return std::make_shared<const LinearObjective>(std::move(rows), std::move(targets), c, form.bias.defined(),
                                                 std::move(ratios));
}

// (1 − β) · mean|w| + β · w in each column of the first rows.
std::vector<double> interpolated(std::vector<double> w, size_t rows, size_t columns, double beta) {
  const size_t end = rows * columns;
  for (size_t k = 0; beta < 1 && k < columns; ++k) {
    double sum = 0;
    for (size_t i = k; i < end; i += columns) sum += std::abs(w[i]);
    const double mean = sum / static_cast<double>(std::max<size_t>(1, rows));
    for (size_t i = k; i < end; i += columns) w[i] = (1 - beta) * mean + beta * w[i];
  }
  return w;
}

// Columns of weights into columns of labels. A single column is the difference of two labels, of which each
// gets half.
void write_columns(const std::vector<double>& from, const Tensor& to) {
  const auto count = static_cast<size_t>(to.numel());
  auto* values = to.data<float>();
  const bool halves = count == 2 * from.size();
  check(halves || count == from.size(), "linear model: {} weights for a tensor of {}", from.size(), count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(!halves ? from[i] : i % 2 == 1 ? from[i / 2] / 2 : -from[i / 2] / 2);
  }
}

NamedTensors named(const std::string& name, const std::vector<std::vector<double>>& vectors) {
  NamedTensors tensors;
  for (size_t i = 0; i < vectors.size(); ++i) {
    tensors.emplace_back(fmt::format("{}.{}", name, i), Tensor::from(vectors[i], {std::ssize(vectors[i])}));
  }
  return tensors;
}

}  // namespace

LinearFitting::LinearFitting(const LinearForm& form, SparseRows rows, LinearTargets targets,
                             const SolverOptions& options)
    : form_(form),
      options_(options),
      objective_(make_objective(form, std::move(rows), std::move(targets), options.c)),
      lbfgs_([objective = objective_](std::span<const double> x,
                                      std::span<double> gradient) { return (*objective)(x, gradient); },
             std::vector<double>(static_cast<size_t>(objective_->size())),
             {.curvature = objective_->curvature(), .tolerance = options.tolerance}) {}

void LinearFitting::publish() const {
  const auto columns = static_cast<size_t>(objective_->columns());
  const auto counted = static_cast<size_t>(objective_->counted());
  const size_t weights = static_cast<size_t>(objective_->features()) * columns;
  const std::vector<double>& x = lbfgs_.x();
  const std::vector<double> w(x.begin(), x.begin() + static_cast<ptrdiff_t>(weights));
  write_columns(objective_->effective_weights(interpolated(w, counted, columns, form_.interpolation)),
                form_.table);
  if (form_.bias.defined()) write_columns({x.begin() + static_cast<ptrdiff_t>(weights), x.end()}, form_.bias);
}

std::vector<std::pair<std::string, double>> LinearFitting::measures() const {
  return {{"objective", lbfgs_.value()}, {"gradient_norm", lbfgs_.gradient_norm()}};
}

void LinearFitting::store(FittingState& state) const {
  const Lbfgs::State now = lbfgs_.state();
  state.values["iterations"] = now.iterations;
  state.values["finished"] = now.finished;
  state.values["pairs"] = static_cast<int64_t>(now.steps.size());
  state.tensors = named("point", {now.x, now.gradient, {now.value}});
  for (const auto& [name, vectors] : {std::pair{"step", &now.steps}, {"change", &now.changes}}) {
    for (auto& tensor : named(name, *vectors)) state.tensors.push_back(std::move(tensor));
  }
}

void LinearFitting::restore(const FittingState& state) {
  constexpr const char* kWhere = "the state of the solver";
  std::map<std::string, std::vector<double>> by_name;
  for (const auto& [name, tensor] : state.tensors) by_name[name] = tensor.values();
  const auto take = [&](const std::string& name) {
    const auto found = by_name.find(name);
    check(found != by_name.end(), "{} has no {}; it belongs to another run", kWhere, name);
    return std::move(found->second);
  };
  Lbfgs::State before{.x = take("point.0"), .gradient = take("point.1")};
  before.value = take("point.2").at(0);
  before.iterations = json_get<int64_t>(state.values, "iterations", kWhere);
  before.finished = json_get<bool>(state.values, "finished", kWhere);
  const auto pairs = json_get<int64_t>(state.values, "pairs", kWhere);
  for (int64_t i = 0; i < pairs; ++i) {
    before.steps.push_back(take(fmt::format("step.{}", i)));
    before.changes.push_back(take(fmt::format("change.{}", i)));
  }
  lbfgs_.restore(std::move(before));
}

}  // namespace hodhod
