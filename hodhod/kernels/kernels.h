// SPDX-License-Identifier: Apache-2.0
// The table of kernels of a device: loops over raw memory that know shapes as numbers, and no Tensor.
//
// Each family has a header beside this one with its argument structs (the contract: equation, shapes,
// strides), an implementation in cpu/ written with Highway for float, and a plain twin in reference/ for
// double. A slot that is null means that the device has no such kernel; the op then uses its composed form or
// refuses.
#pragma once

#include "hodhod/kernels/attention.h"
#include "hodhod/kernels/binary.h"
#include "hodhod/kernels/dropout.h"
#include "hodhod/kernels/embedding.h"
#include "hodhod/kernels/gated.h"
#include "hodhod/kernels/loss.h"
#include "hodhod/kernels/norm.h"
#include "hodhod/kernels/optimizer.h"
#include "hodhod/kernels/product.h"
#include "hodhod/kernels/recurrence.h"
#include "hodhod/kernels/reduce.h"
#include "hodhod/kernels/rotary.h"
#include "hodhod/kernels/softmax.h"
#include "hodhod/kernels/unary.h"

namespace hodhod::kernels {

template <class T>
struct Kernels {
  // attention.h
  void (*attention)(const AttentionArgs<T>&) = nullptr;
  void (*attention_backward)(const AttentionBackwardArgs<T>&) = nullptr;
  void (*attention_weights)(const AttentionWeightsArgs<T>&) = nullptr;

  // binary.h
  void (*binary)(const BinaryArgs<T>&) = nullptr;
  void (*binary_backward)(const BinaryBackwardArgs<T>&) = nullptr;
  void (*accumulate)(const AccumulateArgs<T>&) = nullptr;

  // dropout.h
  void (*dropout)(const DropoutArgs<T>&) = nullptr;

  // embedding.h
  void (*embedding)(const EmbeddingArgs<T>&) = nullptr;
  void (*embedding_backward)(const EmbeddingBackwardArgs<T>&) = nullptr;

  // gated.h
  void (*gated)(const GatedArgs<T>&) = nullptr;
  void (*gated_backward)(const GatedBackwardArgs<T>&) = nullptr;

  // loss.h
  void (*cross_entropy)(const CrossEntropyArgs<T>&) = nullptr;
  void (*cross_entropy_backward)(const CrossEntropyBackwardArgs<T>&) = nullptr;
  void (*soft_cross_entropy)(const SoftCrossEntropyArgs<T>&) = nullptr;
  void (*pointwise_loss)(const PointwiseLossArgs<T>&) = nullptr;

  // norm.h
  void (*norm)(const NormArgs<T>&) = nullptr;
  void (*norm_backward)(const NormBackwardArgs<T>&) = nullptr;

  // optimizer.h
  void (*sgd)(const SgdArgs<T>&) = nullptr;
  void (*adam)(const AdamArgs<T>&) = nullptr;
  void (*adagrad)(const AdagradArgs<T>&) = nullptr;
  void (*rmsprop)(const RmspropArgs<T>&) = nullptr;
  double (*sum_squares)(const SumSquaresArgs<T>&) = nullptr;

  // product.h
  void (*product)(const ProductArgs<T>&) = nullptr;

  // recurrence.h
  void (*recurrence)(const RecurrenceArgs<T>&) = nullptr;
  void (*recurrence_backward)(const RecurrenceBackwardArgs<T>&) = nullptr;
  int64_t (*recurrence_packed_size)(Cell cell, int64_t hidden, int64_t outputs, bool projected) = nullptr;
  void (*recurrence_pack)(const RecurrencePackArgs<T>&) = nullptr;

  // reduce.h
  void (*reduce)(const ReduceArgs<T>&) = nullptr;
  void (*argmax)(const ArgmaxArgs<T>&) = nullptr;

  // rotary.h
  void (*rotary)(const RotaryArgs<T>&) = nullptr;

  // softmax.h
  void (*softmax)(const SoftmaxArgs<T>&) = nullptr;
  void (*softmax_backward)(const SoftmaxBackwardArgs<T>&) = nullptr;

  // unary.h
  void (*unary)(const UnaryArgs<T>&) = nullptr;
  void (*unary_backward)(const UnaryBackwardArgs<T>&) = nullptr;
  void (*affine)(const AffineArgs<T>&) = nullptr;
};

// The CPU's table: Highway kernels for float, the reference twins for double.
template <class T>
const Kernels<T>& cpu_kernels();

}  // namespace hodhod::kernels
