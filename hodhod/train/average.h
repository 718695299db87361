// SPDX-License-Identifier: Apache-2.0
// Averages of parameters over the course of training (Polyak & Juditsky 1992): often better than the last
// weights.
#pragma once

#include "hodhod/train/optimizer.h"

namespace hodhod {

class WeightAverage {
 public:
  // Starts from copies of the parameters.
  WeightAverage(NamedParameters parameters, double decay);

  // After update number t (from 1):  a ← d·a + (1 − d)·w  with d = min(decay, (1 + t) / (10 + t)), so that
  // the first weights are soon forgotten.
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

// The mean of the parameters at several moments ("Attention Is All You Need", §6.1, averages the last 5
// checkpoints).
class LastAverage {
 public:
  // Of the last `count` moments.
  LastAverage(NamedParameters parameters, int64_t count);

  // Replaces the parameters' values by the mean of those now and at the moments before, as many as `count` in
  // all, added in double from the oldest on. With `keep`, now is one of the moments from here on.
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
