// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/rotary.h"

#include <algorithm>

namespace hodhod::kernels::reference {
namespace {

void turn(const RotaryArgs<double>& args, const double* x, double* y, int64_t position) {
  const int64_t half = args.rotated / 2;
  for (int64_t i = 0; i < half; ++i) {
    const int64_t first = args.interleaved ? 2 * i : i, second = args.interleaved ? 2 * i + 1 : i + half;
    const double cosine = args.cosines[position * half + i];
    const double sine = args.inverse ? -args.sines[position * half + i] : args.sines[position * half + i];
    const double a = x[first], b = x[second];
    y[first] = a * cosine - b * sine;
    y[second] = b * cosine + a * sine;
  }
  std::copy(x + args.rotated, x + args.head_size, y + args.rotated);
}

}  // namespace

void rotary(const RotaryArgs<double>& args) {
  for (int64_t b = 0; b < args.batch; ++b) {
    for (int64_t t = 0; t < args.times; ++t) {
      const int64_t position =
          args.position ? args.position[b * args.times + t] : t + (args.offset ? args.offset[b] : 0);
      for (int64_t h = 0; h < args.heads; ++h) {
        turn(args, args.x + b * args.x_strides.batch + t * args.x_strides.time + h * args.x_strides.head,
             args.y + b * args.y_strides.batch + t * args.y_strides.time + h * args.y_strides.head, position);
      }
    }
  }
}

}  // namespace hodhod::kernels::reference
