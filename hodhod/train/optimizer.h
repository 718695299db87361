// SPDX-License-Identifier: Apache-2.0
// Optimisers: they own the state of each parameter, and change parameters by their gradients.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

enum class OptimizerKind { sgd, adam, adamw, adagrad, rmsprop };
constexpr std::array<std::string_view, 5> names_of(OptimizerKind) {
  return {"sgd", "adam", "adamw", "adagrad", "rmsprop"};
}

// Whether the rule has a use for the option of that name ("momentum").
bool has_use_for(OptimizerKind kind, std::string_view option);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double beta1 = 0.9;
  double beta2 = 0.98;
  double epsilon = 1e-9;
  double momentum = 0.0;
  bool nesterov = false;
  double weight_decay = 0.0;
  bool decay_vectors = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("kind", kind, "Rule by which gradients change the parameters");
    v("beta1", beta1, "adam: decay of the mean of the gradients", at_least(0).below(1));
    v("beta2", beta2, "adam and rmsprop: decay of the mean of the squared gradients", at_least(0).below(1));
    v("epsilon", epsilon, "Number added to the root of the mean square, so that nothing is divided by zero",
      above(0));
    v("momentum", momentum, "sgd and rmsprop: share of the last update that is added to the next",
      at_least(0).below(1));
    v("nesterov", nesterov, "sgd: use Nesterov's momentum");
    v("weight_decay", weight_decay, "Rate at which matrices decay towards zero", at_least(0));
    v("decay_vectors", decay_vectors, "Apply weight decay to norms and biases, too");
  }
};

using NamedParameters = std::vector<std::pair<std::string, Tensor>>;

// Σ x² over a tensor of f32 or f64, in double and in a fixed order.
double sum_of_squares(const Tensor& x);
// The name of the first tensor with a value that is not finite; empty if there is none. Tensors of f32 or
// f64.
std::string first_not_finite(const NamedParameters& tensors);

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  const NamedParameters& parameters() const { return parameters_; }
  // Updates made so far.
  int64_t steps() const { return steps_; }

  // Applies every parameter's gradient times `scale` at this learning rate, and clears the gradients. A
  // parameter without a gradient stays as it is. Of a parameter whose gradient has rows (tensor/gradient.h),
  // these rows and their state alone change: means do not fade and weights do not decay in the others.
  void step(double rate, double scale = 1);

  // The same one parameter at a time, as gradients become complete: begin_step(), then update(i) for each.
  void begin_step() { ++steps_; }
  void update(size_t index, double rate, double scale = 1);

  // √Σ g² over all gradients, in double and in a fixed order. It is finite exactly if every element is.
  double gradient_norm() const;
  // The first parameter whose gradient is not finite, or empty.
  std::string first_not_finite() const;

  // What a checkpoint has to hold beside steps(): tensors named "PART.PARAMETER".
  NamedParameters state() const;
  void restore(const std::vector<std::pair<std::string, Tensor>>& state, int64_t steps);

 protected:
  // `parts` names the state tensors kept with each parameter.
  Optimizer(NamedParameters parameters, const OptimizerOptions& options, std::vector<std::string> parts);

  struct Slot {
    Tensor parameter, gradient;
    std::vector<Tensor>& state;
    double rate, scale, decay;
  };
  virtual void apply(const Slot& slot) = 0;
  // The same for these rows of the parameter and of its state; the slot's gradient is theirs.
  void apply_to_rows(const Slot& slot, const Tensor& rows);

  OptimizerOptions options_;

 private:
  NamedParameters parameters_;
  std::vector<std::string> parts_;
  std::vector<std::vector<Tensor>> state_;
  int64_t steps_ = 0;
};

// Parameters must be dense f32 or f64 leaves.
std::unique_ptr<Optimizer> make_optimizer(NamedParameters parameters, const OptimizerOptions& options);

}  // namespace hodhod
