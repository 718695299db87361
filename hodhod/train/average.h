// SPDX-License-Identifier: Apache-2.0
// Averages of parameters over the course of training (Polyak & Juditsky 1992). They are often better than the
// last weights.
#pragma once

#include "hodhod/train/optimizer.h"

namespace hodhod {

class WeightAverage {
 public:
  // Starts from copies of the parameters.
  WeightAverage(NamedParameters parameters, double decay);

  // After update number t, counted from 1:
  //   a ← d·a + (1 − d)·w,   d = min(decay, (1 + t) / (10 + t))
  // The decay starts low, so that the average soon forgets the first weights.
  void update(int64_t step);
  // Exchanges the parameters' values with the averages; a second call exchanges them back.
  void swap();

  // Tensors named "average.PARAMETER".
  NamedParameters state() const;
  void restore(const NamedParameters& state);

 private:
  NamedParameters parameters_;
  std::vector<Tensor> averages_;
  double decay_;
};

// The mean of the parameters at several moments of training ("Attention Is All You Need", §6.1, averages the
// last 5 checkpoints).
class LastAverage {
 public:
  // The mean of at most `count` moments.
  LastAverage(NamedParameters parameters, int64_t count);

  // Replaces the parameters' values by the mean of the last moments and of now, `count` in all, added in
  // double from the oldest on. With `keep`, now is a moment for later means as well.
  void begin(bool keep);
  // Gives the parameters back the values they had at begin().
  void end();

  // Tensors named "last.MOMENT.PARAMETER", moment 0 the oldest.
  NamedParameters state() const;
  void restore(const NamedParameters& state);

 private:
  NamedParameters parameters_;
  size_t count_;
  std::vector<std::vector<Tensor>> moments_;  // oldest first
  std::vector<Tensor> present_;
};

}  // namespace hodhod
