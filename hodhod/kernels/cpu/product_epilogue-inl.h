// SPDX-License-Identifier: Apache-2.0
// What the product does to a piece of C once its sums are complete.

#if defined(HODHOD_KERNELS_CPU_PRODUCT_EPILOGUE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_PRODUCT_EPILOGUE_INL_H_
#undef HODHOD_KERNELS_CPU_PRODUCT_EPILOGUE_INL_H_
#else
#define HODHOD_KERNELS_CPU_PRODUCT_EPILOGUE_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "hodhod/kernels/cpu/lanes-inl.h"
#include "hodhod/kernels/product.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

// Columns j … j + columns − 1 of one row, whose first element of c is at `place`.
struct FinishRow {
  const ProductArgs<float>& args;
  int64_t place;
  int64_t j;
  int64_t columns;

  template <class Formula>
  HWY_ATTR void operator()(Formula) const {
    using D = hn::ScalableTag<float>;
    using F = Lanes<D>;
    const D d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    for (int64_t q = 0; q < columns; q += lanes) {
      const auto count = static_cast<size_t>(std::min(lanes, columns - q));
      const int64_t at = place + q;
      F z = load_first(d, args.c + at, count);
      if (args.bias) z = z + F(load_first(d, args.bias + j + q, count));
      F y = Formula::value(z);
      if (args.saved) store_first((Formula::kSaved == Saved::input ? z : y).v, d, args.saved + at, count);
      if (args.residual) y = y + F(load_first(d, args.residual + at, count));
      store_first(y.v, d, args.c + at, count);
    }
  }
};

// Applies the epilogue to rows i … i + rows − 1 and columns j … j + columns − 1 of the matrix at `offset` in
// c.
inline void finish(const ProductArgs<float>& args, int64_t offset, int64_t i, int64_t rows, int64_t j,
                   int64_t columns) {
  if (!args.bias && !args.residual && !args.saved && args.activation == Activation::identity) return;
  for (int64_t r = i; r < i + rows; ++r) {
    with_formula(args.activation, FinishRow{args, offset + r * args.c_stride + j, j, columns});
  }
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
