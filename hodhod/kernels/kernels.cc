// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/kernels.h"

#include "hodhod/base/error.h"

namespace hodhod::kernels {

void fail_without_kernel(const char* name, Device device) { fail("{}: no {} kernel", name, name_of(device)); }

template <>
const Kernels<float>& cpu_kernels<float>() {
  static const Kernels<float> kTable = [] {
    Kernels<float> k{Device::cpu};
    k.attention = cpu::attention;
    k.attention_backward = cpu::attention_backward;
    k.attention_weights = cpu::attention_weights;
    k.binary = cpu::binary;
    k.binary_backward = cpu::binary_backward;
    k.accumulate = cpu::accumulate;
    k.dropout = cpu::dropout;
    k.embedding = cpu::embedding;
    k.embedding_backward = cpu::embedding_backward;
    k.embedding_bag = cpu::embedding_bag;
    k.embedding_bag_weights = cpu::embedding_bag_weights;
    k.embedding_bag_rows = cpu::embedding_bag_rows;
    k.gated = cpu::gated;
    k.gated_backward = cpu::gated_backward;
    k.glove = cpu::glove;
    k.cross_entropy = cpu::cross_entropy;
    k.cross_entropy_backward = cpu::cross_entropy_backward;
    k.soft_cross_entropy = cpu::soft_cross_entropy;
    k.pointwise_loss = cpu::pointwise_loss;
    k.negative_sampling = cpu::negative_sampling;
    k.norm = cpu::norm;
    k.norm_backward = cpu::norm_backward;
    k.sgd = cpu::sgd;
    k.adam = cpu::adam;
    k.adagrad = cpu::adagrad;
    k.rmsprop = cpu::rmsprop;
    k.sum_squares = cpu::sum_squares;
    k.scatter_add = cpu::scatter_add;
    k.masked_fill = cpu::masked_fill;
    k.product = cpu::product;
    k.recurrence = cpu::recurrence;
    k.recurrence_backward = cpu::recurrence_backward;
    k.recurrence_packed_size = cpu::recurrence_packed_size;
    k.recurrence_pack = cpu::recurrence_pack;
    k.reduce = cpu::reduce;
    k.sum = cpu::sum;
    k.argmax = cpu::argmax;
    k.rotary = cpu::rotary;
    k.row_sums = cpu::row_sums;
    k.row_adds = cpu::row_adds;
    k.softmax = cpu::softmax;
    k.softmax_backward = cpu::softmax_backward;
    k.unary = cpu::unary;
    k.unary_backward = cpu::unary_backward;
    k.affine = cpu::affine;
    return k;
  }();
  return kTable;
}

template <>
const Kernels<double>& cpu_kernels<double>() {
  static const Kernels<double> kTable = [] {
    Kernels<double> k{Device::cpu};
    k.attention = reference::attention;
    k.attention_backward = reference::attention_backward;
    k.attention_weights = reference::attention_weights;
    k.binary = reference::binary;
    k.binary_backward = reference::binary_backward;
    k.accumulate = reference::accumulate;
    k.dropout = reference::dropout;
    k.embedding = reference::embedding;
    k.embedding_backward = reference::embedding_backward;
    k.embedding_bag = reference::embedding_bag;
    k.embedding_bag_weights = reference::embedding_bag_weights;
    k.embedding_bag_rows = reference::embedding_bag_rows;
    k.gated = reference::gated;
    k.gated_backward = reference::gated_backward;
    k.glove = reference::glove;
    k.cross_entropy = reference::cross_entropy;
    k.cross_entropy_backward = reference::cross_entropy_backward;
    k.soft_cross_entropy = reference::soft_cross_entropy;
    k.pointwise_loss = reference::pointwise_loss;
    k.negative_sampling = reference::negative_sampling;
    k.norm = reference::norm;
    k.norm_backward = reference::norm_backward;
    k.sgd = reference::sgd;
    k.adam = reference::adam;
    k.adagrad = reference::adagrad;
    k.rmsprop = reference::rmsprop;
    k.sum_squares = reference::sum_squares;
    k.scatter_add = reference::scatter_add;
    k.masked_fill = reference::masked_fill;
    k.product = reference::product;
    k.recurrence = reference::recurrence;
    k.recurrence_backward = reference::recurrence_backward;
    k.recurrence_packed_size = reference::recurrence_packed_size;
    k.recurrence_pack = reference::recurrence_pack;
    k.reduce = reference::reduce;
    k.sum = reference::sum;
    k.argmax = reference::argmax;
    k.rotary = reference::rotary;
    k.row_sums = reference::row_sums;
    k.row_adds = reference::row_adds;
    k.softmax = reference::softmax;
    k.softmax_backward = reference::softmax_backward;
    k.unary = reference::unary;
    k.unary_backward = reference::unary_backward;
    k.affine = reference::affine;
    return k;
  }();
  return kTable;
}

const MovingKernels& cpu_moving_kernels() {
  static const MovingKernels kTable = [] {
    MovingKernels k{Device::cpu};
    k.copy = cpu::copy;
    k.fill = cpu::fill;
    k.take_rows = cpu::take_rows;
    k.gather = cpu::gather;
    return k;
  }();
  return kTable;
}

}  // namespace hodhod::kernels
