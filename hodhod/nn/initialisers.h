// SPDX-License-Identifier: Apache-2.0
// First values of parameters. All write in place, and each value is a function of rng's seed and stream and
// of the element's index: threads and the order of parameters do not matter.
#pragma once

#include <string_view>

#include "hodhod/base/rng.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// A stream for the parameter of this name, so that adding a layer leaves the others as they were.
Rng stream_of(const Rng& rng, std::string_view parameter);

void init_zeros(const Tensor& x);
void init_ones(const Tensor& x);
// Uniform in [low, high).
void init_uniform(const Tensor& x, double low, double high, const Rng& rng);
void init_normal(const Tensor& x, double mean, double deviation, const Rng& rng);
// Normal, drawn again (at most a few times) beyond `limit` deviations from the mean.
void init_truncated_normal(const Tensor& x, double mean, double deviation, const Rng& rng, double limit = 2);

// The fan-in and fan-out of a weight [out, in, …]: the extent times those of all dimensions from the third
// on.
struct Fans {
  double in, out;
};
Fans fans_of(const Tensor& weight);

// Glorot and Bengio (2010): variance gain² · 2 / (in + out).
void init_xavier_uniform(const Tensor& weight, const Rng& rng, double gain = 1);
void init_xavier_normal(const Tensor& weight, const Rng& rng, double gain = 1);
// He et al. (2015): variance gain² / in; the gain is √2 before a relu.
void init_kaiming_uniform(const Tensor& weight, const Rng& rng, double gain = 1.4142135623730951);
void init_kaiming_normal(const Tensor& weight, const Rng& rng, double gain = 1.4142135623730951);

}  // namespace hodhod
