// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/threads.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

void pause_processor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

thread_local bool inside_parallel_loop = false;

// Workers sleep between loops, but first spin for a while: a training step has hundreds of short loops, and
// waking a sleeping thread costs more than many of them.
class Pool {
 public:
  explicit Pool(int threads) { start(threads); }
  ~Pool() { stop(); }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void resize(int threads) {
    std::lock_guard<std::mutex> one_loop(loop_mutex_);
    if (threads == this->threads()) return;
    stop();
    start(threads);
  }

  void run(int64_t count, int64_t grain, detail::RangeBody body, void* context) {
    std::unique_lock<std::mutex> one_loop(loop_mutex_, std::try_to_lock);
    if (!one_loop.owns_lock() || workers_.empty()) {
      // Another thread's loop has the workers: this caller does its own work itself.
      body(context, 0, count);
      return;
    }
    body_ = body;
    context_ = context;
    count_ = count;
    // A few ranges per thread even out unequal ones; never below the grain.
    const int64_t pieces = static_cast<int64_t>(threads()) * 4;
    step_ = std::max(grain, (count + pieces - 1) / pieces);
    const int64_t ranges = (count + step_ - 1) / step_;
    for (int i = 0; i < threads(); ++i) {
      sections_[i].next.store(ranges * i / threads() * step_, std::memory_order_relaxed);
      sections_[i].end = std::min(count, ranges * (i + 1) / threads() * step_);
    }
    {
      // Under the mutex, so that a worker between its last look and its sleep cannot miss it.
      std::lock_guard<std::mutex> lock(sleep_mutex_);
      state_.store(next_loop(state_.load(std::memory_order_relaxed)) | kOpen, std::memory_order_release);
    }
    if (sleepers_.load(std::memory_order_seq_cst) > 0) wake_.notify_all();
    work(0);
    // No range is left. Workers that have not joined yet (another program may have their core) need not join.
    state_.fetch_and(~kOpen, std::memory_order_relaxed);
    int looks = 0;
    while ((state_.load(std::memory_order_acquire) & kWorkers) > 0) {
      if (++looks < kLooks) {
        pause_processor();
      } else {
        std::this_thread::yield();
      }
    }
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  static constexpr int kLooks = 4000;  // about 50 µs

  // The current loop in one word: its number, whether workers may join, and how many are at work.
  static constexpr uint64_t kWorkers = 0xffff;
  static constexpr uint64_t kOpen = 0x10000;
  static constexpr uint64_t kLoop = 0x20000;
  static uint64_t number(uint64_t state) { return state / kLoop; }
  static uint64_t next_loop(uint64_t state) { return (number(state) + 1) * kLoop; }

  void start(int threads) {
    stopping_ = false;
    const uint64_t seen = number(state_.load());
    spin_ = threads <= static_cast<int>(std::thread::hardware_concurrency());
    sections_ = std::make_unique<Section[]>(static_cast<size_t>(threads));
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, seen, i] { serve(seen, i); });
  }

  void stop() {
    {
      std::lock_guard<std::mutex> lock(sleep_mutex_);
      stopping_ = true;
      state_.store(next_loop(state_.load()), std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
  }

  void serve(uint64_t seen, int thread) {
    inside_parallel_loop = true;
    for (;;) {
      const auto waits = [&] { return number(state_.load(std::memory_order_acquire)) == seen; };
      const int looks = spin_ ? kLooks : 0;
      for (int i = 0; i < looks && waits(); ++i) pause_processor();
      if (waits()) {
        std::unique_lock<std::mutex> lock(sleep_mutex_);
        sleepers_.fetch_add(1);
        wake_.wait(lock, [&] { return !waits(); });
        sleepers_.fetch_sub(1);
      }
      uint64_t state = state_.load(std::memory_order_acquire);
      seen = number(state);
      if (stopping_) return;
      while (number(state) == seen && (state & kOpen) != 0) {
        if (state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire)) {
          work(thread);
          state_.fetch_sub(1, std::memory_order_release);
          break;
        }
      }
    }
  }

  // Takes ranges until none is left, those of the thread's own section first. So a thread works on the same
  // part as in the loop before, which is in its cache.
  void work(int thread) {
    const bool outer = std::exchange(inside_parallel_loop, true);
    for (int i = 0; i < threads(); ++i) {
      Section& section = sections_[(thread + i) % threads()];
      for (;;) {
        const int64_t begin = section.next.fetch_add(step_, std::memory_order_relaxed);
        if (begin >= section.end) break;
        try {
          body_(context_, begin, std::min(begin + step_, section.end));
        } catch (...) {
          std::lock_guard<std::mutex> lock(error_mutex_);
          if (!error_) error_ = std::current_exception();
          for (int k = 0; k < threads(); ++k) sections_[k].next.store(count_, std::memory_order_relaxed);
        }
      }
    }
    inside_parallel_loop = outer;
  }

  // A share of the loop that one thread begins with; each on a line of its own.
  struct alignas(64) Section {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  std::mutex loop_mutex_;  // held for the length of one parallel loop
  std::vector<std::thread> workers_;
  bool spin_ = true;

  detail::RangeBody body_ = nullptr;
  void* context_ = nullptr;
  int64_t count_ = 0;
  int64_t step_ = 1;
  std::unique_ptr<Section[]> sections_;  // one for each thread

  std::atomic<uint64_t> state_{0};
  std::atomic<int> sleepers_{0};
  std::mutex sleep_mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};

  std::mutex error_mutex_;
  std::exception_ptr error_;
};

int initial_threads() {
  if (const char* text = std::getenv("HODHOD_THREADS")) {
    const int n = std::atoi(text);
    if (n >= 1 && n <= 1024) return n;
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Pool& pool() {
  static Pool instance(initial_threads());
  return instance;
}

}  // namespace

int thread_count() { return pool().threads(); }

void set_thread_count(int n) {
  check(n >= 1 && n <= 1024, "set_thread_count: {} threads; give a number from 1 to 1024", n);
  check(!inside_parallel_loop, "set_thread_count: called from inside a parallel loop; call it before");
  pool().resize(n);
}

namespace detail {

void run_parallel(int64_t count, int64_t grain, RangeBody body, void* context) {
  if (count <= 0) return;
  if (inside_parallel_loop || count <= grain) {
    body(context, 0, count);
    return;
  }
  pool().run(count, grain, body, context);
}

}  // namespace detail
}  // namespace hodhod
