// SPDX-License-Identifier: Apache-2.0
// The configuration of a bag: a model of texts as features without order.
//
// One model for what goes under many names: logistic regression on bags of words or TF-IDF, NB-SVM,
// fastText's classifier, a multi-layer perceptron. What differs is the value of a feature (bag_features.h),
// and what follows the weighted sum of the features' rows (bag_model.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/bag_features.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/number_columns.h"
#include "hodhod/models/special_ids.h"

namespace hodhod {

// How weights are found. solver: the minimum of a convex loss, to a tolerance (train/linear_fitting.h); for
// bags without hidden layers. gradients: step by step, in the trainer.
enum class BagTraining { solver, gradients };
constexpr std::array<std::string_view, 2> names_of(BagTraining) { return {"solver", "gradients"}; }

// The function after a hidden layer.
enum class HiddenFunction { none, relu, tanh };
constexpr std::array<std::string_view, 3> names_of(HiddenFunction) { return {"none", "relu", "tanh"}; }

struct BagConfig {
  BagFeatureOptions features = {};
  std::vector<int64_t> hidden_sizes = {};
  HiddenFunction activation = HiddenFunction::relu;
  bool bias = true;
  double dropout = 0;
  BagTraining training = BagTraining::solver;
  double smoothing = 1;
  double interpolation = 1;
  int64_t max_length = int64_t{1} << 20;
  SpecialIds special = {};

  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    features.visit(v);
    v("hidden_sizes", hidden_sizes,
      "Widths of the hidden layers, the first of which is the table's; none for a linear model",
      in(1, 1 << 18));
    v("activation", activation, "Function after each hidden layer");
    v("bias", bias, "Add a bias for each label, and in hidden layers");
    v("dropout", dropout, "Dropout after each hidden layer", at_least(0).below(1));
    v("training", training, "How a model without hidden layers finds its weights");
    v("smoothing", smoothing, "With log-ratio: where the counts of the ratio begin", above(0));
    v("interpolation", interpolation,
      "With log-ratio: share of the weights themselves, the rest being the mean of their absolute values",
      in(0, 1));
    v("max_length", max_length, "Most words that are read of a text", in(1, 1 << 30));
  }
};

struct BagModelConfig final : ModelConfig, NumberReader {
  BagModelConfig(const BagConfig& config = {});

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<BagModelConfig>(*this); }
  // The rows of the table: those of the text's features, and one for each column of numbers. 0 before the
  // features are learned.
  int64_t vocabulary() const override { return features_ ? features_->rows() + numbers_.size() : 0; }
  void set_vocabulary(int64_t) override {}  // the features decide it, whatever the tokenizer knows
  int64_t max_length() const override { return body.max_length; }
  void set_max_length(int64_t length) override { body.max_length = length; }
  const SpecialIds& special() const override { return body.special; }
  void set_special(const SpecialIds&) override {}  // features are no tokens
  // Of the table's rows: one column for each label, or the width of the last hidden layer.
  int64_t width() const override;
  bool is_linear() const { return body.hidden_sizes.empty(); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::classifier}; }
  bool reads_features() const override { return true; }
  const TextFeatures* features() const override { return features_.get(); }
  void learn_features(const WordSource& texts) override;
  const NumberColumns& numbers() const override { return numbers_; }
  void set_numbers(const NumberColumns& numbers) override { numbers_ = numbers; }
  std::string summary() const override;
  std::vector<Field> fields() override;
  std::string why_useless(std::string_view option) const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  FittedBy fitted_by() const override { return FittedBy::gradients; }
  std::unique_ptr<Model> make() const override;

  const BagFeatures* known_features() const { return features_.get(); }
  void set_features(std::shared_ptr<const BagFeatures> features) { features_ = std::move(features); }

  BagConfig body;

 private:
  std::shared_ptr<const BagFeatures> features_;  // null before they are learned
  NumberColumns numbers_;
};

// The kind "bag", with the presets bow, tfidf, nbsvm, fasttext and mlp.
const ModelType& bag_type();

}  // namespace hodhod
