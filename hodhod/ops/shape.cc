// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/shape.h"

#include <algorithm>

#include "hodhod/ops/common.h"
#include "hodhod/ops/reduce.h"

namespace hodhod {
namespace {

// The steps of a view of x in `shape`, if there is one. Dimensions of x with uniform steps form runs; each
// run must consist of whole dimensions of the new shape.
bool view_steps(const Tensor& x, const Shape& shape, Shape& steps) {
  steps = dense_strides(shape);
  if (x.numel() == 0 || x.is_contiguous()) return true;
  int to = shape.rank() - 1;
  for (int from = x.rank() - 1; from >= 0;) {
    int64_t run = x.dim(from);
    const int64_t step = x.stride(from--);
    while (from >= 0 && (x.dim(from) == 1 || x.stride(from) == step * run)) run *= x.dim(from--);
    if (run == 1) continue;
    int64_t filled = 1;
    for (; to >= 0 && (filled < run || shape[to] == 1); --to) {
      steps[to] = step * filled;
      filled *= shape[to];
    }
    if (filled != run) return false;
  }
  return true;
}

Tensor reshaped_off_tape(const Tensor& x, const Shape& shape) {
  Shape steps;
  return view_steps(x, shape, steps) ? x.with_layout(shape, steps) : x.dense().reshaped(shape);
}

// `extents` as a shape, with the −1 among them replaced by what is left of x.
Shape completed(const Tensor& x, std::initializer_list<int64_t> extents) {
  Shape shape;
  int open = -1;
  int64_t known = 1;
  for (int64_t extent : extents) {
    if (extent >= 0) {
      known *= extent;
    } else {
      check(extent == -1 && open < 0,
            "reshape: extent {} after {}; give at most one −1 and no other negative extent", extent, shape);
      open = shape.rank();
    }
    shape.push_back(std::max<int64_t>(extent, 0));
  }
  if (open >= 0) {
    check(known > 0 && x.numel() % known == 0,
          "reshape: {} with {} elements does not divide by {}; give extents that do", x.shape(), x.numel(),
          known);
    shape[open] = x.numel() / known;
  }
  return shape;
}

Tensor slice_view(const Tensor& x, int dim, int64_t begin, int64_t end) {
  Shape shape = x.shape();
  shape[dim] = end - begin;
  return x.with_layout(shape, x.strides(), shape.numel() == 0 ? 0 : begin * x.stride(dim));
}

// Adds dy to the part of the gradient of input 0 that `view` shows.
template <class View>
void add_to_part(const Tensor& dy, Gradients& d, const View& view) {
  const auto [dx, holds_something] = d.buffer(0);
  if (holds_something) {
    accumulate(view(dx), dy);
  } else {
    fill(dx, 0);
    copy(dy, view(dx));
  }
}

int checked_dim(const char* op, const Tensor& x, int dim) {
  detail::check_defined(op, "its input", x);
  const int at = dim < 0 ? dim + x.rank() : dim;
  check(at >= 0 && at < x.rank(), "{}: dimension {} of a tensor of shape {}; give one from {} to {}", op, dim,
        x.shape(), -x.rank(), x.rank() - 1);
  return at;
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  detail::check_defined("reshape", "its input", x);
  check(shape.numel() == x.numel(), "reshape: {} has {} elements and {} has {}; give a shape of as many",
        x.shape(), x.numel(), shape, shape.numel());
  return record(
      "reshape", reshaped_off_tape(x, shape), {x},
      [from = x.shape()](const Tensor& dy, Gradients& d) { d.add(0, reshaped_off_tape(dy, from)); });
}

Tensor reshape(const Tensor& x, std::initializer_list<int64_t> extents) {
  detail::check_defined("reshape", "its input", x);
  return reshape(x, completed(x, extents));
}

namespace {

Tensor swapped(const Tensor& x, int a, int b) {
  Shape shape = x.shape(), steps = x.strides();
  std::swap(shape[a], shape[b]);
  std::swap(steps[a], steps[b]);
  return x.with_layout(shape, steps);
}

}  // namespace

Tensor transpose(const Tensor& x, int dim_a, int dim_b) {
  const int a = checked_dim("transpose", x, dim_a), b = checked_dim("transpose", x, dim_b);
  return record("transpose", swapped(x, a, b), {x},
                [=](const Tensor& dy, Gradients& d) { d.add(0, swapped(dy, a, b)); });
}

namespace {

Tensor permuted(const Tensor& x, const Shape& order) {
  Shape shape = x.shape(), steps = x.strides();
  for (int i = 0; i < x.rank(); ++i) {
    shape[i] = x.dim(static_cast<int>(order[i]));
    steps[i] = x.stride(static_cast<int>(order[i]));
  }
  return x.with_layout(shape, steps);
}

}  // namespace

Tensor permute(const Tensor& x, std::initializer_list<int> dims) {
  detail::check_defined("permute", "its input", x);
  check(static_cast<int>(dims.size()) == x.rank(),
        "permute: {} dimensions for a tensor of shape {}; name each once", dims.size(), x.shape());
  Shape order = x.shape(), inverse = x.shape();
  uint32_t seen = 0;
  int i = 0;
  for (int dim : dims) {
    order[i] = checked_dim("permute", x, dim);
    check(!(seen >> order[i] & 1), "permute: dimension {} of {} is named twice; name each once", order[i],
          x.shape());
    seen |= 1u << order[i];
    inverse[static_cast<int>(order[i])] = i;
    ++i;
  }
  return record("permute", permuted(x, order), {x},
                [=](const Tensor& dy, Gradients& d) { d.add(0, permuted(dy, inverse)); });
}

Tensor slice(const Tensor& x, int along, int64_t begin, int64_t end) {
  const int dim = checked_dim("slice", x, along);
  check(begin >= 0 && begin <= end && end <= x.dim(dim),
        "slice: from {} to {} of dimension {} of {}; give 0 ≤ from ≤ to ≤ {}", begin, end, dim, x.shape(),
        x.dim(dim));
  return record("slice", slice_view(x, dim, begin, end), {x}, [=](const Tensor& dy, Gradients& d) {
    add_to_part(dy, d, [&](const Tensor& dx) { return slice_view(dx, dim, begin, end); });
  });
}

namespace {

Tensor with_dim(const Tensor& x, int dim) {
  Shape shape, steps;
  for (int i = 0; i <= x.rank(); ++i) {
    if (i == dim) {
      shape.push_back(1);
      steps.push_back(0);
    }
    if (i < x.rank()) {
      shape.push_back(x.dim(i));
      steps.push_back(x.stride(i));
    }
  }
  return x.with_layout(shape, steps);
}

// x without a dimension of extent 1.
Tensor without_dim(const Tensor& x, int dim) {
  Shape shape, steps;
  for (int i = 0; i < x.rank(); ++i) {
    if (i == dim) continue;
    shape.push_back(x.dim(i));
    steps.push_back(x.stride(i));
  }
  return x.with_layout(shape, steps);
}

}  // namespace

Tensor select(const Tensor& x, int along, int64_t index) {
  const int dim = checked_dim("select", x, along);
  const int64_t at = index < 0 ? index + x.dim(dim) : index;
  check(at >= 0 && at < x.dim(dim), "select: index {} of dimension {} of {}; give one from {} to {}", index,
        dim, x.shape(), -x.dim(dim), x.dim(dim) - 1);
  return record(
      "select", without_dim(slice_view(x, dim, at, at + 1), dim), {x}, [=](const Tensor& dy, Gradients& d) {
        add_to_part(dy, d,
                    [&](const Tensor& dx) { return without_dim(slice_view(dx, dim, at, at + 1), dim); });
      });
}

Tensor expand(const Tensor& x, const Shape& shape) {
  detail::check_defined("expand", "its input", x);
  check(x.rank() <= shape.rank() && broadcast("expand", x.shape(), shape) == shape,
        "expand: {} does not broadcast to {}; give a shape that it does", x.shape(), shape);
  const auto nest = detail::nest_of(shape, x);
  Shape steps = shape;
  for (int i = 0; i < shape.rank(); ++i) steps[i] = nest.strides[0][i];
  return record("expand", x.with_layout(shape, steps), {x},
                [from = x.shape()](const Tensor& dy, Gradients& d) { d.add(0, sum_to(dy, from)); });
}

Tensor unsqueeze(const Tensor& x, int before) {
  detail::check_defined("unsqueeze", "its input", x);
  const int dim = before < 0 ? before + x.rank() + 1 : before;
  check(
      dim >= 0 && dim <= x.rank() && x.rank() < Shape::kMaxRank,
      "unsqueeze: a dimension before {} of {}; give a place from {} to {}, and at most {} dimensions in all",
      before, x.shape(), -x.rank() - 1, x.rank(), Shape::kMaxRank);
  return record("unsqueeze", with_dim(x, dim), {x},
                [=](const Tensor& dy, Gradients& d) { d.add(0, without_dim(dy, dim)); });
}

Tensor squeeze(const Tensor& x, int out) {
  const int dim = checked_dim("squeeze", x, out);
  check(x.dim(dim) == 1, "squeeze: dimension {} of {} has extent {}; only one of extent 1 can go", dim,
        x.shape(), x.dim(dim));
  return record("squeeze", without_dim(x, dim), {x},
                [=](const Tensor& dy, Gradients& d) { d.add(0, with_dim(dy, dim)); });
}

PoolVector<Tensor> split(const Tensor& x, int along, std::span<const int64_t> sizes) {
  const int dim = checked_dim("split", x, along);
  PoolVector<Tensor> pieces;
  pieces.reserve(sizes.size());
  int64_t begin = 0;
  for (int64_t size : sizes) {
    check(
        size >= 0 && begin + size <= x.dim(dim),
        "split: a piece of {} after {} elements of dimension {} of {}; give sizes that add up to its extent",
        size, begin, dim, x.shape());
    pieces.push_back(slice_view(x, dim, begin, begin + size));
    begin += size;
  }
  check(begin == x.dim(dim),
        "split: the sizes add up to {} and dimension {} of {} is {}; give sizes that add up to it", begin,
        dim, x.shape(), x.dim(dim));
  PoolVector<int64_t> held(sizes.begin(), sizes.end());
  record_many("split", std::span<Tensor>(pieces), {x},
              [dim, held = std::move(held)](std::span<const Tensor> dys, Gradients& d) {
                const auto [dx, holds_something] = d.buffer(0);
                int64_t at = 0;
                for (size_t i = 0; i < dys.size(); at += held[i++]) {
                  const Tensor part = slice_view(dx, dim, at, at + held[i]);
                  if (!dys[i].defined()) {
                    if (!holds_something) fill(part, 0);
                  } else if (holds_something) {
                    accumulate(part, dys[i]);
                  } else {
                    copy(dys[i], part);
                  }
                }
              });
  return pieces;
}

PoolVector<Tensor> chunk(const Tensor& x, int along, int64_t parts) {
  const int dim = checked_dim("chunk", x, along);
  check(parts > 0 && x.dim(dim) % parts == 0,
        "chunk: dimension {} of {} does not divide into {}; give a divisor of {}", dim, x.shape(), parts,
        x.dim(dim));
  const PoolVector<int64_t> sizes(static_cast<size_t>(parts), x.dim(dim) / parts);
  return split(x, dim, sizes);
}

}  // namespace hodhod
