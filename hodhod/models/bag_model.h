// SPDX-License-Identifier: Apache-2.0
// A model of texts as features without order:
//
//   features → Σ value · row of the table → hidden layers → head
//
// Without hidden layers the table has a column for each label, and the sum is the logits but for the bias:
// logistic regression. With them it has the width of the first: h = f(sum + bias), and the layers that follow
// are h = f(W h + bias).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/models/bag_config.h"
#include "hodhod/models/model.h"
#include "hodhod/nn/linear.h"

namespace hodhod {

class BagModel final : public Model, public Encoder {
 public:
  // Parameters without values.
  explicit BagModel(const BagModelConfig& config);

  // ---- Model ----
  const BagModelConfig& config() const override { return config_; }
  const Encoder* encoder() const override { return this; }
  const Head& head() const override { return head_; }
  std::optional<LinearForm> linear_form() override;
  void for_each_parameter(const ParameterFunction& f) override;
  // Without hidden layers all is 0. With them, the table is uniform in ±1/C as fastText's, other matrices are
  // Xavier-uniform, and biases 0; without an activation, the label layer begins at 0, too.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  // The known features; the kind reads them with config.json.
  void save_files(const std::string& directory) const override;

  // One state for each text [B, 1, C]. `tokens` holds features with their values as weights.
  HiddenStates encode(const TokenBatch& tokens, Context& context) const override;

  template <class V>
  void visit(V& v) {
    v("embedding.weight", table_);
    v("embedding.bias", bias_);
    v("layers", layers_);
    std::visit([&](auto& head) { head.visit(v); }, head_);
  }

 private:
  Tensor activated(const Tensor& x, Context& context) const;

  BagModelConfig config_;
  Tensor table_;                // [F, first width]
  Tensor bias_;                 // [first width]; undefined without hidden layers, or without biases
  std::vector<Linear> layers_;  // the hidden layers after the first
  Head head_;
};

}  // namespace hodhod
