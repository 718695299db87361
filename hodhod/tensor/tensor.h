// SPDX-License-Identifier: Apache-2.0
// Tensor: a shape, steps and an element type over shared storage, and optionally a place on the tape.
//
// Copying a Tensor shares its storage. Ops are free functions in hodhod/ops; the methods here neither compute
// nor record: they create tensors, read them and change their layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "hodhod/kernels/device.h"
#include "hodhod/tensor/dtype.h"
#include "hodhod/tensor/ref.h"
#include "hodhod/tensor/shape.h"
#include "hodhod/tensor/storage.h"

namespace hodhod {

class Node;       // of the tape, see tape.h
struct Gradient;  // see gradient.h
template <>
struct Ownership<Node> {
  static void retain(Node* node) noexcept;
  static void drop(Node* node) noexcept;
};

// The device of the tensors that this thread creates without naming one: the CPU, unless an OnDevice exists.
Device default_device();

class Tensor {
 public:
  Tensor() = default;  // undefined: no shape, no storage

  static Tensor empty(const Shape& shape, DType dtype = DType::f32, Device device = default_device());
  static Tensor zeros(const Shape& shape, DType dtype = DType::f32, Device device = default_device());
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f32,
                     Device device = default_device());
  static Tensor scalar(double value, DType dtype = DType::f32, Device device = default_device()) {
    return full({}, value, dtype, device);
  }
  // A tensor of this one's type and on its device: uninitialised, or zeros.
  Tensor new_empty(const Shape& shape) const { return empty(shape, dtype_, device()); }
  Tensor new_zeros(const Shape& shape) const { return zeros(shape, dtype_, device()); }
  // A copy of `values`, row-major, on the CPU.
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
  Device device() const { return storage_ ? storage_->device() : Device::cpu; }
  int64_t bytes() const { return numel() * size_of(dtype_); }
  // Dense and row-major; extents of 0 and 1 may have any step.
  bool is_contiguous() const;

  // The address of the first element, on the device: the host may read there if that is the CPU. T must be
  // the C++ type of dtype(). A const Tensor returns mutable data: constness belongs to the handle, as with a
  // pointer.
  template <class T>
  T* data() const {
    if (dtype_of<T>() != dtype_) fail_for_type(dtype_of<T>());
    return reinterpret_cast<T*>(storage_->data()) + offset_;
  }
  std::byte* raw() const { return storage_->data() + offset_ * size_of(dtype_); }
  const Ref<Storage>& storage() const { return storage_; }
  int64_t offset() const { return offset_; }
  // Whether no other tensor shares the storage, and it may be written.
  bool is_sole_owner() const { return storage_->owners() == 1 && storage_->writable(); }

  // The same storage under another layout, `offset` elements further on; off the tape. Stays inside the
  // storage.
  Tensor with_layout(const Shape& shape, const Shape& strides, int64_t offset = 0) const;
  // The same elements in another shape, off the tape; this must be contiguous.
  Tensor reshaped(const Shape& shape) const;
  // This tensor, or a dense copy if it is not dense; off the tape.
  Tensor dense() const;
  // A dense copy with storage of its own, off the tape.
  Tensor clone() const;
  // This tensor off the tape.
  Tensor detach() const;
  // A copy with converted elements, or this tensor if there is nothing to convert; off the tape.
  Tensor converted(DType dtype) const;
  // A dense copy on another device, or this; off the tape. To `shapes` goes the shape alone, and nothing
  // comes back from there (an Error).
  Tensor to(Device device) const;

  // Reading elements on the host. Those of a tensor on `shapes` are NaN, or 0 of a whole number.
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
  // The same, which may be rows alone; grad() makes it whole.
  Gradient gradient() const;
  void set_gradient(const Gradient& gradient) const;
  // Drops the gradient; its memory returns to the pool.
  void clear_grad() const { set_grad(Tensor()); }

  const Ref<Node>& node() const { return node_; }
  int output_index() const { return output_; }
  void set_node(Ref<Node> node, int output);

 private:
  [[noreturn]] void fail_for_type(DType asked) const;

  Ref<Storage> storage_;
  Ref<Node> node_;
  Shape shape_;
  Shape strides_;
  int64_t offset_ = 0;  // in elements
  int32_t output_ = 0;  // which output of node_
  DType dtype_ = DType::f32;
};

// dst ← src, element by element with conversion; equal shapes, any strides, one device.
void copy(const Tensor& src, const Tensor& dst);
// dst ← dst + src for f32 or f64 tensors of one shape, type and device.
void accumulate(const Tensor& dst, const Tensor& src);
void fill(const Tensor& dst, double value);

// Error, naming `op`, where tensors lie on different devices; undefined ones are passed over. Gives the
// device.
Device common_device(const char* op, std::initializer_list<const Tensor*> tensors);

// While such an object exists, its device is the default: layers and models are created there.
class OnDevice {
 public:
  explicit OnDevice(Device device);
  ~OnDevice();
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

 private:
  Device before_;
};

// Shape, type and the first few elements, for messages and debugging.
std::string to_string(const Tensor& tensor);

}  // namespace hodhod
