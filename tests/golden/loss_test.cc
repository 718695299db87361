// SPDX-License-Identifier: Apache-2.0
// Losses and their gradients against torch.nn.functional.
#include "hodhod/ops/loss.h"

#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/tensor/tape.h"
#include "tests/golden/golden.h"

namespace hodhod::golden {
namespace {

Reduction reduction_of(const Json& args) {
  const std::string name = args.value("reduction", "mean");
  if (name == "none") return Reduction::none;
  if (name == "sum") return Reduction::sum;
  check(name == "mean" || name == "batchmean", "reduction {} is unknown", name);
  return Reduction::mean;
}

// [B, C, T] as [B, T, C], or back.
Tensor with_last_two_swapped(const Tensor& x) {
  Shape shape = x.shape(), strides = dense_strides(x.shape());
  std::swap(shape[-1], shape[-2]);
  std::swap(strides[-1], strides[-2]);
  return x.with_layout(shape, strides).dense();
}

Tensor loss_of(const std::string& function, const Json& args, const Tensor& input, const Tensor& target,
               const Tensor& weight) {
  if (function == "cross_entropy") {
    const CrossEntropyOptions options{.label_smoothing = args.value("label_smoothing", 0.0),
                                      .ignore_index = args.value("ignore_index", -100),
                                      .weight = weight,
                                      .reduction = reduction_of(args)};
    return is_floating(target.dtype()) ? soft_cross_entropy(input, target, options)
                                       : cross_entropy(input, target, options);
  }
  if (function == "binary_cross_entropy_with_logits")
    return binary_cross_entropy_with_logits(input, target, reduction_of(args));
  if (function == "mse_loss") return mse_loss(input, target, reduction_of(args));
  if (function == "l1_loss") return l1_loss(input, target, reduction_of(args));
  if (function == "smooth_l1_loss")
    return smooth_l1_loss(input, target, args.value("beta", 1.0), reduction_of(args));
  fail("loss {} is unknown", function);
}

// Gradient of Σ log_softmax: dx = dy − softmax(x) Σ dy, by hand, since the recording's input comes before it.
Tensor through_log_softmax(const Tensor& x, const Tensor& dy) {
  const Tensor dx = dy.clone();
  const int64_t classes = x.dim(-1);
  for (int64_t row = 0; row < x.numel() / classes; ++row) {
    double sum = 0, total = 0;
    const float* values = x.data<float>() + row * classes;
    float* out = dx.data<float>() + row * classes;
    for (int64_t c = 0; c < classes; ++c) {
      sum += std::exp(double{values[c]});
      total += out[c];
    }
    for (int64_t c = 0; c < classes; ++c)
      out[c] -= static_cast<float>(std::exp(double{values[c]}) / sum * total);
  }
  return dx;
}

Tensor log_softmax_by_hand(const Tensor& x) {
  const Tensor y = x.clone();
  const int64_t classes = x.dim(-1);
  for (int64_t row = 0; row < x.numel() / classes; ++row) {
    double sum = 0;
    float* values = y.data<float>() + row * classes;
    for (int64_t c = 0; c < classes; ++c) sum += std::exp(double{values[c]});
    for (int64_t c = 0; c < classes; ++c) values[c] -= static_cast<float>(std::log(sum));
  }
  return y;
}

TEST(GoldenLoss, LossesAndGradients) {
  for_each_recording("torch_loss", [](const Recording& recording) {
    for (const Json& one : recording.about()["cases"]) {
      const auto name = one["name"].get<std::string>(), function = one["fn"].get<std::string>();
      SCOPED_TRACE(name);
      const bool sequence = one.value("seq", false), divergence = function == "kl_div";
      const Tensor raw = recording.tensor(name + ".in.input");
      Tensor input = sequence ? with_last_two_swapped(raw) : divergence ? log_softmax_by_hand(raw) : raw;
      input.set_requires_grad();
      const Tensor target = recording.tensor(name + ".in.target");
      const std::string weight_name = name + ".in.weight";
      const Tensor weight = recording.contains(weight_name) ? recording.tensor(weight_name) : Tensor();
      const Tensor loss = divergence ? kl_divergence(input, target, reduction_of(one["args"]))
                                     : loss_of(function, one["args"], input, target, weight);
      recording.expect_close(name + ".out.loss", loss.detach());
      backward(loss, {.gradient = Tensor::full(loss.shape(), 1)});
      Tensor gradient = input.grad();
      if (sequence) gradient = with_last_two_swapped(gradient);
      if (divergence) gradient = through_log_softmax(raw, gradient);
      recording.expect_close(name + ".grad_in.input", gradient);
    }
  });
}

}  // namespace
}  // namespace hodhod::golden
