// SPDX-License-Identifier: Apache-2.0
// A running average of parameters (Polyak & Juditsky 1992): often better than the last weights.
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

}  // namespace hodhod
