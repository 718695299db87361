// SPDX-License-Identifier: Apache-2.0
// Which examples make up which batch: examples of similar lengths, in an order that is a function of (seed,
// epoch) alone, so that a run can resume anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hodhod/base/number_range.h"

namespace hodhod {

// The position of a run, and all of its state.
struct BatchPosition {
  int64_t epoch = 0;
  int64_t batch = 0;  // the next batch of the epoch
  friend bool operator==(const BatchPosition&, const BatchPosition&) = default;
};

struct BatchOptions {
  int64_t max_tokens = 4096;  // a batch of n examples, the longest of T tokens, has n·T ≤ max_tokens
  int64_t max_examples = 0;   // 0: as many as fit
  int64_t pool = 64;          // number of batches whose shuffled examples are sorted by length together
  bool shuffle = true;        // false: every epoch in the given order, unsorted
  uint64_t seed = 0;          // of the order

  template <class Visitor>
  void visit(Visitor&& v) {
    v("max_tokens", max_tokens, "Most tokens in a batch, padding included", at_least(1));
    v("max_examples", max_examples, "Most examples in a batch; 0 for as many as fit", at_least(0));
    v("pool", pool, "Number of batches whose examples are sorted by length together", at_least(1));
    v("shuffle", shuffle, "Shuffle the examples every epoch");
  }
};

// Every example once per epoch.
class BatchSampler {
 public:
  // lengths[i] is the length of example i. With two sides (`sides` = 2), lengths[2 i] is that of the source
  // and lengths[2 i + 1] that of the target; the longer one counts. An example longer than max_tokens is a
  // batch of its own.
  explicit BatchSampler(std::vector<int64_t> lengths, BatchOptions options = {}, int64_t sides = 1);

  // The examples of the next batch; after the last one of an epoch the next epoch begins. Valid until the
  // next call.
  std::span<const int64_t> next();
  // The epoch of the batch that `next` will give, and its number in it.
  BatchPosition position() const { return position_; }
  void seek(BatchPosition position);
  // The number of batches in the epoch of `position`; with shuffling it differs slightly between epochs.
  int64_t batches_in_epoch() const { return static_cast<int64_t>(begins_.size()) - 1; }
  int64_t examples() const { return examples_; }

 private:
  void plan_epoch();
  int64_t length(int64_t example) const;
  std::vector<int64_t> shuffled(int64_t count, uint64_t stream) const;

  std::vector<int64_t> lengths_;
  BatchOptions options_;
  int64_t sides_;
  int64_t examples_;
  BatchPosition position_;
  std::vector<int64_t> order_;   // examples, batch after batch
  std::vector<int64_t> begins_;  // of the batches in order_, and its end
};

// A window of a token stream: the input is [begin, begin + length), the target the same moved by one token.
struct Window {
  int64_t begin = 0;
  int64_t length = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

// Where windows begin: anywhere, as in nanoGPT; side by side; each where that of the same row ended.
enum class WindowOrder { random, in_order, continuous };

struct WindowOptions {
  int64_t length = 256;
  int64_t batch = 16;
  WindowOrder order = WindowOrder::random;
  uint64_t seed = 0;
};

// Windows of one stream of `tokens` tokens.
//
// Random: row r of step s begins at a position that is a function of (seed, s, r), all positions equally
// likely; it never ends. In order: side by side from 0, the last window shorter and the last batch smaller;
// each token but the first is a target once, then it ends. Continuous: the targets are cut into `batch`
// stretches, whose lengths differ by one at most, and row r takes its windows from stretch r, one after the
// other. The windows of the last step are shorter, and may be empty in some rows; then it ends.
class WindowSampler {
 public:
  WindowSampler(int64_t tokens, WindowOptions options);

  // The windows of the next step; none at the end of a pass that is not random.
  std::vector<Window> next();
  int64_t step() const { return step_; }
  void seek(int64_t step);
  // The steps of a pass; for random windows, the steps that see as many tokens.
  int64_t steps_in_epoch() const;

 private:
  Window random_window(int64_t row) const;
  Window ordered_window(int64_t row) const;
  Window continuous_window(int64_t row) const;

  int64_t tokens_;
  WindowOptions options_;
  int64_t step_ = 0;
};

}  // namespace hodhod
