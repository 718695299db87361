// SPDX-License-Identifier: Apache-2.0
// How a product is cut into tasks for threads. Nothing of it shows in the result.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hodhod::kernels::cpu {

// A line of a cache, in elements; and the distance of rows, or a multiple of it, at which all compete for the
// same places of the first cache.
constexpr int64_t kLine = 16;
constexpr int64_t kCrowdedStride = 1024;

struct Range {
  int64_t begin;
  int64_t end;
  int64_t size() const { return end - begin; }
};

// Piece i of `pieces` nearly equal ones of `range`.
inline Range piece(Range range, int64_t pieces, int64_t i) {
  return {range.begin + range.size() * i / pieces, range.begin + range.size() * (i + 1) / pieces};
}

inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Multiply-adds that pay for waking another thread.
constexpr int64_t kWorthAThread = 100000;

// How many of `strips` columns of one row's product, each of `work` multiply-adds, a thread takes at once:
// one equal share each while all is short, later some smaller ones.
inline int64_t row_grain(int64_t strips, int64_t work, int64_t threads) {
  const int64_t total = strips * work;
  const int64_t pieces = total > 64 * kWorthAThread * threads ? 4 * threads : threads;
  const int64_t worth = ceil_div(kWorthAThread, work);
  return std::max(worth, ceil_div(strips, pieces));
}

struct ProductShape {
  int64_t batch;
  int64_t m;
  int64_t strips;  // of columns
  int64_t strip_width;
  int64_t k;
  int64_t tile_rows;
  int64_t most_rows;    // of a task
  int64_t most_strips;  // of a task
  double pack_b;        // cost of packing one element of B, in multiply-adds of a vector
  int64_t threads;
};

struct ProductPlan {
  int64_t row_pieces;
  int64_t strip_pieces;
  int64_t grain;  // tasks that are worth another thread
};

// The cut with the least work on the busiest thread. Cost is counted in steps of one row of a strip by one k.
inline ProductPlan plan_product(const ProductShape& shape) {
  constexpr double kPackA = 0.2;  // one element
  constexpr double kTask = 2000;  // starting a task
  // In steps of a whole strip.
  constexpr double kWorth = 10000;
  const auto cost = [&](int64_t row_pieces, int64_t strip_pieces) {
    const auto rows = static_cast<double>(ceil_div(shape.m, row_pieces));
    const auto strips = static_cast<double>(ceil_div(shape.strips, strip_pieces));
    const double steps =
        rows * strips + kPackA * rows + shape.pack_b * strips * static_cast<double>(shape.strip_width);
    return static_cast<double>(shape.k) * steps + kTask;
  };
  const int64_t least_rows = ceil_div(shape.m, shape.most_rows);
  const int64_t least_strips = ceil_div(shape.strips, shape.most_strips);
  ProductPlan best = {least_rows, least_strips, 1};
  const auto total = [&](const ProductPlan& plan) {
    const int64_t tasks = shape.batch * plan.row_pieces * plan.strip_pieces;
    return cost(plan.row_pieces, plan.strip_pieces) * static_cast<double>(ceil_div(tasks, shape.threads));
  };
  const double all = cost(1, 1) * static_cast<double>(shape.batch);
  if (shape.threads > 1 && all > kWorth) {
    double least = total(best);
    // Few are enough: with more tasks than this per thread, the last round's idle threads weigh little.
    const int64_t most = 4 * shape.threads;
    for (int64_t r = least_rows; r <= ceil_div(shape.m, shape.tile_rows); r += std::max<int64_t>(1, r / 4)) {
      for (int64_t s = least_strips; s <= shape.strips; s += std::max<int64_t>(1, s / 4)) {
        const ProductPlan plan = {r, s, 1};
        if (const double t = total(plan); t < least) {
          least = t;
          best = plan;
        }
        if (shape.batch * r * s >= most) break;
      }
      if (shape.batch * r >= most) break;
    }
  }
  const double one = cost(best.row_pieces, best.strip_pieces);
  best.grain = std::max<int64_t>(1, static_cast<int64_t>(kWorth / one));
  return best;
}

}  // namespace hodhod::kernels::cpu
