// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/reference/dot.h"

namespace hodhod::kernels::reference {
namespace {

// Query i of row b and head h, and what it sees.
struct Row {
  int64_t b, h, i;
  int64_t kv;        // its key/value head
  int64_t position;  // p
  int64_t begin, end;
  Rng rng;  // of its head's dropout
};

int64_t at(const int64_t* values, int64_t b, int64_t otherwise) { return values ? values[b] : otherwise; }

Row make_row(const AttentionArgs<double>& args, int64_t b, int64_t h, int64_t i) {
  Row row{b,
          h,
          i,
          h / (args.heads / args.kv_heads),
          i + at(args.offset, b, 0),
          0,
          0,
          Rng(args.seed, args.stream).fork(static_cast<uint64_t>(b * args.heads + h))};
  if (i >= at(args.query_length, b, args.queries)) return row;
  row.begin = std::max(at(args.key_start, b, 0), row.position - args.left);
  row.end = std::min(at(args.key_end, b, args.keys), row.position + args.right + 1);
  row.end = std::max(row.begin, row.end);
  return row;
}

template <class T>
T* head(T* base, const HeadStrides& strides, int64_t b, int64_t t, int64_t h) {
  return base + b * strides.batch + t * strides.time + h * strides.head;
}

// Key or value j of a row's key/value head.
const double* key_at(const AttentionArgs<double>& args, const double* base, const HeadStrides& strides,
                     const Row& row, int64_t j) {
  if (!args.pages) return head(base, strides, row.b, j, row.kv);
  return head(base, strides, args.pages[row.b * args.row_pages + j / kPage], j % kPage, row.kv);
}

// scale · q · k, capped.
double capped_product(const AttentionArgs<double>& args, const Row& row, int64_t j) {
  const double product = args.scale * dot(head(args.q, args.q_strides, row.b, row.i, row.h),
                                          key_at(args, args.k, args.k_strides, row, j), args.head_size);
  return args.cap > 0 ? args.cap * std::tanh(product / args.cap) : product;
}

double score(const AttentionArgs<double>& args, const Row& row, int64_t j) {
  double value = capped_product(args, row, j);
  if (args.distance_bias) {
    value += args.distance_bias[row.h * args.distances + j - row.position + args.distance_zero];
  }
  if (args.bias) {
    value += args.bias[row.b * args.bias_batch + row.h * args.bias_head + row.i * args.bias_query + j];
  }
  return value;
}

double dropout_factor(const AttentionArgs<double>& args, const Row& row, int64_t j) {
  if (args.drop == 0) return 1;
  const auto words = row.rng.at(static_cast<uint64_t>(row.position / 2) << 32 | static_cast<uint64_t>(j / 4));
  const uint32_t bits = words[static_cast<size_t>(j % 4)] >> (16 * (row.position % 2)) & 0xffff;
  return bits < args.drop ? 0.0 : 65536.0 / (65536.0 - args.drop);
}

// The weights of a row's visible keys, from the kept sum.
void weights_of(const AttentionArgs<double>& args, const Row& row, std::vector<double>& weights) {
  const double log2_sum = args.log2_sum[(row.b * args.heads + row.h) * args.queries + row.i];
  weights.assign(static_cast<size_t>(row.end - row.begin), 0.0);
  if (log2_sum == -std::numeric_limits<double>::infinity()) return;
  for (int64_t j = row.begin; j < row.end; ++j) {
    weights[static_cast<size_t>(j - row.begin)] =
        std::exp(score(args, row, j) - log2_sum / std::log2(std::exp(1.0)));
  }
}

template <class Body>
void for_rows(const AttentionArgs<double>& args, const Body& body) {
  for (int64_t b = 0; b < args.batch; ++b) {
    for (int64_t h = 0; h < args.heads; ++h) {
      for (int64_t i = 0; i < args.queries; ++i) body(make_row(args, b, h, i));
    }
  }
}

void zero(double* base, const HeadStrides& strides, int64_t batch, int64_t times, int64_t heads,
          int64_t size) {
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t t = 0; t < times; ++t) {
      for (int64_t h = 0; h < heads; ++h) std::fill_n(head(base, strides, b, t, h), size, 0.0);
    }
  }
}

}  // namespace

void attention(const AttentionArgs<double>& args) {
  std::vector<double> scores;
  for_rows(args, [&](const Row& row) {
    double greatest = -std::numeric_limits<double>::infinity();
    scores.clear();
    for (int64_t j = row.begin; j < row.end; ++j) {
      scores.push_back(score(args, row, j));
      greatest = std::isnan(scores.back()) ? scores.back() : std::max(greatest, scores.back());
    }
    double* out = head(args.out, args.out_strides, row.b, row.i, row.h);
    std::fill_n(out, args.head_size, 0.0);
    double& log2_sum = args.log2_sum[(row.b * args.heads + row.h) * args.queries + row.i];
    log2_sum = -std::numeric_limits<double>::infinity();
    if (greatest == log2_sum) return;
    double sum = 0;
    for (double& s : scores) sum += s = std::exp(s - greatest);
    log2_sum = greatest * std::log2(std::exp(1.0)) + std::log2(sum);
    for (int64_t j = row.begin; j < row.end; ++j) {
      const double weight = scores[static_cast<size_t>(j - row.begin)] / sum * dropout_factor(args, row, j);
      const double* v = key_at(args, args.v, args.v_strides, row, j);
      for (int64_t d = 0; d < args.head_size; ++d) out[d] += weight * v[d];
    }
  });
}

void attention_weights(const AttentionWeightsArgs<double>& args) {
  const AttentionArgs<double>& f = args.forward;
  std::vector<double> weights;
  for_rows(f, [&](const Row& row) {
    weights_of(f, row, weights);
    std::copy(weights.begin(), weights.end(),
              args.weights + ((row.b * f.heads + row.h) * f.queries + row.i) * f.keys + row.begin);
  });
}

void attention_backward(const AttentionBackwardArgs<double>& args) {
  const AttentionArgs<double>& f = args.forward;
  const int64_t size = f.head_size;
  if (args.dq) zero(args.dq, args.dq_strides, f.batch, f.queries, f.heads, size);
  if (args.dk) zero(args.dk, args.dk_strides, f.batch, f.keys, f.kv_heads, size);
  if (args.dv) zero(args.dv, args.dv_strides, f.batch, f.keys, f.kv_heads, size);
  if (args.d_distance_bias) std::fill_n(args.d_distance_bias, f.heads * f.distances, 0.0);
  std::vector<double> weights;
  for_rows(f, [&](const Row& row) {
    weights_of(f, row, weights);
    const double* dout = head(args.dout, args.dout_strides, row.b, row.i, row.h);
    const double delta = dot(dout, head(f.out, f.out_strides, row.b, row.i, row.h), size);
    const double* q = head(f.q, f.q_strides, row.b, row.i, row.h);
    for (int64_t j = row.begin; j < row.end; ++j) {
      const double weight = weights[static_cast<size_t>(j - row.begin)];
      const double factor = dropout_factor(f, row, j);
      const double* k = head(f.k, f.k_strides, row.b, j, row.kv);
      const double* v = head(f.v, f.v_strides, row.b, j, row.kv);
      const double dscore = weight * (dot(dout, v, size) * factor - delta);
      const double share = f.cap > 0 ? capped_product(f, row, j) / f.cap : 0;
      const double dproduct = f.scale * dscore * (1 - share * share);
      for (int64_t d = 0; d < size; ++d) {
        if (args.dq) head(args.dq, args.dq_strides, row.b, row.i, row.h)[d] += dproduct * k[d];
        if (args.dk) head(args.dk, args.dk_strides, row.b, j, row.kv)[d] += dproduct * q[d];
        if (args.dv) head(args.dv, args.dv_strides, row.b, j, row.kv)[d] += weight * factor * dout[d];
      }
      if (args.d_distance_bias) {
        args.d_distance_bias[row.h * f.distances + j - row.position + f.distance_zero] += dscore;
      }
      if (args.d_bias) {
        args.d_bias[((row.b * f.heads + row.h) * f.queries + row.i) * f.keys + j] = dscore;
      }
    }
  });
}

}  // namespace hodhod::kernels::reference
