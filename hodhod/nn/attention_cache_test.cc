// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/attention_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/kernels/attention.h"

namespace hodhod {
namespace {

constexpr int64_t kCacheLayers = 2, kCacheWidth = 3;

// A cache beside a plain list of what each of its rows has to hold.
class Twin {
 public:
  AttentionCache cache{kCacheLayers, kCacheWidth};
  std::vector<std::vector<float>> rows;  // the first channel of each key of layer 0

  void add_rows(int64_t count) {
    cache.add_rows(count);
    rows.resize(rows.size() + static_cast<size_t>(count));
  }
  void select(const std::vector<int64_t>& chosen) {
    cache.select(chosen);
    std::vector<std::vector<float>> selected;
    for (int64_t row : chosen) selected.push_back(rows[static_cast<size_t>(row)]);
    rows = selected;
  }
  void append(Twin& other) {
    cache.append(std::move(other.cache));
    rows.insert(rows.end(), other.rows.begin(), other.rows.end());
  }
  // Row b grows by counts[b] keys that occur nowhere else.
  void extend(const std::vector<int64_t>& counts) {
    static float next = 0;
    const int64_t most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
    Tensor keys = Tensor::full({cache.rows(), most, kCacheWidth}, -1);
    cache.extend(counts);
    for (size_t b = 0; b < counts.size(); ++b) {
      for (int64_t t = 0; t < counts[b]; ++t) {
        rows[b].push_back(++next);
        for (int64_t c = 0; c < kCacheWidth; ++c) {
          keys.data<float>()[(static_cast<int64_t>(b) * most + t) * kCacheWidth + c] =
              next + 0.25f * static_cast<float>(c);
        }
      }
    }
    for (int64_t layer = 0; layer < kCacheLayers; ++layer)
      cache.write(layer, moved(keys, layer, 0), moved(keys, layer, 0.125f));
  }
  void expect_same(const char* what) const {
    ASSERT_EQ(cache.rows(), static_cast<int64_t>(rows.size())) << what;
    for (int64_t layer = 0; layer < kCacheLayers; ++layer) {
      const Tensor keys = gathered(cache.keys(layer), cache.pages(), cache.lengths());
      const Tensor values = gathered(cache.values(layer), cache.pages(), cache.lengths());
      for (size_t b = 0; b < rows.size(); ++b) {
        ASSERT_EQ(cache.lengths()[static_cast<int64_t>(b)], static_cast<int64_t>(rows[b].size())) << what;
        for (size_t t = 0; t < rows[b].size(); ++t) {
          for (int64_t c = 0; c < kCacheWidth; ++c) {
            const int64_t at =
                (static_cast<int64_t>(b) * keys.dim(1) + static_cast<int64_t>(t)) * kCacheWidth + c;
            const float want = rows[b][t] + 0.25f * static_cast<float>(c) + 0.5f * static_cast<float>(layer);
            ASSERT_EQ(keys.data<float>()[at], want) << what << " row " << b << " key " << t;
            ASSERT_EQ(values.data<float>()[at], want + 0.125f) << what << " row " << b << " value " << t;
          }
        }
      }
    }
  }

 private:
  static Tensor moved(const Tensor& keys, int64_t layer, float more) {
    Tensor y = keys.clone();
    for (int64_t i = 0; i < y.numel(); ++i) y.data<float>()[i] += 0.5f * static_cast<float>(layer) + more;
    return y;
  }
};

std::vector<int64_t> some_numbers(Rng& rng, size_t count, int64_t below) {
  std::vector<int64_t> numbers(count);
  for (int64_t& number : numbers) number = static_cast<int64_t>(rng.below(static_cast<uint64_t>(below)));
  return numbers;
}

TEST(AttentionCache, HoldsWhatWasWrittenWhateverRowsDo) {
  Rng rng(5);
  Twin twin;
  for (int step = 0; step < 200; ++step) {
    switch (rng.below(4)) {
      case 0:
        twin.add_rows(static_cast<int64_t>(rng.below(3)));
        break;
      case 1: {
        Twin other;
        other.add_rows(2);
        other.extend(some_numbers(rng, 2, 150));
        other.select({1, 1, 0});
        twin.append(other);
        break;
      }
      case 2:
        if (!twin.rows.empty()) {
          twin.select(some_numbers(rng, 1 + rng.below(6), static_cast<int64_t>(twin.rows.size())));
        }
        break;
      default:
        twin.extend(some_numbers(rng, twin.rows.size(), rng.below(2) ? 2 : 90));
    }
    twin.expect_same(("step " + std::to_string(step)).c_str());
  }
}

TEST(AttentionCache, PagesOfRowsThatLeaveAreUsedAgain) {
  Twin twin;
  twin.add_rows(4);
  twin.extend({100, 100, 100, 100});
  const int64_t pages = twin.cache.keys(0).dim(0);
  EXPECT_EQ(pages, 4 * ((100 + kernels::kPage - 1) / kernels::kPage));
  const std::byte* memory = twin.cache.keys(0).raw();
  for (int round = 0; round < 20; ++round) {
    twin.select({1, 2, 3});
    twin.add_rows(1);
    twin.extend({0, 0, 0, 100});
  }
  twin.expect_same("after twenty rows have left");
  EXPECT_EQ(twin.cache.keys(0).dim(0), pages);
  EXPECT_EQ(twin.cache.keys(0).raw(), memory);
}

// Rows that continue one sequence share its pages. One that goes on copies the last of them at most.
TEST(AttentionCache, RowsOfOneSequenceShareItsPages) {
  Twin twin;
  twin.add_rows(1);
  twin.extend({10 * kernels::kPage + 5});
  twin.select({0, 0, 0, 0});
  twin.extend({1, 1, 1, 1});
  twin.expect_same("after going on");
  std::vector<int64_t> pages = twin.cache.pages().tensor().values<int64_t>();
  std::sort(pages.begin(), pages.end());
  EXPECT_EQ(std::unique(pages.begin(), pages.end()) - pages.begin(), 10 + 4);
}

TEST(AttentionCache, RefusesWhatDoesNotFit) {
  AttentionCache cache(2, 3);
  cache.add_rows(2);
  EXPECT_THROW(cache.select(std::vector<int64_t>{2}), Error);
  EXPECT_THROW(cache.extend(std::vector<int64_t>{1}), Error);
  EXPECT_THROW(cache.extend(std::vector<int64_t>{1, -1}), Error);
  cache.extend(std::vector<int64_t>{1, 2});
  EXPECT_THROW(cache.write(0, Tensor::zeros({2, 1, 3}), Tensor::zeros({2, 1, 3})), Error);
  EXPECT_THROW(cache.write(0, Tensor::zeros({2, 2, 4}), Tensor::zeros({2, 2, 4})), Error);
  EXPECT_THROW(cache.append(AttentionCache(1, 3)), Error);
}

}  // namespace
}  // namespace hodhod
