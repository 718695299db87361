// SPDX-License-Identifier: Apache-2.0
// Data parallelism over one process-wide pool of workers.
//
// Work is divided over output elements only, so no result depends on how many workers there are.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace hodhod {

// The number of threads of a parallel loop, the caller's included. Initially HODHOD_THREADS, or the number of
// cores.
int thread_count();
// Changes it; n ≥ 1. Must not be called from inside a parallel loop.
void set_thread_count(int n);

namespace detail {
using RangeBody = void (*)(void* context, int64_t begin, int64_t end);
void run_parallel(int64_t count, int64_t grain, RangeBody body, void* context);
}  // namespace detail

// Calls body(begin, end) on disjoint ranges that cover [0, count), each of at least `grain` elements except
// the last. Ranges are handed out as threads become free. A call from inside a parallel loop runs on the
// calling thread. An exception in a range is rethrown here once every running range has ended. Allocates
// nothing.
template <class Body>
void parallel_for(int64_t count, int64_t grain, Body&& body) {
  using Plain = std::remove_reference_t<Body>;
  detail::run_parallel(
      count, grain,
      [](void* context, int64_t begin, int64_t end) { (*static_cast<Plain*>(context))(begin, end); },
      const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

}  // namespace hodhod
