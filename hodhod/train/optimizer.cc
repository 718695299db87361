// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/optimizer.h"

#include <cmath>
#include <map>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/optimizer.h"
#include "hodhod/tensor/gradient.h"

namespace hodhod {
namespace {

template <class T>
T* data_or_null(std::vector<Tensor>& state, size_t part) {
  return part < state.size() ? state[part].data<T>() : nullptr;
}

class Sgd final : public Optimizer {
 public:
  Sgd(NamedParameters parameters, const OptimizerOptions& options)
      : Optimizer(std::move(parameters), options,
                  options.momentum > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{}) {}

 private:
  void apply(const Slot& slot) override {
    with_compute_type("sgd", slot.parameter.dtype(), [&](auto t) {
      using T = decltype(t);
      // A velocity of zero makes the first step the same as any: b = momentum · 0 + g.
      kernels::kernels_of<T>(slot.parameter.device())
          .sgd({.value = slot.parameter.template data<T>(),
                .gradient = slot.gradient.template data<T>(),
                .velocity = data_or_null<T>(slot.state, 0),
                .count = slot.parameter.numel(),
                .rate = slot.rate,
                .scale = slot.scale,
                .momentum = options_.momentum,
                .weight_decay = slot.decay,
                .nesterov = options_.nesterov});
    });
  }
};

class Adam final : public Optimizer {
 public:
  Adam(NamedParameters parameters, const OptimizerOptions& options)
      : Optimizer(std::move(parameters), options, {"mean", "square"}) {}

 private:
  void apply(const Slot& slot) override {
    with_compute_type("adam", slot.parameter.dtype(), [&](auto t) {
      using T = decltype(t);
      kernels::kernels_of<T>(slot.parameter.device())
          .adam({.value = slot.parameter.template data<T>(),
                 .gradient = slot.gradient.template data<T>(),
                 .mean = data_or_null<T>(slot.state, 0),
                 .square = data_or_null<T>(slot.state, 1),
                 .count = slot.parameter.numel(),
                 .step = steps(),
                 .rate = slot.rate,
                 .scale = slot.scale,
                 .beta1 = options_.beta1,
                 .beta2 = options_.beta2,
                 .epsilon = options_.epsilon,
                 .weight_decay = slot.decay,
                 .decoupled = options_.kind == OptimizerKind::adamw});
    });
  }
};

class Adagrad final : public Optimizer {
 public:
  Adagrad(NamedParameters parameters, const OptimizerOptions& options)
      : Optimizer(std::move(parameters), options, {"square_sum"}) {}

 private:
  void apply(const Slot& slot) override {
    with_compute_type("adagrad", slot.parameter.dtype(), [&](auto t) {
      using T = decltype(t);
      kernels::kernels_of<T>(slot.parameter.device())
          .adagrad({.value = slot.parameter.template data<T>(),
                    .gradient = slot.gradient.template data<T>(),
                    .square_sum = data_or_null<T>(slot.state, 0),
                    .count = slot.parameter.numel(),
                    .rate = slot.rate,
                    .scale = slot.scale,
                    .epsilon = options_.epsilon,
                    .weight_decay = slot.decay});
    });
  }
};

class Rmsprop final : public Optimizer {
 public:
  Rmsprop(NamedParameters parameters, const OptimizerOptions& options)
      : Optimizer(std::move(parameters), options,
                  options.momentum > 0 ? std::vector<std::string>{"square", "velocity"}
                                       : std::vector<std::string>{"square"}) {}

 private:
  void apply(const Slot& slot) override {
    with_compute_type("rmsprop", slot.parameter.dtype(), [&](auto t) {
      using T = decltype(t);
      kernels::kernels_of<T>(slot.parameter.device())
          .rmsprop({.value = slot.parameter.template data<T>(),
                    .gradient = slot.gradient.template data<T>(),
                    .square = data_or_null<T>(slot.state, 0),
                    .velocity = data_or_null<T>(slot.state, 1),
                    .count = slot.parameter.numel(),
                    .rate = slot.rate,
                    .scale = slot.scale,
                    .alpha = options_.beta2,
                    .epsilon = options_.epsilon,
                    .momentum = options_.momentum,
                    .weight_decay = slot.decay});
    });
  }
};

}  // namespace

double sum_of_squares(const Tensor& x) {
  const Tensor dense = x.dense();
  return with_compute_type("sum of squares", dense.dtype(), [&](auto t) {
    using T = decltype(t);
    return kernels::kernels_of<T>(dense.device())
        .sum_squares({.x = dense.template data<T>(), .count = dense.numel()});
  });
}

Optimizer::Optimizer(NamedParameters parameters, const OptimizerOptions& options,
                     std::vector<std::string> parts)
    : options_(options), parameters_(std::move(parameters)), parts_(std::move(parts)) {
  for (const auto& [name, parameter] : parameters_) {
    check(parameter.is_leaf() && parameter.is_contiguous() && is_compute(parameter.dtype()),
          "optimizer: parameter {} must be a dense f32 or f64 tensor that wants a gradient", name);
    std::vector<Tensor>& state = state_.emplace_back();
    for (size_t i = 0; i < parts_.size(); ++i) state.push_back(parameter.new_zeros(parameter.shape()));
  }
}

void Optimizer::step(double rate, double scale) {
  begin_step();
  for (size_t i = 0; i < parameters_.size(); ++i) update(i, rate, scale);
}

void Optimizer::update(size_t index, double rate, double scale) {
  const Tensor& parameter = parameters_[index].second;
  const Gradient gradient = parameter.gradient();
  if (!gradient.defined()) return;
  // Norms and biases are vectors. Decay does them harm.
  const double decay = parameter.rank() >= 2 || options_.decay_vectors ? options_.weight_decay : 0;
  const Slot whole{parameter, gradient.values.dense(), state_[index], rate, scale, decay};
  if (gradient.has_rows()) {
    apply_to_rows(whole, gradient.rows);
  } else {
    apply(whole);
  }
  parameter.clear_grad();
}

void Optimizer::apply_to_rows(const Slot& slot, const Tensor& rows) {
  std::vector<Tensor> state;
  for (const Tensor& part : slot.state) state.push_back(rows_taken(part, rows));
  const Tensor parameter = rows_taken(slot.parameter, rows);
  apply({parameter, slot.gradient, state, slot.rate, slot.scale, slot.decay});
  put_rows(slot.parameter, rows, parameter);
  for (size_t i = 0; i < state.size(); ++i) put_rows(slot.state[i], rows, state[i]);
}

double Optimizer::gradient_norm() const {
  double sum = 0;
  for (const auto& [name, parameter] : parameters_) {
    if (const Tensor gradient = parameter.gradient().values; gradient.defined())
      sum += sum_of_squares(gradient);
  }
  return std::sqrt(sum);
}

bool has_use_for(OptimizerKind kind, std::string_view option) {
  const bool is_adam = kind == OptimizerKind::adam || kind == OptimizerKind::adamw;
  if (option == "beta1") return is_adam;
  if (option == "beta2") return is_adam || kind == OptimizerKind::rmsprop;
  if (option == "epsilon") return kind != OptimizerKind::sgd;
  if (option == "momentum") return kind == OptimizerKind::sgd || kind == OptimizerKind::rmsprop;
  if (option == "nesterov") return kind == OptimizerKind::sgd;
  return true;
}

std::string first_not_finite(const NamedParameters& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!std::isfinite(sum_of_squares(tensor))) return name;
  }
  return "";
}

std::string Optimizer::first_not_finite() const {
  for (const auto& [name, parameter] : parameters_) {
    if (const Tensor gradient = parameter.gradient().values;
        gradient.defined() && !std::isfinite(sum_of_squares(gradient))) {
      return name;
    }
  }
  return "";
}

NamedParameters Optimizer::state() const {
  NamedParameters all;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    for (size_t p = 0; p < parts_.size(); ++p)
      all.emplace_back(parts_[p] + "." + parameters_[i].first, state_[i][p]);
  }
  return all;
}

void Optimizer::restore(const NamedParameters& state, int64_t steps) {
  std::map<std::string, Tensor> by_name(state.begin(), state.end());
  for (const auto& [name, mine] : this->state()) {
    const auto found = by_name.find(name);
    check(found != by_name.end(),
          "optimizer: the checkpoint has no {}; it belongs to another model or optimiser", name);
    check(found->second.shape() == mine.shape(), "optimizer: {} has shape {} in the checkpoint and {} here",
          name, found->second.shape(), mine.shape());
    copy(found->second, mine);
  }
  steps_ = steps;
}

std::unique_ptr<Optimizer> make_optimizer(NamedParameters parameters, const OptimizerOptions& options) {
  switch (options.kind) {
    case OptimizerKind::sgd:
      return std::make_unique<Sgd>(std::move(parameters), options);
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return std::make_unique<Adam>(std::move(parameters), options);
    case OptimizerKind::adagrad:
      return std::make_unique<Adagrad>(std::move(parameters), options);
    case OptimizerKind::rmsprop:
      return std::make_unique<Rmsprop>(std::move(parameters), options);
  }
  fail("there is no optimiser number {}", static_cast<int>(options.kind));
}

}  // namespace hodhod
