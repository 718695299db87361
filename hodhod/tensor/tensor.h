// SPDX-License-Identifier: Apache-2.0
// Tensor: a shape, steps and an element type over shared storage, and optionally a place on the tape.
//
// Copying a Tensor shares its storage. Ops are free functions in hodhod/ops; the methods here neither compute
// nor record: they make, look at and re-lay memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/tensor/dtype.h"
#include "hodhod/tensor/ref.h"
#include "hodhod/tensor/shape.h"
#include "hodhod/tensor/storage.h"

namespace hodhod {

class Node;  // of the tape, see tape.h
template <>
struct Ownership<Node> {
  static void retain(Node* node) noexcept;
  static void drop(Node* node) noexcept;
};

enum class Device : uint8_t { cpu };

class Tensor {
 public:
  Tensor() = default;  // undefined: no shape, no storage

  static Tensor empty(const Shape& shape, DType dtype = DType::f32);
  static Tensor zeros(const Shape& shape, DType dtype = DType::f32);
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f32);
  static Tensor scalar(double value, DType dtype = DType::f32) { return full({}, value, dtype); }
  // A copy of `values`, row-major.
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape);
  template <class T>
  static Tensor from(const std::vector<T>& values, const Shape& shape) {
    return from(std::span<const T>(values), shape);
  }
  template <class T>
  static Tensor from(std::initializer_list<T> values, const Shape& shape) {
    return from(std::span<const T>(values.begin(), values.size()), shape);
  }
  // A dense tensor over storage that exists, `offset` elements in.
  static Tensor over(Ref<Storage> storage, const Shape& shape, DType dtype, int64_t offset = 0);

  bool defined() const { return static_cast<bool>(storage_); }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }
  int rank() const { return shape_.rank(); }
  int64_t dim(int i) const { return shape_[i]; }
  int64_t stride(int i) const { return strides_[i]; }
  int64_t numel() const { return shape_.numel(); }
  DType dtype() const { return dtype_; }
  Device device() const { return Device::cpu; }
  int64_t bytes() const { return numel() * size_of(dtype_); }
  // Dense and row-major; extents of 0 and 1 may have any step.
  bool is_contiguous() const;

  // The first element. T must be the C++ type of dtype(). A const Tensor gives mutable data: constness is
  // that of the handle, as with a pointer.
  template <class T>
  T* data() const {
    check(dtype_of<T>() == dtype_, "tensor data asked for as {} but it holds {}", name_of(dtype_of<T>()),
          name_of(dtype_));
    return reinterpret_cast<T*>(storage_->data()) + offset_;
  }
  std::byte* raw() const { return storage_->data() + offset_ * size_of(dtype_); }
  const Ref<Storage>& storage() const { return storage_; }
  int64_t offset() const { return offset_; }
  // No other tensor shares the storage, and it may be written.
  bool is_sole_owner() const { return storage_->owners() == 1 && storage_->writable(); }

  // The same storage under another layout, `offset` elements further on; off the tape. Stays inside the
  // storage.
  Tensor with_layout(const Shape& shape, const Shape& strides, int64_t offset = 0) const;
  // The same elements in another shape, off the tape; this must be contiguous.
  Tensor reshaped(const Shape& shape) const;
  // This, or a dense copy when it is not dense; off the tape.
  Tensor dense() const;
  // A dense copy with storage of its own, off the tape.
  Tensor clone() const;
  // This off the tape.
  Tensor detach() const;
  // A copy with elements converted, or this when there is nothing to convert; off the tape.
  Tensor converted(DType dtype) const;

  // The only element, as a double.
  double item() const;
  // All elements, row-major, converted.
  template <class T = double>
  std::vector<T> values() const;

  // ---- tape ----
  // Makes this a leaf whose gradient backward() accumulates, or takes it off the tape.
  Tensor& set_requires_grad(bool wanted = true);
  bool requires_grad() const { return static_cast<bool>(node_); }
  bool is_leaf() const;
  // The accumulated gradient of a leaf; undefined before the first backward().
  Tensor grad() const;
  void set_grad(const Tensor& grad) const;
  // Forgets the gradient; its memory goes back to the pool.
  void clear_grad() const { set_grad(Tensor()); }

  const Ref<Node>& node() const { return node_; }
  int output_index() const { return output_; }
  void set_node(Ref<Node> node, int output);

 private:
  Ref<Storage> storage_;
  Ref<Node> node_;
  Shape shape_;
  Shape strides_;
  int64_t offset_ = 0;  // in elements
  int32_t output_ = 0;  // which output of node_
  DType dtype_ = DType::f32;
};

// dst ← src, element by element with conversion; equal shapes, any strides.
void copy(const Tensor& src, const Tensor& dst);
// dst ← dst + src for f32 or f64 tensors of one shape and type.
void accumulate(const Tensor& dst, const Tensor& src);
void fill(const Tensor& dst, double value);

// While one lives, the tensors that this thread makes have a shape and no memory, and filling them does
// nothing: a model of any size can be built to be looked at. Their elements must not be touched.
class ShapesOnly {
 public:
  ShapesOnly();
  ~ShapesOnly();
  ShapesOnly(const ShapesOnly&) = delete;
  ShapesOnly& operator=(const ShapesOnly&) = delete;

 private:
  bool before_;
};

// Shape, type and the first few elements, for messages and debugging.
std::string to_string(const Tensor& tensor);

}  // namespace hodhod
