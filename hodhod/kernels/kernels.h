// SPDX-License-Identifier: Apache-2.0
// The table of kernels of a device: loops over raw memory that know shapes as numbers, and no Tensor.
//
// Each family has a header beside this one with its argument structs (the contract: equation, shapes,
// strides). The CPU's table holds, for float, what cpu/ has written with Highway, and for double the plain
// twins of reference/. The kernels of the device `shapes` compute nothing and count (shapes/shapes.h).
#pragma once

#include "hodhod/kernels/attention.h"
#include "hodhod/kernels/binary.h"
#include "hodhod/kernels/copy.h"
#include "hodhod/kernels/device.h"
#include "hodhod/kernels/dropout.h"
#include "hodhod/kernels/embedding.h"
#include "hodhod/kernels/embedding_bag.h"
#include "hodhod/kernels/gated.h"
#include "hodhod/kernels/glove.h"
#include "hodhod/kernels/loss.h"
#include "hodhod/kernels/negative_sampling.h"
#include "hodhod/kernels/norm.h"
#include "hodhod/kernels/optimizer.h"
#include "hodhod/kernels/pick.h"
#include "hodhod/kernels/product.h"
#include "hodhod/kernels/recurrence.h"
#include "hodhod/kernels/reduce.h"
#include "hodhod/kernels/rotary.h"
#include "hodhod/kernels/row_sums.h"
#include "hodhod/kernels/softmax.h"
#include "hodhod/kernels/unary.h"

namespace hodhod::kernels {

// A place in the table. Calling an empty one is an Error: "gather: no cuda kernel".
template <class Signature>
class Slot;
[[noreturn]] void fail_without_kernel(const char* name, Device device);

template <class Result, class... Args>
class Slot<Result(Args...)> {
 public:
  constexpr Slot(const char* name, Device device) : name_(name), device_(device) {}
  constexpr Slot& operator=(Result (*kernel)(Args...)) {
    kernel_ = kernel;
    return *this;
  }

  Result operator()(Args... args) const {
    if (!kernel_) fail_without_kernel(name_, device_);
    return kernel_(args...);
  }

 private:
  const char* name_;
  Result (*kernel_)(Args...) = nullptr;
  Device device_;
};

// Kernels that compute in T.
template <class T>
struct Kernels {
  Device device;

  // attention.h
  Slot<void(const AttentionArgs<T>&)> attention{"attention", device};
  Slot<void(const AttentionBackwardArgs<T>&)> attention_backward{"attention_backward", device};
  Slot<void(const AttentionWeightsArgs<T>&)> attention_weights{"attention_weights", device};

  // binary.h
  Slot<void(const BinaryArgs<T>&)> binary{"binary", device};
  Slot<void(const BinaryBackwardArgs<T>&)> binary_backward{"binary_backward", device};
  Slot<void(const AccumulateArgs<T>&)> accumulate{"accumulate", device};

  // dropout.h
  Slot<void(const DropoutArgs<T>&)> dropout{"dropout", device};

  // embedding.h
  Slot<void(const EmbeddingArgs<T>&)> embedding{"embedding", device};
  Slot<void(const EmbeddingBackwardArgs<T>&)> embedding_backward{"embedding_backward", device};

  // embedding_bag.h
  Slot<void(const EmbeddingBagArgs<T>&)> embedding_bag{"embedding_bag", device};
  Slot<void(const EmbeddingBagWeightsArgs<T>&)> embedding_bag_weights{"embedding_bag_weights", device};
  Slot<void(const EmbeddingBagRowsArgs<T>&)> embedding_bag_rows{"embedding_bag_rows", device};

  // gated.h
  Slot<void(const GatedArgs<T>&)> gated{"gated", device};
  Slot<void(const GatedBackwardArgs<T>&)> gated_backward{"gated_backward", device};

  // glove.h
  Slot<void(const GloveArgs<T>&)> glove{"glove", device};

  // loss.h
  Slot<void(const CrossEntropyArgs<T>&)> cross_entropy{"cross_entropy", device};
  Slot<void(const CrossEntropyBackwardArgs<T>&)> cross_entropy_backward{"cross_entropy_backward", device};
  Slot<void(const SoftCrossEntropyArgs<T>&)> soft_cross_entropy{"soft_cross_entropy", device};
  Slot<void(const PointwiseLossArgs<T>&)> pointwise_loss{"pointwise_loss", device};

  // negative_sampling.h
  Slot<void(const NegativeSamplingArgs<T>&)> negative_sampling{"negative_sampling", device};

  // norm.h
  Slot<void(const NormArgs<T>&)> norm{"norm", device};
  Slot<void(const NormBackwardArgs<T>&)> norm_backward{"norm_backward", device};

  // optimizer.h
  Slot<void(const SgdArgs<T>&)> sgd{"sgd", device};
  Slot<void(const AdamArgs<T>&)> adam{"adam", device};
  Slot<void(const AdagradArgs<T>&)> adagrad{"adagrad", device};
  Slot<void(const RmspropArgs<T>&)> rmsprop{"rmsprop", device};
  Slot<double(const SumSquaresArgs<T>&)> sum_squares{"sum_squares", device};

  // pick.h
  Slot<void(const ScatterAddArgs<T>&)> scatter_add{"scatter_add", device};
  Slot<void(const MaskedFillArgs<T>&)> masked_fill{"masked_fill", device};

  // product.h
  Slot<void(const ProductArgs<T>&)> product{"product", device};

  // recurrence.h
  Slot<void(const RecurrenceArgs<T>&)> recurrence{"recurrence", device};
  Slot<void(const RecurrenceBackwardArgs<T>&)> recurrence_backward{"recurrence_backward", device};
  Slot<int64_t(Cell cell, int64_t hidden, int64_t outputs, bool projected)> recurrence_packed_size{
      "recurrence_packed_size", device};
  Slot<void(const RecurrencePackArgs<T>&)> recurrence_pack{"recurrence_pack", device};

  // reduce.h
  Slot<void(const ReduceArgs<T>&)> reduce{"reduce", device};
  Slot<double(const SumArgs<T>&)> sum{"sum", device};
  Slot<void(const ArgmaxArgs<T>&)> argmax{"argmax", device};

  // rotary.h
  Slot<void(const RotaryArgs<T>&)> rotary{"rotary", device};

  // row_sums.h
  Slot<void(const RowSumsArgs<T>&)> row_sums{"row_sums", device};
  Slot<void(const RowAddsArgs<T>&)> row_adds{"row_adds", device};

  // softmax.h
  Slot<void(const SoftmaxArgs<T>&)> softmax{"softmax", device};
  Slot<void(const SoftmaxBackwardArgs<T>&)> softmax_backward{"softmax_backward", device};

  // unary.h
  Slot<void(const UnaryArgs<T>&)> unary{"unary", device};
  Slot<void(const UnaryBackwardArgs<T>&)> unary_backward{"unary_backward", device};
  Slot<void(const AffineArgs<T>&)> affine{"affine", device};
};

// Kernels for elements of any type, which are only moved.
struct MovingKernels {
  Device device;

  // copy.h
  Slot<void(const CopyArgs&)> copy{"copy", device};
  Slot<void(const FillArgs&)> fill{"fill", device};

  // pick.h
  Slot<void(const TakeRowsArgs&)> take_rows{"take_rows", device};
  Slot<void(const GatherArgs&)> gather{"gather", device};
};

template <class T>
const Kernels<T>& cpu_kernels();
template <class T>
const Kernels<T>& shapes_kernels();
const MovingKernels& cpu_moving_kernels();
const MovingKernels& shapes_moving_kernels();

// The table of a device.
template <class T>
const Kernels<T>& kernels_of(Device device) {
  return device == Device::shapes ? shapes_kernels<T>() : cpu_kernels<T>();
}
inline const MovingKernels& moving_kernels_of(Device device) {
  return device == Device::shapes ? shapes_moving_kernels() : cpu_moving_kernels();
}

}  // namespace hodhod::kernels
