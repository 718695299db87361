// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/kernels.h"

namespace hodhod::kernels {

template <>
const Kernels<float>& cpu_kernels<float>() {
  static constexpr Kernels<float> kTable = {
      .attention = cpu::attention,
      .attention_backward = cpu::attention_backward,
      .attention_weights = cpu::attention_weights,
      .binary = cpu::binary,
      .binary_backward = cpu::binary_backward,
      .accumulate = cpu::accumulate,
      .dropout = cpu::dropout,
      .embedding = cpu::embedding,
      .embedding_backward = cpu::embedding_backward,
      .gated = cpu::gated,
      .gated_backward = cpu::gated_backward,
      .cross_entropy = cpu::cross_entropy,
      .cross_entropy_backward = cpu::cross_entropy_backward,
      .soft_cross_entropy = cpu::soft_cross_entropy,
      .pointwise_loss = cpu::pointwise_loss,
      .norm = cpu::norm,
      .norm_backward = cpu::norm_backward,
      .sgd = cpu::sgd,
      .adam = cpu::adam,
      .adagrad = cpu::adagrad,
      .rmsprop = cpu::rmsprop,
      .sum_squares = cpu::sum_squares,
      .product = cpu::product,
      .recurrence = cpu::recurrence,
      .recurrence_backward = cpu::recurrence_backward,
      .recurrence_packed_size = cpu::recurrence_packed_size,
      .recurrence_pack = cpu::recurrence_pack,
      .reduce = cpu::reduce,
      .argmax = cpu::argmax,
      .rotary = cpu::rotary,
      .softmax = cpu::softmax,
      .softmax_backward = cpu::softmax_backward,
      .unary = cpu::unary,
      .unary_backward = cpu::unary_backward,
      .affine = cpu::affine,
  };
  return kTable;
}

template <>
const Kernels<double>& cpu_kernels<double>() {
  static constexpr Kernels<double> kTable = {
      .attention = reference::attention,
      .attention_backward = reference::attention_backward,
      .attention_weights = reference::attention_weights,
      .binary = reference::binary,
      .binary_backward = reference::binary_backward,
      .accumulate = reference::accumulate,
      .dropout = reference::dropout,
      .embedding = reference::embedding,
      .embedding_backward = reference::embedding_backward,
      .gated = reference::gated,
      .gated_backward = reference::gated_backward,
      .cross_entropy = reference::cross_entropy,
      .cross_entropy_backward = reference::cross_entropy_backward,
      .soft_cross_entropy = reference::soft_cross_entropy,
      .pointwise_loss = reference::pointwise_loss,
      .norm = reference::norm,
      .norm_backward = reference::norm_backward,
      .sgd = reference::sgd,
      .adam = reference::adam,
      .adagrad = reference::adagrad,
      .rmsprop = reference::rmsprop,
      .sum_squares = reference::sum_squares,
      .product = reference::product,
      .recurrence = reference::recurrence,
      .recurrence_backward = reference::recurrence_backward,
      .recurrence_packed_size = reference::recurrence_packed_size,
      .recurrence_pack = reference::recurrence_pack,
      .reduce = reference::reduce,
      .argmax = reference::argmax,
      .rotary = reference::rotary,
      .softmax = reference::softmax,
      .softmax_backward = reference::softmax_backward,
      .unary = reference::unary,
      .unary_backward = reference::unary_backward,
      .affine = reference::affine,
  };
  return kTable;
}

}  // namespace hodhod::kernels
