// SPDX-License-Identifier: Apache-2.0
// What ops share: checks, and the arguments of kernels made from tensors.
#pragma once

#include <array>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/kernels/grain.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/nest.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::detail {

inline void check_defined(const char* op, const char* what, const Tensor& x) {
  check(x.defined(), "{}: {} is an undefined tensor; compute or load it first", op, what);
}

// The kernels of the device that an op's tensors lie on; undefined ones are passed over. Error, naming the
// op, where they lie on different devices.
template <class T, class... Others>
const kernels::Kernels<T>& kernels_for(const char* op, const Tensor& x, const Others&... others) {
  if (((others.defined() && others.device() != x.device()) || ...)) common_device(op, {&x, &others...});
  return kernels::kernels_of<T>(x.device());
}
template <class T>
const kernels::Kernels<T>& kernels_for(const Tensor& x) {
  return kernels::kernels_of<T>(x.device());
}

// Of one element type, on one device.
inline void check_alike(const char* op, const Tensor& a, const Tensor& b) {
  if (a.device() != b.device()) common_device(op, {&a, &b});
  check(a.dtype() == b.dtype(), "{}: element types {} and {} differ; convert one of them", op,
        name_of(a.dtype()), name_of(b.dtype()));
}

// Loops over `shape` for operands that broadcast to it.
template <class... Tensors>
kernels::Nest<sizeof...(Tensors)> nest_of(const Shape& shape, const Tensors&... operands) {
  kernels::Nest<sizeof...(Tensors)> nest;
  nest.rank = shape.rank();
  for (int i = 0; i < nest.rank; ++i) nest.shape[i] = shape[i];
  int k = 0;
  const auto steps = [&](const Tensor& x) {
    const int missing = nest.rank - x.rank();
    for (int i = 0; i < x.rank(); ++i) {
      nest.strides[k][missing + i] = x.dim(i) == 1 && shape[missing + i] != 1 ? 0 : x.stride(i);
    }
    ++k;
  };
  (steps(operands), ...);
  return nest;
}

// A dense gradient, and memory for a result of its shape: its own memory if no other tensor shares it.
struct Reused {
  Tensor from, to;
};
inline Reused reuse(const Tensor& dy) {
  if (dy.is_sole_owner() && dy.is_contiguous()) return {dy, dy};
  return {dy.dense(), dy.new_empty(dy.shape())};
}

// Rows along the last dimension.
inline int64_t row_count(const Tensor& x) {
  int64_t rows = 1;
  for (int i = 0; i + 1 < x.rank(); ++i) rows *= x.dim(i);
  return rows;
}

// Whole numbers of type i32 or i64 as dense i64, that pick among the elements of x: on the host, or on x's
// device.
inline Tensor as_indices(const char* op, const Tensor& ids, const Tensor& x) {
  check_defined(op, "the index tensor", ids);
  check(ids.dtype() == DType::i64 || ids.dtype() == DType::i32, "{}: indices are {}; give i64 or i32", op,
        name_of(ids.dtype()));
  if (ids.device() != Device::cpu) common_device(op, {&ids, &x});
  return ids.converted(DType::i64).dense();
}

// The first i with ids[i] outside [0, limit), or −1; also −1 where the host cannot read the ids, dense i64.
inline int64_t first_outside(const Tensor& ids, int64_t limit) {
  if (ids.device() != Device::cpu) return -1;
  return kernels::first_outside(ids.data<int64_t>(), ids.numel(), limit);
}

}  // namespace hodhod::detail
