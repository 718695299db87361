// SPDX-License-Identifier: Apache-2.0
// Models that read a text as features, each with a value, and in no order: which words and n-grams are in it,
// and how often. Others read the tokenizer's tokens in their order.
//
// A configuration of such a model (ModelConfig::reads_features) learns them from the words of the training
// texts before the model is made. A task hands the features to the model as a TokenBatch with weights.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// The features of a text, each once, by ascending id.
struct FeatureList {
  std::vector<int64_t> ids;
  std::vector<float> values;  // as many
};

// The words of a text.
using WordSpan = std::span<const std::string_view>;
// Sets the words of the next text, valid until the next call; false after the last.
using WordSource = std::function<bool(std::vector<std::string_view>& words)>;

class TextFeatures {
 public:
  virtual ~TextFeatures() = default;
  // Features that were not learned are left out. A text does not depend on others. May be called from
  // several threads at once.
  virtual FeatureList read(WordSpan words) const = 0;
  // How each feature that read() gives is spelled in this text ("not good"); as many, in the same order.
  virtual std::vector<std::string> spellings(WordSpan words) const = 0;
};

}  // namespace hodhod
