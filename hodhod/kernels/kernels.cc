// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/kernels.h"

namespace hodhod::kernels {

template <>
const Kernels<float>& cpu_kernels<float>() {
  static constexpr Kernels<float> kTable = {
      .attention = cpu::attention,
      .attention_backward = cpu::attention_backward,
      .attention_weights = cpu::attention_weights,
      .cross_entropy = cpu::cross_entropy,
      .cross_entropy_backward = cpu::cross_entropy_backward,
      .pointwise_loss = cpu::pointwise_loss,
      .sgd = cpu::sgd,
      .adam = cpu::adam,
      .adagrad = cpu::adagrad,
      .rmsprop = cpu::rmsprop,
      .sum_squares = cpu::sum_squares,
      .recurrence = cpu::recurrence,
      .recurrence_backward = cpu::recurrence_backward,
  };
  return kTable;
}

template <>
const Kernels<double>& cpu_kernels<double>() {
  static constexpr Kernels<double> kTable = {
      .attention = reference::attention,
      .attention_backward = reference::attention_backward,
      .attention_weights = reference::attention_weights,
      .cross_entropy = reference::cross_entropy,
      .cross_entropy_backward = reference::cross_entropy_backward,
      .pointwise_loss = reference::pointwise_loss,
      .sgd = reference::sgd,
      .adam = reference::adam,
      .adagrad = reference::adagrad,
      .rmsprop = reference::rmsprop,
      .sum_squares = reference::sum_squares,
      .recurrence = reference::recurrence,
      .recurrence_backward = reference::recurrence_backward,
  };
  return kTable;
}

}  // namespace hodhod::kernels
