// SPDX-License-Identifier: Apache-2.0
// Solves for the weights of a model that is linear in its features (models/linear_form.h). The loss is
// convex, so the result is a fact of the data and the options, not of a way to get there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/linear_form.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/lbfgs.h"
#include "hodhod/train/linear_objective.h"

namespace hodhod {

struct SolverOptions {
  double c = 1;
  double tolerance = 1e-4;
  int64_t iterations = 2000;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("c", c, "C, what the loss counts beside the penalty ½‖w‖²: more fits the training data closer",
      above(0));
    v("tolerance", tolerance,
      "The minimum is found where the gradient's norm is below this, times the norm of the weights if that "
      "is above 1",
      above(0));
    v("iterations", iterations, "Most iterations of L-BFGS", at_least(1));
  }
};

// A unit is an iteration of L-BFGS.
class LinearFitting final : public Fitting {
 public:
  // The form's tensors are written by publish() alone.
  LinearFitting(const LinearForm& form, SparseRows rows, LinearTargets targets, const SolverOptions& options);

  // Writes the weights as they are now into the form's tensors.
  void publish() const;
  // Whether the gradient is as small as was asked for, once it has finished.
  bool converged() const { return lbfgs_.finished(); }
  double gradient_norm() const { return lbfgs_.gradient_norm(); }

  // ---- Fitting ----
  void advance() override { lbfgs_.advance(); }
  bool finished() const override { return lbfgs_.finished() || lbfgs_.iterations() >= options_.iterations; }
  bool usable() const override { return lbfgs_.iterations() > 0; }
  std::vector<std::pair<std::string, double>> measures() const override;
  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

 private:
  LinearForm form_;
  SolverOptions options_;
  std::shared_ptr<const LinearObjective> objective_;
  Lbfgs lbfgs_;
};

}  // namespace hodhod
