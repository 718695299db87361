// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/tensor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Ranges of a parallel loop over plain memory are at least this long.
constexpr int64_t kGrain = 32768;

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else {
    auto widen = [](auto v) {
      if constexpr (std::is_same_v<From, bf16> || std::is_same_v<From, f16>) {
        return static_cast<float>(v);
      } else {
        return v;
      }
    };
    if constexpr (std::is_same_v<To, bf16> || std::is_same_v<To, f16>) {
      return To(static_cast<float>(widen(value)));
    } else {
      return static_cast<To>(widen(value));
    }
  }
}

// Fast conversions for reading and writing models; false if there is none for these types.
bool convert_fast(const Tensor& src, const Tensor& dst) {
  const int64_t n = src.numel();
  const auto bits = [](const Tensor& x) { return reinterpret_cast<uint16_t*>(x.raw()); };
  if (src.dtype() == DType::f32) {
    if (dst.dtype() == DType::bf16) return kernels::bf16_from_f32(n, src.data<float>(), bits(dst)), true;
    if (dst.dtype() == DType::f16) return kernels::f16_from_f32(n, src.data<float>(), bits(dst)), true;
    if (dst.dtype() == DType::f64)
      return kernels::f64_from_f32(n, src.data<float>(), dst.data<double>()), true;
  } else if (dst.dtype() == DType::f32) {
    if (src.dtype() == DType::bf16) return kernels::f32_from_bf16(n, bits(src), dst.data<float>()), true;
    if (src.dtype() == DType::f16) return kernels::f32_from_f16(n, bits(src), dst.data<float>()), true;
    if (src.dtype() == DType::f64)
      return kernels::f32_from_f64(n, src.data<double>(), dst.data<float>()), true;
  }
  return false;
}

// Calls body(destination offset, source offset) for the first element of every run along the last dimension.
template <class Body>
void for_each_row(const Tensor& dst, const Tensor& src, Body&& body) {
  const int rank = src.rank();
  const int64_t length = rank == 0 ? 1 : src.dim(-1);
  if (src.numel() == 0) return;
  const int64_t rows = src.numel() / length;
  parallel_for(rows, std::max<int64_t>(1, kGrain / length), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row, to = 0, from = 0;
      for (int i = rank - 2; i >= 0; --i) {
        const int64_t at = rest % src.dim(i);
        rest /= src.dim(i);
        to += at * dst.stride(i);
        from += at * src.stride(i);
      }
      body(to, from);
    }
  });
}

// Element by element, on the host.
void convert_elements(const Tensor& src, const Tensor& dst) {
  with_type(src.dtype(), [&](auto from) {
    using From = decltype(from);
    with_type(dst.dtype(), [&](auto to) {
      using To = decltype(to);
      const From* source = src.data<From>();
      To* destination = dst.data<To>();
      const int64_t length = src.rank() == 0 ? 1 : src.dim(-1);
      const int64_t from_step = src.rank() == 0 ? 1 : src.stride(-1);
      const int64_t to_step = src.rank() == 0 ? 1 : dst.stride(-1);
      for_each_row(dst, src, [&](int64_t to_row, int64_t from_row) {
        for (int64_t i = 0; i < length; ++i) {
          destination[to_row + i * to_step] = convert<To>(source[from_row + i * from_step]);
        }
      });
    });
  });
}

// Loops over tensors of one shape.
template <class... Tensors>
kernels::Nest<sizeof...(Tensors)> loops_over(const Shape& shape, const Tensors&... tensors) {
  kernels::Nest<sizeof...(Tensors)> nest;
  nest.rank = shape.rank();
  std::copy(shape.begin(), shape.end(), nest.shape.begin());
  size_t k = 0;
  (std::copy(tensors.strides().begin(), tensors.strides().end(), nest.strides[k++].begin()), ...);
  return nest;
}

thread_local Device made_on = Device::cpu;

}  // namespace

Device default_device() { return made_on; }
OnDevice::OnDevice(Device device) : before_(std::exchange(made_on, device)) {}
OnDevice::~OnDevice() { made_on = before_; }

Device common_device(const char* op, std::initializer_list<const Tensor*> tensors) {
  const Tensor* first = nullptr;
  for (const Tensor* tensor : tensors) {
    if (!tensor->defined()) continue;
    if (!first) first = tensor;
    check(tensor->device() == first->device(),
          "{}: tensors lie on different devices, {} and {}; move one of "
          "them with to()",
          op, name_of(first->device()), name_of(tensor->device()));
  }
  return first ? first->device() : Device::cpu;
}

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  return over(Storage::allocate(shape.numel() * size_of(dtype), device), shape, dtype);
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, Device device) {
  Tensor tensor = empty(shape, dtype, device);
  fill(tensor, 0);
  return tensor;
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype, Device device) {
  Tensor tensor = empty(shape, dtype, device);
  fill(tensor, value);
  return tensor;
}

template <class T>
Tensor Tensor::from(std::span<const T> values, const Shape& shape) {
  check(static_cast<int64_t>(values.size()) == shape.numel(), "{} values given for a tensor of shape {}",
        values.size(), shape);
  Tensor tensor = empty(shape, dtype_of<T>(), Device::cpu);
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

Tensor Tensor::over(Ref<Storage> storage, const Shape& shape, DType dtype, int64_t offset) {
  Tensor tensor;
  tensor.storage_ = std::move(storage);
  tensor.dtype_ = dtype;
  return tensor.with_layout(shape, dense_strides(shape), offset);
}

void Tensor::fail_for_type(DType asked) const {
  fail("tensor data asked for as {} but it holds {}", name_of(asked), name_of(dtype_));
}

bool Tensor::is_contiguous() const {
  int64_t step = 1;
  for (int i = rank() - 1; i >= 0; --i) {
    if (shape_[i] == 0) return true;
    if (shape_[i] != 1 && strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

Tensor Tensor::with_layout(const Shape& shape, const Shape& strides, int64_t offset) const {
  check(shape.rank() == strides.rank(), "layout: {} extents and {} steps", shape.rank(), strides.rank());
  Tensor view;
  view.storage_ = storage_;
  view.dtype_ = dtype_;
  view.shape_ = shape;
  view.strides_ = strides;
  view.offset_ = offset_ + offset;
  int64_t last = view.offset_;
  for (int i = 0; i < shape.rank(); ++i) {
    check(strides[i] >= 0, "layout: step {} of dimension {} is negative", strides[i], i);
    last += (shape[i] - 1) * strides[i];
  }
  if (shape.numel() > 0) {
    check(view.offset_ >= 0 && last < storage_->bytes() / size_of(dtype_),
          "layout: shape {} with steps {} from element {} reaches outside a storage of {} elements", shape,
          strides, view.offset_, storage_->bytes() / size_of(dtype_));
  }
  return view;
}

Tensor Tensor::reshaped(const Shape& shape) const {
  check(shape.numel() == numel(), "reshape: {} has {} elements and {} has {}", shape_, numel(), shape,
        shape.numel());
  check(is_contiguous(), "reshape: a tensor of shape {} with steps {} is not dense; take dense() first",
        shape_, strides_);
  return with_layout(shape, dense_strides(shape));
}

Tensor Tensor::detach() const {
  Tensor same = *this;
  same.node_ = Ref<Node>();
  same.output_ = 0;
  return same;
}

Tensor Tensor::dense() const { return is_contiguous() ? detach() : clone(); }

Tensor Tensor::clone() const {
  Tensor result = new_empty(shape_);
  copy(*this, result);
  return result;
}

Tensor Tensor::converted(DType dtype) const {
  if (dtype == dtype_) return detach();
  Tensor result = empty(shape_, dtype, device());
  copy(*this, result);
  return result;
}

Tensor Tensor::to(Device target) const {
  if (target == device()) return detach();
  check(target == Device::shapes, "to: a tensor on {} has a shape and no elements that could go to {}",
        name_of(device()), name_of(target));
  return empty(shape_, dtype_, target);
}

double Tensor::item() const {
  check(defined() && numel() == 1, "item: the tensor has shape {} and not one element", shape_);
  if (device() != Device::cpu) return values<double>()[0];
  return *converted(DType::f64).data<double>();
}

template <class T>
std::vector<T> Tensor::values() const {
  check(defined(), "values: the tensor is undefined");
  if (device() == Device::shapes) {
    const double unknown = is_floating(dtype_) ? std::numeric_limits<double>::quiet_NaN() : 0;
    return std::vector<T>(static_cast<size_t>(numel()), convert<T>(is_floating(dtype_of<T>()) ? unknown : 0));
  }
  const Tensor plain = converted(dtype_of<T>()).dense();
  const T* first = plain.data<T>();
  return std::vector<T>(first, first + plain.numel());
}

Tensor& Tensor::set_requires_grad(bool wanted) {
  if (!wanted) {
    node_ = Ref<Node>();
    return *this;
  }
  if (requires_grad() && is_leaf()) return *this;
  check(defined() && is_floating(dtype_),
        "set_requires_grad: only floating-point tensors have gradients, this is {}", name_of(dtype_));
  class Leaf final : public Node {
   public:
    void run(Gradients&) override {}
    void forget() override {}
  };
  Ref<Node> leaf(new (pool::allocate(sizeof(Leaf))) Leaf);
  leaf->is_leaf = true;
  Tensor* self = this;
  detail::attach(leaf, "leaf", {}, std::span(self, 1));
  return *this;
}

bool Tensor::is_leaf() const { return node_ && node_->is_leaf; }

Tensor Tensor::grad() const { return is_leaf() ? node_->outputs[0].whole() : Tensor(); }

Gradient Tensor::gradient() const {
  if (!is_leaf()) return {};
  return {node_->outputs[0].gradient, node_->outputs[0].rows};
}

void Tensor::set_gradient(const Gradient& gradient) const {
  set_grad(gradient.has_rows() ? Tensor() : gradient.values);
  if (!gradient.has_rows()) return;
  node_->outputs[0].gradient = gradient.values.detach();
  node_->outputs[0].rows = gradient.rows;
}

void Tensor::set_grad(const Tensor& grad) const {
  check(is_leaf(), "set_grad: the tensor is not a leaf of the tape; call set_requires_grad() first");
  check(!grad.defined() || grad.shape() == shape_, "set_grad: gradient of shape {} for a tensor of shape {}",
        grad.shape(), shape_);
  node_->outputs[0].gradient = grad.detach();
  node_->outputs[0].rows = Tensor();
}

void Tensor::set_node(Ref<Node> node, int output) {
  node_ = std::move(node);
  output_ = output;
}

void copy(const Tensor& src, const Tensor& dst) {
  check(src.shape() == dst.shape(), "copy: from shape {} to shape {}", src.shape(), dst.shape());
  check(dst.storage()->writable(), "copy: the destination is a read-only file mapping; clone() it first");
  const Device device = common_device("copy", {&src, &dst});
  if (src.dtype() == dst.dtype()) {
    kernels::moving_kernels_of(device).copy({.size = size_of(src.dtype()),
                                             .nest = loops_over(src.shape(), src, dst),
                                             .from = src.raw(),
                                             .to = dst.raw()});
  } else if (device == Device::cpu) {
    if (!src.is_contiguous() || !dst.is_contiguous() || !convert_fast(src, dst)) convert_elements(src, dst);
  }
}

void accumulate(const Tensor& dst, const Tensor& src) {
  check(src.shape() == dst.shape() && src.dtype() == dst.dtype(),
        "accumulate: {} of shape {} into {} of shape {}", name_of(src.dtype()), src.shape(),
        name_of(dst.dtype()), dst.shape());
  const Device device = common_device("accumulate", {&src, &dst});
  with_compute_type("accumulate", dst.dtype(), [&](auto t) {
    using T = decltype(t);
    kernels::kernels_of<T>(device).accumulate(
        {.nest = loops_over(src.shape(), src, dst), .x = src.data<T>(), .y = dst.data<T>()});
  });
}

void fill(const Tensor& dst, double value) {
  with_type(dst.dtype(), [&](auto t) {
    const auto element = convert<decltype(t)>(value);
    kernels::moving_kernels_of(dst.device())
        .fill({.size = size_of(dst.dtype()),
               .nest = loops_over(dst.shape(), dst),
               .element = &element,
               .to = dst.raw()});
  });
}

std::string to_string(const Tensor& tensor) {
  if (!tensor.defined()) return "undefined tensor";
  std::string text = fmt::format("{}{} {{", name_of(tensor.dtype()), tensor.shape());
  const Tensor flat = tensor.dense().reshaped({tensor.numel()});
  const int64_t shown = std::min<int64_t>(flat.numel(), 8);
  const auto values = flat.with_layout({shown}, {1}).values<double>();
  for (int64_t i = 0; i < shown; ++i)
    text += fmt::format("{}{:.6g}", i ? ", " : "", values[static_cast<size_t>(i)]);
  return text + (shown < flat.numel() ? ", …}" : "}");
}

#define HODHOD_INSTANTIATE(T)                                                     \
  template Tensor Tensor::from<T>(std::span<const T> values, const Shape& shape); \
  template std::vector<T> Tensor::values<T>() const;
HODHOD_INSTANTIATE(float)
HODHOD_INSTANTIATE(double)
HODHOD_INSTANTIATE(bf16)
HODHOD_INSTANTIATE(f16)
HODHOD_INSTANTIATE(int32_t)
HODHOD_INSTANTIATE(int64_t)
HODHOD_INSTANTIATE(uint8_t)
#undef HODHOD_INSTANTIATE

}  // namespace hodhod
