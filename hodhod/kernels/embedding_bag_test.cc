// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/embedding_bag.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

template <class T>
std::vector<T> bags_and_gradients(int64_t bags, int64_t places, int64_t columns, bool weighted) {
  constexpr int64_t kRows = 13;
  Rng rng(9);
  std::vector<int64_t> ids(bags * places), lengths(bags), starts = {0}, order;
  for (int64_t& id : ids) id = static_cast<int64_t>(rng.below(kRows));
  for (int64_t& length : lengths) length = static_cast<int64_t>(rng.below(static_cast<uint64_t>(places) + 1));
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t p = 0; p < bags * places; ++p) {
      if (ids[p] == row && p % places < lengths[p / places]) order.push_back(p);
    }
    starts.push_back(static_cast<int64_t>(order.size()));
  }
  const auto table = random_values<T>(kRows * columns, 1), dy = random_values<T>(bags * columns, 2);
  const auto weights = random_values<T>(bags * places, 3);
  std::vector<T> y(bags * columns), dweights(bags * places), drows(kRows * columns);
  const auto& kernels = cpu_kernels<T>();
  const T* factor = weighted ? weights.data() : nullptr;
  kernels.embedding_bag({.bags = bags,
                         .places = places,
                         .columns = columns,
                         .ids = ids.data(),
                         .lengths = weighted ? lengths.data() : nullptr,
                         .weights = factor,
                         .table = table.data(),
                         .y = y.data()});
  kernels.embedding_bag_weights({.bags = bags,
                                 .places = places,
                                 .columns = columns,
                                 .ids = ids.data(),
                                 .lengths = lengths.data(),
                                 .table = table.data(),
                                 .dy = dy.data(),
                                 .dweights = dweights.data()});
  kernels.embedding_bag_rows({.rows = kRows,
                              .places = places,
                              .columns = columns,
                              .starts = starts.data(),
                              .order = order.data(),
                              .weights = factor,
                              .dy = dy.data(),
                              .drows = drows.data()});
  y.insert(y.end(), dweights.begin(), dweights.end());
  y.insert(y.end(), drows.begin(), drows.end());
  return y;
}

TEST(EmbeddingBag, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {1, 3, 10, 17, 100}) {
      for (int64_t bags : {0, 1, 40}) {
        for (int64_t places : {1, 7, 50}) {
          for (bool weighted : {false, true}) {
            expect_near(bags_and_gradients<float>(bags, places, columns, weighted),
                        bags_and_gradients<double>(bags, places, columns, weighted), 1e-4,
                        std::to_string(bags) + "×" + std::to_string(places) + "×" + std::to_string(columns) +
                            " " + target);
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace hodhod::kernels
