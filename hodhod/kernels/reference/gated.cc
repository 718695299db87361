// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/gated.h"

namespace hodhod::kernels::reference {

void gated(const GatedArgs<double>& args) {
  plain::with_formula(args.activation, [&](auto f) {
    for (int64_t r = 0; r < args.rows; ++r) {
      for (int64_t c = 0; c < args.columns; ++c) {
        const double gate = args.gate[r * args.gate_stride + c];
        args.y[r * args.columns + c] = f.value(gate) * args.value[r * args.value_stride + c];
      }
    }
  });
}

void gated_backward(const GatedBackwardArgs<double>& args) {
  plain::with_formula(args.activation, [&](auto f) {
    for (int64_t r = 0; r < args.rows; ++r) {
      for (int64_t c = 0; c < args.columns; ++c) {
        const double gate = args.gate[r * args.gate_stride + c];
        const double value = args.value[r * args.value_stride + c];
        const double dy = args.dy[r * args.columns + c];
        const double y = f.value(gate);
        args.dgate[r * args.dgate_stride + c] =
            dy * value * f.derivative(f.kSaved == Saved::input ? gate : y);
        args.dvalue[r * args.dvalue_stride + c] = dy * y;
      }
    }
  });
}

}  // namespace hodhod::kernels::reference
