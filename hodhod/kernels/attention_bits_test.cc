// SPDX-License-Identifier: Apache-2.0
// Attention's bits depend on nothing but the query and what it sees.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/attention_test_problem.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels::attention_test {
namespace {

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

void expect_same_bits(const Problem<float>& a, const Problem<float>& b, const std::string& what) {
  EXPECT_TRUE(same_bits(a.out, b.out)) << what;
  EXPECT_TRUE(same_bits(a.log2_sum, b.log2_sum)) << what;
  EXPECT_TRUE(same_bits(a.dq, b.dq)) << what;
  EXPECT_TRUE(same_bits(a.dkv, b.dkv)) << what;
  EXPECT_TRUE(same_bits(a.d_distance_bias, b.d_distance_bias)) << what;
}

TEST(AttentionBits, SameBitsWithAnyNumberOfThreads) {
  for (bool causal : {false, true}) {
    // One head takes the separate passes when there are more threads than heads; many take the joint one.
    for (int64_t heads : {1, 3, 16}) {
      Options o{.batch = 1, .heads = heads, .kv_heads = heads, .queries = 150, .keys = 150, .head_size = 20};
      if (causal) o.right = 0;
      o.drop = causal ? 6554 : 0;
      o.ragged = heads == 3;
      const int before = thread_count();
      set_thread_count(1);
      Problem<float> alone(o);
      alone.run();
      for (int threads : {2, 4, 8}) {
        set_thread_count(threads);
        Problem<float> together(o);
        expect_same_bits(together.run(), alone, std::to_string(threads));
      }
      set_thread_count(before);
    }
  }
}

TEST(AttentionBits, SameBitsAloneAndInABatchOf64) {
  cpu::for_each_target([](const char* target) {
    Options o{.batch = 64, .heads = 4, .kv_heads = 2, .queries = 90, .keys = 90, .head_size = 12};
    o.ragged = o.query_lengths = true;
    o.right = 0;
    Problem<float> batch(o);
    batch.length = batch.end;
    batch.run();
    for (int64_t b = 0; b < o.batch; b += 7) {
      const AttentionArgs<float>& f = batch.args.forward;
      Options single = o;
      single.batch = 1;
      single.queries = single.keys = batch.end[static_cast<size_t>(b)];
      single.ragged = single.query_lengths = false;
      Problem<float> alone(single);
      const auto copy = [&](std::vector<float>& to, const std::vector<float>& from, int64_t stride) {
        std::copy_n(from.begin() + b * stride, to.size(), to.begin());
      };
      copy(alone.q, batch.q, f.q_strides.batch);
      copy(alone.kv, batch.kv, f.k_strides.batch);
      copy(alone.dout, batch.dout, f.out_strides.batch);
      alone.run();
      const auto expect_part = [&](const std::vector<float>& part, const std::vector<float>& whole,
                                   int64_t stride) {
        EXPECT_TRUE(part.empty() ||
                    !std::memcmp(part.data(), whole.data() + b * stride, part.size() * sizeof(float)))
            << target << " row " << b;
      };
      expect_part(alone.out, batch.out, f.out_strides.batch);
      expect_part(alone.dq, batch.dq, f.q_strides.batch);
      expect_part(alone.dkv, batch.dkv, f.k_strides.batch);
    }
  });
}

TEST(AttentionBits, SameBitsFromACache) {
  cpu::for_each_target([](const char* target) {
    for (int64_t window : {kUnlimited, int64_t{40}}) {
      for (int64_t size : {16, 20}) {
        Options o{.heads = 4, .kv_heads = 2, .queries = 140, .keys = 140, .head_size = size, .right = 0};
        o.left = window;
        o.distance_bias = true;
        Problem<float> whole(o);
        cpu::attention(whole.args.forward);
        for (int64_t step : {1, 3, 50}) {
          for (int64_t first = 0; first < o.queries; first += step) {
            AttentionArgs<float> f = whole.args.forward;
            const int64_t offsets[] = {first, first};
            f.queries = std::min(step, o.queries - first);
            f.keys = first + f.queries;  // as a cache holds no later ones
            f.offset = offsets;
            f.q += first * f.q_strides.time;
            std::vector<float> out(whole.out.size()), sums(whole.log2_sum.size());
            f.out = out.data();
            f.log2_sum = sums.data();
            cpu::attention(f);
            for (int64_t b = 0; b < 2; ++b) {
              const int64_t at = b * f.out_strides.batch;
              ASSERT_EQ(0, std::memcmp(out.data() + at, whole.out.data() + at + first * f.out_strides.time,
                                       static_cast<size_t>(f.queries * f.out_strides.time) * sizeof(float)))
                  << target << " step " << step << " query " << first;
            }
          }
        }
      }
    }
  });
}

// Keys and values that stand in pages, in any order and with pages that rows share, give the bits of keys
// that stand in rows. Pages without visible keys are not looked up.
template <class T, class Attention, class Weights>
void expect_pages_change_nothing(const Attention& attention, const Weights& attention_weights,
                                 int64_t queries, int64_t head_size, const std::string& what) {
  Options o{.batch = 3, .heads = 4, .kv_heads = 2, .queries = queries, .keys = 200, .head_size = head_size};
  o.right = 0;
  o.drop = 6554;
  Problem<T> rows(o);
  const std::vector<int64_t> ends{200, 130, 7}, offsets{200 - queries, 131 - queries, 7 - queries};
  const AttentionArgs<T> plain = rows.args.forward;
  // Row 2 shares its only page with row 1, whose first keys it has.
  std::copy_n(rows.kv.begin() + plain.k_strides.batch, 7 * plain.k_strides.time,
              rows.kv.begin() + 2 * plain.k_strides.batch);
  std::vector<T> distance_bias(static_cast<size_t>(o.heads * 600), T(0.25));
  AttentionArgs<T> f = plain;
  f.key_end = ends.data();
  f.offset = offsets.data();
  f.distance_bias = distance_bias.data();
  f.distances = 600;
  f.distance_zero = 300;
  attention(f);
  attention_weights({f, rows.weights.data()});
  const auto out = rows.out, sums = rows.log2_sum, weights = rows.weights;

  const int64_t size = kPage * f.k_strides.time;
  const int64_t none = 1'000'000'000;
  const int64_t row_pages = 200 / kPage + 1;
  std::vector<int64_t> pages(static_cast<size_t>(3 * row_pages), none);
  int64_t count = 0;
  for (int64_t b = 0; b < 2; ++b) {  // the last page of row 1 comes first
    for (int64_t i = (ends[static_cast<size_t>(1 - b)] - 1) / kPage; i >= 0; --i)
      pages[static_cast<size_t>((1 - b) * row_pages + i)] = count++;
  }
  pages[static_cast<size_t>(2 * row_pages)] = pages[static_cast<size_t>(row_pages)];
  std::vector<T> paged(static_cast<size_t>(count * size), std::numeric_limits<T>::quiet_NaN());
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t j = 0; j < ends[static_cast<size_t>(b)]; ++j) {
      std::copy_n(rows.kv.begin() + b * f.k_strides.batch + j * f.k_strides.time, f.k_strides.time,
                  paged.begin() + pages[static_cast<size_t>(b * row_pages + j / kPage)] * size +
                      j % kPage * f.k_strides.time);
    }
  }
  f.k = paged.data(), f.v = paged.data() + o.head_size;
  f.k_strides.batch = f.v_strides.batch = size;
  f.pages = pages.data();
  f.row_pages = row_pages;
  rows.out.assign(out.size(), T(0));
  rows.log2_sum.assign(sums.size(), T(0));
  rows.weights.assign(weights.size(), T(0));
  attention(f);
  attention_weights({f, rows.weights.data()});
  EXPECT_TRUE(same_bits(rows.out, out)) << what;
  EXPECT_TRUE(same_bits(rows.log2_sum, sums)) << what;
  EXPECT_TRUE(same_bits(rows.weights, weights)) << what;
}

TEST(AttentionBits, SameBitsFromPages) {
  for (const auto& [of_queries, size] : {std::pair<int64_t, int64_t>{5, 12}, {1, 16}, {1, 20}}) {
    const int64_t queries = of_queries, head_size = size;
    cpu::for_each_target([&](const char* target) {
      expect_pages_change_nothing<float>(cpu::attention, cpu::attention_weights, queries, head_size, target);
    });
    expect_pages_change_nothing<double>(reference::attention, reference::attention_weights, queries,
                                        head_size, "reference");
  }
}

}  // namespace
}  // namespace hodhod::kernels::attention_test
