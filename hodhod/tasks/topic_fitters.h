// SPDX-License-Identifier: Apache-2.0
// How each kind of topic model is fitted to the words of texts.
#pragma once

#include <functional>
#include <memory>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/text_words.h"

namespace hodhod {

struct TopicTraining {
  int64_t sweeps = 300;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("sweeps", sweeps,
      "Number of times that the topic of every word is drawn, or for nmf that all weights are improved",
      in(1, 1 << 30));
  }
};

struct TopicFitter {
  std::unique_ptr<Fitting> fitting;
  std::function<void()> hand_over;  // puts what is fitted so far into the model
};

// Error when the model is of no kind that is fitted to texts. The texts and the model must outlive the
// fitter.
TopicFitter topic_fitter(Model& model, const TextWords& texts, const TopicTraining& training, uint64_t seed);

}  // namespace hodhod
