// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/convolution.h"

#include <algorithm>

#include "hodhod/ops/common.h"

// Both are one matrix product: the input is unfolded so that each row holds the inputs of one output.
namespace hodhod {
namespace {

// rows [n, K] · weight [F, K]ᵀ + bias
template <class T>
void multiply(const Tensor& rows, const Tensor& weight, const Tensor& bias, const Tensor& y) {
  const int64_t width = rows.dim(1), outputs = weight.dim(0);
  detail::kernels_for<T>("convolution", rows, weight, bias)
      .product({.m = rows.dim(0),
                .n = outputs,
                .k = width,
                .a = {.data = rows.data<T>(), .stride = width},
                .b = {.data = weight.data<T>(), .stride = width, .transpose = true},
                .c = y.data<T>(),
                .c_stride = outputs,
                .bias = bias.defined() ? bias.data<T>() : nullptr});
}

// dy [n, F] · weight [F, K]
template <class T>
Tensor multiply_back(const Tensor& dy, const Tensor& weight) {
  const int64_t width = weight.dim(1), outputs = weight.dim(0);
  Tensor rows = dy.new_empty({dy.dim(0), width});
  detail::kernels_for<T>(dy).product({.m = dy.dim(0),
                                      .n = width,
                                      .k = outputs,
                                      .a = {.data = dy.data<T>(), .stride = outputs},
                                      .b = {.data = weight.data<T>(), .stride = width},
                                      .c = rows.data<T>(),
                                      .c_stride = width});
  return rows;
}

// dyᵀ [F, n] · rows [n, K]
template <class T>
Tensor weight_gradient(const Tensor& dy, const Tensor& rows) {
  const int64_t width = rows.dim(1), outputs = dy.dim(1);
  Tensor dw = dy.new_empty({outputs, width});
  detail::kernels_for<T>(dy).product({.m = outputs,
                                      .n = width,
                                      .k = dy.dim(0),
                                      .a = {.data = dy.data<T>(), .stride = outputs, .transpose = true},
                                      .b = {.data = rows.data<T>(), .stride = width},
                                      .c = dw.data<T>(),
                                      .c_stride = width});
  return dw;
}

template <class T>
Tensor bias_gradient(const Tensor& dy) {
  Tensor db = dy.new_empty({dy.dim(1)});
  detail::kernels_for<T>(dy).reduce({.reduction = kernels::Reduction::sum,
                                     .kept = {1, {dy.dim(1)}, {{{1}}}},
                                     .reduced = {1, {dy.dim(0)}, {{{dy.dim(1)}}}},
                                     .x = dy.data<T>(),
                                     .y = db.data<T>()});
  return db;
}

void check_bias(const char* op, const Tensor& bias, const Tensor& weight) {
  check(!bias.defined() || (bias.shape() == Shape{weight.dim(0)} && bias.dtype() == weight.dtype()),
        "{}: bias {} for weight {}; give one element of its type for each output", op,
        bias.defined() ? bias.shape() : Shape(), weight.shape());
}

// Unfolds x [B, T, C] of conv1d to rows [B · U, K · C], and folds gradients back.
struct Sliding {
  int64_t batch, steps, channels, outputs, kernel;
  ConvolutionOptions options;

  // The range of tap k within the sequence: `count` outputs from `first` on see the steps from `step` on.
  struct Seen {
    int64_t first, count, step;
  };
  Seen seen(int64_t k) const {
    const int64_t shift = k * options.dilation - options.padding;  // of output 0
    const int64_t first = shift < 0 ? (-shift + options.stride - 1) / options.stride : 0;
    const int64_t end = shift < steps ? (steps - 1 - shift) / options.stride + 1 : 0;
    return {first, std::max<int64_t>(0, std::min(end, outputs) - first), first * options.stride + shift};
  }
  // [B, count, C] of x [B, T, C] and of rows [B · U, K · C].
  Tensor steps_seen(const Tensor& x, const Seen& part) const {
    return x.with_layout({batch, part.count, channels}, {steps * channels, options.stride * channels, 1},
                         part.step * channels);
  }
  Tensor rows_seeing(const Tensor& rows, const Seen& part, int64_t k) const {
    const int64_t width = kernel * channels;
    return rows.with_layout({batch, part.count, channels}, {outputs * width, width, 1},
                            part.first * width + k * channels);
  }

  Tensor unfold(const Tensor& x) const {
    Tensor rows = x.new_zeros({batch * outputs, kernel * channels});
    for (int64_t k = 0; k < kernel; ++k) {
      const Seen part = seen(k);
      if (part.count > 0) copy(steps_seen(x, part), rows_seeing(rows, part, k));
    }
    return rows;
  }

  // The sum of the gradients of each step, in the order of the taps.
  Tensor fold(const Tensor& rows) const {
    Tensor x = rows.new_zeros({batch, steps, channels});
    for (int64_t k = 0; k < kernel; ++k) {
      const Seen part = seen(k);
      if (part.count > 0) accumulate(steps_seen(x, part), rows_seeing(rows, part, k));
    }
    return x;
  }
};

// The last two dimensions swapped, dense: [F, C, K] as [F, K · C], or back.
Tensor swapped(const Tensor& x, int64_t outer, int64_t first, int64_t second) {
  return x.with_layout({outer, second, first}, {first * second, 1, second}).dense();
}

// Unfolds an image [B, C, H, W] of patch_convolution to rows [B · patches, C · P · Q], and folds gradients
// back.
struct Patches {
  int64_t batch, channels, height, width, p, q;

  int64_t patches() const { return (height / p) * (width / q); }
  int64_t count() const { return batch * patches(); }
  int64_t length() const { return channels * p * q; }

  // The pixels in the order of the rows: [B, H / P, W / Q, C, P, Q].
  Tensor in_patches(const Tensor& image) const {
    return image.with_layout({batch, height / p, width / q, channels, p, q},
                             {channels * height * width, p * width, q, height * width, width, 1});
  }
  Tensor unfold(const Tensor& image) const { return in_patches(image).dense().reshaped({count(), length()}); }
  Tensor fold(const Tensor& rows) const {
    Tensor image = rows.new_empty({batch, channels, height, width});
    const Tensor pixels = in_patches(image);
    copy(rows.reshaped(pixels.shape()), pixels);
    return image;
  }
};

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvolutionOptions& options) {
  check(x.rank() == 3 && weight.rank() == 3 && x.dim(2) == weight.dim(1) && x.dtype() == weight.dtype(),
        "conv1d: input {} {} and weight {} {}; give [B, T, C] and [F, C, K] of one type", name_of(x.dtype()),
        x.shape(), name_of(weight.dtype()), weight.shape());
  check(options.stride >= 1 && options.dilation >= 1 && options.padding >= 0,
        "conv1d: stride {}, dilation {} and padding {}; give 1, 1 and 0 or more", options.stride,
        options.dilation, options.padding);
  check_bias("conv1d", bias, weight);
  Sliding way{x.dim(0), x.dim(1), x.dim(2), 0, weight.dim(2), options};
  const int64_t seen = options.dilation * (way.kernel - 1) + 1, padded = way.steps + 2 * options.padding;
  check(way.kernel >= 1 && seen <= padded,
        "conv1d: a kernel that spans {} steps over {} padded ones; pad more", seen, padded);
  way.outputs = (padded - seen) / options.stride + 1;
  return with_compute_type("conv1d", x.dtype(), [&](auto type) {
    using T = decltype(type);
    const int64_t outputs = weight.dim(0), width = way.kernel * way.channels;
    const Tensor input = x.dense();
    const Tensor flat = swapped(weight.dense(), outputs, way.channels, way.kernel).reshaped({outputs, width});
    const Tensor y = x.new_empty({way.batch, way.outputs, outputs});
    multiply<T>(way.unfold(input), flat, bias.defined() ? bias.dense() : Tensor(), y);
    return record("conv1d", y, {x, weight, bias}, [=](const Tensor& dy, Gradients& d) {
      const Tensor rows = dy.dense().reshaped({way.batch * way.outputs, outputs});
      if (d.wants(0)) d.add(0, way.fold(multiply_back<T>(rows, flat)));
      if (d.wants(1)) {
        const Tensor dw = weight_gradient<T>(rows, way.unfold(input));
        d.add(1, swapped(dw, outputs, way.kernel, way.channels));
      }
      if (d.wants(2)) d.add(2, bias_gradient<T>(rows));
    });
  });
}

Tensor patch_convolution(const Tensor& image, const Tensor& weight, const Tensor& bias) {
  check(image.rank() == 4 && weight.rank() == 4 && image.dim(1) == weight.dim(1) &&
            image.dtype() == weight.dtype(),
        "patch_convolution: image {} {} and weight {} {}; give [B, C, H, W] and [F, C, P, Q] of one type",
        name_of(image.dtype()), image.shape(), name_of(weight.dtype()), weight.shape());
  check_bias("patch_convolution", bias, weight);
  const Patches way{image.dim(0), image.dim(1), image.dim(2), image.dim(3), weight.dim(2), weight.dim(3)};
  check(way.p >= 1 && way.q >= 1 && way.height % way.p == 0 && way.width % way.q == 0,
        "patch_convolution: an image of {} × {} in patches of {} × {}; crop or pad it to a multiple",
        way.height, way.width, way.p, way.q);
  return with_compute_type("patch_convolution", image.dtype(), [&](auto type) {
    using T = decltype(type);
    const int64_t outputs = weight.dim(0);
    const Tensor input = image.dense(), flat = weight.dense().reshaped({outputs, way.length()});
    const Tensor y = image.new_empty({way.batch, way.patches(), outputs});
    multiply<T>(way.unfold(input), flat, bias.defined() ? bias.dense() : Tensor(), y);
    return record("patch_convolution", y, {image, weight, bias},
                  [=, shape = weight.shape()](const Tensor& dy, Gradients& d) {
                    const Tensor rows = dy.dense().reshaped({way.count(), outputs});
                    if (d.wants(0)) d.add(0, way.fold(multiply_back<T>(rows, flat)));
                    if (d.wants(1)) d.add(1, weight_gradient<T>(rows, way.unfold(input)).reshaped(shape));
                    if (d.wants(2)) d.add(2, bias_gradient<T>(rows));
                  });
  });
}

}  // namespace hodhod
