// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/matmul.h"

#include <algorithm>
#include <span>

#include "hodhod/ops/common.h"

namespace hodhod {
namespace {

// A tensor as the product reads it: matrices stored by rows, perhaps transposed, in a batch.
struct Operand {
  Tensor tensor;
  bool transpose;  // of what is stored
  int64_t stride;
  int64_t rows, columns;  // of the matrix after transposition
};

Operand operand(const Tensor& x, bool transpose) {
  const int64_t rows = x.dim(-2), columns = x.dim(-1);
  const auto row_step = [](const Tensor& t, int along, int across) {
    return t.dim(along) > 1 ? t.stride(t.rank() + along) : t.dim(across);
  };
  const auto dense_along = [](const Tensor& t, int i) {
    return t.dim(i) <= 1 || t.stride(t.rank() + i) == 1;
  };
  Operand result = {x, transpose, 0, transpose ? columns : rows, transpose ? rows : columns};
  if (dense_along(x, -1) && row_step(x, -2, -1) >= columns) {
    result.stride = row_step(x, -2, -1);
  } else if (dense_along(x, -2) && row_step(x, -1, -2) >= rows) {
    result.stride = row_step(x, -1, -2);
    result.transpose = !transpose;
  } else {
    result.tensor = x.dense();
    result.stride = columns;
  }
  return result;
}

// One loop over matrices of the batch, with the operands' steps.
struct Loop {
  int64_t count;
  int64_t a, b, c;
};

// Steps of a tensor along dimension i of the batch it broadcasts to.
int64_t batch_step(const Tensor& x, const Shape& batch, int i) {
  const int own = i - (batch.rank() - (x.rank() - 2));
  return own < 0 || x.dim(own) == 1 ? 0 : x.stride(own);
}

// The loops over the batch, outermost first, merged where steps allow. Never empty.
PoolVector<Loop> batch_loops(const Tensor& a, const Tensor& b, const Tensor& c, const Shape& batch) {
  PoolVector<Loop> loops;
  for (int i = 0; i < batch.rank(); ++i) {
    if (batch[i] == 1) continue;
    const Loop next = {batch[i], batch_step(a, batch, i), batch_step(b, batch, i), batch_step(c, batch, i)};
    if (!loops.empty()) {
      Loop& last = loops.back();
      if (last.a == next.a * next.count && last.b == next.b * next.count && last.c == next.c * next.count) {
        last = {last.count * next.count, next.a, next.b, next.c};
        continue;
      }
    }
    loops.push_back(next);
  }
  if (loops.empty()) loops.push_back({1, 0, 0, 0});
  return loops;
}

template <class T>
void run_loops(const kernels::Kernels<T>& table, kernels::ProductArgs<T> args, std::span<const Loop> loops) {
  const Loop& loop = loops.front();
  if (loops.size() == 1) {
    args.batch = loop.count;
    args.a.batch_stride = loop.a;
    args.b.batch_stride = loop.b;
    args.c_batch_stride = loop.c;
    table.product(args);
    return;
  }
  for (int64_t i = 0; i < loop.count; ++i) {
    run_loops(table, args, loops.subspan(1));
    args.a.data += loop.a;
    args.b.data += loop.b;
    args.c += loop.c;
  }
}

Shape batch_of(const Tensor& x) {
  return Shape(std::span(x.shape().begin(), static_cast<size_t>(x.rank() - 2)));
}

// c (+)= A B for a dense c. If c has step 0 along a dimension of the batch, the products along it are summed
// in order.
template <class T>
void multiply(const Operand& a, const Operand& b, const Tensor& c, const Shape& batch, bool accumulate) {
  kernels::ProductArgs<T> args;
  args.m = a.rows;
  args.n = b.columns;
  args.k = a.columns;
  args.a = {.data = a.tensor.data<T>(), .stride = a.stride, .transpose = a.transpose};
  args.b = {.data = b.tensor.data<T>(), .stride = b.stride, .transpose = b.transpose};
  args.c = c.data<T>();
  args.c_stride = args.n;
  args.accumulate = accumulate;
  PoolVector<Loop> loops = batch_loops(a.tensor, b.tensor, c, batch);
  Loop& last = loops.back();
  // One matrix B for the rows of a whole batch, and a sum over the rows of a whole batch, are single
  // products.
  if (last.b == 0 && !args.a.transpose && last.a == args.m * args.a.stride && last.c == args.m * args.n) {
    args.m *= last.count;
    last = {1, 0, 0, 0};
  } else if (last.c == 0 && args.a.transpose && !args.b.transpose && last.a == args.k * args.a.stride &&
             last.b == args.k * args.b.stride) {
    args.k *= last.count;
    last = {1, 0, 0, 0};
  }
  if (std::any_of(loops.begin(), loops.end(),
                  [](const Loop& loop) { return loop.count > 1 && loop.c == 0; })) {
    if (!accumulate) fill(c, 0);
    args.accumulate = true;
    // The kernel would run matrices of a batch at the same time.
    if (last.c == 0) loops.push_back({1, 0, 0, 0});
  }
  run_loops(detail::kernels_for<T>("matmul", a.tensor, b.tensor), args, std::span<const Loop>(loops));
}

struct MatmulBackward {
  Tensor a, b;
  MatmulOptions options;

  void operator()(const Tensor& dy, Gradients& d) const {
    const bool ta = options.transpose_a, tb = options.transpose_b;
    const Shape batch = batch_of(dy);
    with_compute_type("matmul", dy.dtype(), [&](auto t) {
      using T = decltype(t);
      const auto add = [&](int i, const Operand& left, const Operand& right) {
        const auto [dx, accumulate] = d.buffer(i);
        if (!accumulate && batch.numel() == 0) fill(dx, 0);
        multiply<T>(left, right, dx, batch, accumulate);
      };
      // dA = dy Bᵀ and dB = Aᵀ dy, or their transposes.
      if (d.wants(0)) {
        ta ? add(0, operand(b, tb), operand(dy, true)) : add(0, operand(dy, false), operand(b, !tb));
      }
      if (d.wants(1)) {
        tb ? add(1, operand(dy, true), operand(a, ta)) : add(1, operand(a, !ta), operand(dy, false));
      }
    });
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) {
  detail::check_defined("matmul", "the left operand", a);
  detail::check_defined("matmul", "the right operand", b);
  detail::check_alike("matmul", a, b);
  check(a.rank() >= 2 && b.rank() >= 2,
        "matmul: operands have shapes {} and {}; each needs at least two dimensions", a.shape(), b.shape());
  const int64_t left = a.dim(options.transpose_a ? -2 : -1), right = b.dim(options.transpose_b ? -1 : -2);
  check(left == right, "matmul: {}{} times {}{} sums over {} and {} elements; make them equal", a.shape(),
        options.transpose_a ? " transposed" : "", b.shape(), options.transpose_b ? " transposed" : "", left,
        right);
  Shape shape = broadcast("matmul", batch_of(a), batch_of(b));
  const Shape batch = shape;
  shape.push_back(a.dim(options.transpose_a ? -1 : -2));
  shape.push_back(b.dim(options.transpose_b ? -2 : -1));
  Tensor y = a.new_empty(shape);
  with_compute_type("matmul", a.dtype(), [&](auto t) {
    using T = decltype(t);
    multiply<T>(operand(a, options.transpose_a), operand(b, options.transpose_b), y, batch, false);
  });
  return record("matmul", y, {a, b}, MatmulBackward{a.detach(), b.detach(), options});
}

}  // namespace hodhod
