// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

class Threads : public testing::Test {
 protected:
  void TearDown() override { set_thread_count(2); }
};

TEST_F(Threads, EveryElementIsVisitedOnce) {
  for (int threads : {1, 2, 4, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(thread_count(), threads);
    for (int64_t count : {0, 1, 7, 64, 1000}) {
      for (int64_t grain : {1, 3, 100}) {
        std::vector<std::atomic<int>> visits(count);
        parallel_for(count, grain, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) ++visits[i];
        });
        for (const auto& v : visits) ASSERT_EQ(v, 1);
      }
    }
  }
}

TEST_F(Threads, ManyShortLoopsInARow) {
  set_thread_count(4);
  std::atomic<int64_t> total{0};
  for (int i = 0; i < 2000; ++i) {
    parallel_for(8, 1, [&](int64_t begin, int64_t end) { total += end - begin; });
  }
  EXPECT_EQ(total, 16000);
}

TEST_F(Threads, ANestedLoopRunsOnItsOwnThread) {
  set_thread_count(4);
  std::atomic<int64_t> total{0};
  parallel_for(16, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      parallel_for(10, 1, [&](int64_t b, int64_t e) { total += e - b; });
    }
  });
  EXPECT_EQ(total, 160);
}

TEST_F(Threads, LoopsFromSeveralThreadsDoNotMeet) {
  set_thread_count(4);
  std::atomic<int64_t> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        parallel_for(32, 1, [&](int64_t begin, int64_t end) { total += end - begin; });
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(total, 4 * 200 * 32);
}

TEST_F(Threads, AnExceptionReachesTheCallerAndThePoolLivesOn) {
  set_thread_count(4);
  EXPECT_THROW(parallel_for(100, 1,
                            [&](int64_t begin, int64_t) {
                              if (begin >= 50) fail("range {} is bad", begin);
                            }),
               Error);
  std::atomic<int64_t> total{0};
  parallel_for(100, 1, [&](int64_t begin, int64_t end) { total += end - begin; });
  EXPECT_EQ(total, 100);
}

TEST_F(Threads, ANonsenseCountIsRefused) {
  EXPECT_THROW(set_thread_count(0), Error);
  EXPECT_THROW(set_thread_count(-3), Error);
}

}  // namespace
}  // namespace hodhod
