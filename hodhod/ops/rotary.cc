// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/rotary.h"

#include "hodhod/ops/common.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

int64_t heads_of(const Tensor& x, const RotaryOptions& options) {
  check(x.rank() == 3 || x.rank() == 4,
        "rotary: x has shape {}; give [B, T, heads, size] or [B, T, heads · size]", x.shape());
  if (x.rank() == 4) return x.dim(2);
  check(options.heads > 0 && x.dim(2) % options.heads == 0,
        "rotary: x of shape {} does not divide into {} heads", x.shape(), options.heads);
  return options.heads;
}

void check_positions(const Tensor& x, int64_t longest, const RotaryOptions& options) {
  const int64_t batch = x.dim(0), times = x.dim(1);
  const auto check_one = [&](int64_t p) {
    check(p >= 0 && p < longest, "rotary: position {} is not among the {} of the tables; make longer ones", p,
          longest);
  };
  if (options.positions.defined()) {
    check(options.positions.shape() == Shape{batch, times}, "rotary: positions are {}; give [{}, {}]",
          options.positions.shape(), batch, times);
    for (int64_t i = 0; i < batch * times; ++i) check_one(options.positions[i]);
  } else if (options.offset.defined()) {
    check(options.offset.shape() == Shape{batch}, "rotary: offset is {}; give [{}]", options.offset.shape(),
          batch);
    for (int64_t b = 0; b < batch && times > 0; ++b) {
      check_one(options.offset[b]);
      check_one(options.offset[b] + times - 1);
    }
  } else if (times > 0) {
    check_one(times - 1);
  }
}

kernels::HeadStrides strides_of(const Tensor& x, int64_t size) {
  return {x.stride(0), x.stride(1), x.rank() == 4 ? x.stride(2) : size};
}

template <class T>
Tensor turn(const Tensor& x, const Tensor& cosines, const Tensor& sines, const RotaryOptions& options,
            int64_t heads, bool inverse) {
  const Tensor from = x.dim(-1) == 1 || x.stride(x.rank() - 1) == 1 ? x.detach() : x.dense();
  Tensor y = x.new_empty(x.shape());
  kernels::RotaryArgs<T> args;
  args.batch = x.dim(0), args.times = x.dim(1), args.heads = heads;
  args.head_size = x.rank() == 4 ? x.dim(3) : x.dim(2) / heads;
  args.rotated = 2 * cosines.dim(1);
  args.interleaved = options.interleaved;
  args.inverse = inverse;
  args.x = from.data<T>(), args.y = y.data<T>();
  args.x_strides = strides_of(from, args.head_size), args.y_strides = strides_of(y, args.head_size);
  args.cosines = cosines.data<T>(), args.sines = sines.data<T>();
  args.position = options.positions.data();
  args.offset = options.offset.data();
  detail::kernels_for<T>("rotary", x, cosines, sines).rotary(args);
  return y;
}

}  // namespace

Tensor rotary(const Tensor& x, const Tensor& cosines, const Tensor& sines, const RotaryOptions& options) {
  const int64_t heads = heads_of(x, options), size = x.rank() == 4 ? x.dim(3) : x.dim(2) / heads;
  check(cosines.rank() == 2 && cosines.shape() == sines.shape() && cosines.is_contiguous() &&
            sines.is_contiguous() && cosines.dtype() == x.dtype() && sines.dtype() == x.dtype(),
        "rotary: tables are {} {} and {} {}; give two dense {} [longest, R/2]", name_of(cosines.dtype()),
        cosines.shape(), name_of(sines.dtype()), sines.shape(), name_of(x.dtype()));
  check(2 * cosines.dim(1) <= size, "rotary: tables turn {} elements and a head has {}", 2 * cosines.dim(1),
        size);
  check_positions(x, cosines.dim(0), options);
  return with_compute_type("rotary", x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Tensor y = turn<T>(x, cosines, sines, options, heads, false);
    return record("rotary", y, {x}, [cosines, sines, options, heads](const Tensor& dy, Gradients& d) {
      // The transpose of a rotation is the inverse rotation.
      if (d.wants(0)) d.add(0, turn<T>(dy, cosines, sines, options, heads, true));
    });
  });
}

}  // namespace hodhod
