// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/batching.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/visit.h"

namespace hodhod {
namespace {

// Streams of one seed.
constexpr uint64_t kExamples = 0x45584D50, kBatches = 0x42415443, kWindows = 0x57494E44;

}  // namespace

BatchSampler::BatchSampler(std::vector<int64_t> lengths, BatchOptions options, int64_t sides)
    : lengths_(std::move(lengths)), options_(options), sides_(sides), examples_(0) {
  check(sides >= 1 && lengths_.size() % static_cast<size_t>(sides) == 0,
        "batches: {} lengths for examples of {} sides; give one for each side of each example",
        lengths_.size(), sides);
  examples_ = static_cast<int64_t>(lengths_.size()) / sides;
  check(examples_ > 0, "batches: there are no examples; the corpus is empty, or all of it was left out");
  check_fields(fields_of(options_), "batches");
  for (const int64_t length : lengths_) check(length >= 0, "batches: a length of {}", length);
  plan_epoch();
}

int64_t BatchSampler::length(int64_t example) const {
  const auto* sides = &lengths_[static_cast<size_t>(example * sides_)];
  return *std::max_element(sides, sides + sides_);
}

// Fisher–Yates; the stream is the epoch's own.
std::vector<int64_t> BatchSampler::shuffled(int64_t count, uint64_t stream) const {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  Rng rng = Rng(options_.seed).fork(stream).fork(static_cast<uint64_t>(position_.epoch));
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

void BatchSampler::plan_epoch() {
  std::vector<int64_t> examples(static_cast<size_t>(examples_));
  if (options_.shuffle) {
    examples = shuffled(examples_, kExamples);
    int64_t tokens = 0;
    for (int64_t i = 0; i < examples_; ++i) tokens += length(i);
    // Examples of about `pool` batches.
    const double mean = std::max(1.0, static_cast<double>(tokens) / static_cast<double>(examples_));
    double per_batch = std::max(1.0, static_cast<double>(options_.max_tokens) / mean);
    if (options_.max_examples > 0)
      per_batch = std::min(per_batch, static_cast<double>(options_.max_examples));
    const auto pool = static_cast<int64_t>(std::max(1.0, per_batch * static_cast<double>(options_.pool)));
    const auto shorter = [this](int64_t a, int64_t b) {
      const int64_t la = length(a), lb = length(b);
      if (la != lb) return la < lb;
      // Among equal longest sides, similar other sides are put together too.
      return std::lexicographical_compare(
          &lengths_[static_cast<size_t>(a * sides_)], &lengths_[static_cast<size_t>(a * sides_)] + sides_,
          &lengths_[static_cast<size_t>(b * sides_)], &lengths_[static_cast<size_t>(b * sides_)] + sides_);
    };
    for (int64_t begin = 0; begin < examples_; begin += pool) {
      std::stable_sort(examples.begin() + begin, examples.begin() + std::min(begin + pool, examples_),
                       shorter);
    }
  } else {
    std::iota(examples.begin(), examples.end(), int64_t{0});
  }

  std::vector<std::pair<int64_t, int64_t>> batches;  // stretches of `examples`
  int64_t begin = 0, longest = 0;
  for (int64_t i = 0; i < examples_; ++i) {
    const int64_t here = std::max(longest, length(examples[static_cast<size_t>(i)]));
    const int64_t count = i - begin + 1;
    const bool full = options_.max_examples > 0 && count > options_.max_examples;
    if (i > begin && (full || here * count > options_.max_tokens)) {
      batches.emplace_back(begin, i);
      begin = i;
      longest = length(examples[static_cast<size_t>(i)]);
    } else {
      longest = here;
    }
  }
  batches.emplace_back(begin, examples_);

  std::vector<int64_t> order(batches.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  if (options_.shuffle) order = shuffled(static_cast<int64_t>(batches.size()), kBatches);
  order_.clear();
  begins_.assign(1, 0);
  for (const int64_t b : order) {
    const auto& [from, to] = batches[static_cast<size_t>(b)];
    order_.insert(order_.end(), examples.begin() + from, examples.begin() + to);
    begins_.push_back(static_cast<int64_t>(order_.size()));
  }
}

std::span<const int64_t> BatchSampler::next() {
  if (position_.batch == batches_in_epoch()) seek({position_.epoch + 1, 0});
  const auto b = static_cast<size_t>(position_.batch++);
  return std::span(order_).subspan(static_cast<size_t>(begins_[b]),
                                   static_cast<size_t>(begins_[b + 1] - begins_[b]));
}

void BatchSampler::seek(BatchPosition position) {
  check(position.epoch >= 0 && position.batch >= 0, "batches: no place: epoch {}, batch {}", position.epoch,
        position.batch);
  const bool replan = position.epoch != position_.epoch;
  position_ = position;
  if (replan) plan_epoch();
  check(position.batch <= batches_in_epoch(),
        "batches: epoch {} has {} batches, so there is no batch {}; the data or its options differ from the "
        "saved run",
        position.epoch, batches_in_epoch(), position.batch);
}

WindowSampler::WindowSampler(int64_t tokens, WindowOptions options) : tokens_(tokens), options_(options) {
  check(options.length >= 1 && options.batch >= 1, "windows: length {} and batch {} must be positive",
        options.length, options.batch);
  check(tokens >= 2, "windows: a stream of {} has nothing to predict; give more text",
        count_of(tokens, "token"));
  check(options.order != WindowOrder::random || tokens > options.length,
        "windows: a stream of {} tokens is too short for windows of {}; shorten them or give more text",
        tokens, options.length);
  check(options.order != WindowOrder::continuous || tokens > options.batch,
        "windows: a stream of {} tokens is too short to be cut into {} rows; lower `batch` or give more text",
        tokens, options.batch);
}

std::vector<Window> WindowSampler::next() {
  std::vector<Window> windows;
  if (options_.order != WindowOrder::random && step_ >= steps_in_epoch()) return windows;
  for (int64_t row = 0; row < options_.batch; ++row) {
    windows.push_back(options_.order == WindowOrder::random     ? random_window(row)
                      : options_.order == WindowOrder::in_order ? ordered_window(row)
                                                                : continuous_window(row));
    if (options_.order == WindowOrder::in_order && windows.back().length == 0) {
      windows.pop_back();
      break;
    }
  }
  ++step_;
  return windows;
}

Window WindowSampler::random_window(int64_t row) const {
  Rng rng =
      Rng(options_.seed).fork(kWindows).fork(static_cast<uint64_t>(step_)).fork(static_cast<uint64_t>(row));
  const auto places = static_cast<uint64_t>(tokens_ - options_.length);
  return {static_cast<int64_t>(rng.below(places)), options_.length};
}

Window WindowSampler::ordered_window(int64_t row) const {
  const int64_t begin = std::min((step_ * options_.batch + row) * options_.length, tokens_ - 1);
  return {begin, std::min(options_.length, tokens_ - 1 - begin)};
}

Window WindowSampler::continuous_window(int64_t row) const {
  const auto stretch_begin = [&](int64_t r) { return r * (tokens_ - 1) / options_.batch; };
  const int64_t end = stretch_begin(row + 1);
  const int64_t begin = std::min(stretch_begin(row) + step_ * options_.length, end);
  return {begin, std::min(options_.length, end - begin)};
}

void WindowSampler::seek(int64_t step) {
  check(step >= 0, "windows: no step {}", step);
  step_ = step;
}

int64_t WindowSampler::steps_in_epoch() const {
  const auto ratio_up = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  if (options_.order == WindowOrder::continuous)
    return ratio_up(ratio_up(tokens_ - 1, options_.batch), options_.length);
  return ratio_up(tokens_ - 1, options_.batch * options_.length);
}

}  // namespace hodhod
