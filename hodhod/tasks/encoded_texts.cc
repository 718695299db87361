// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/encoded_texts.h"

#include <algorithm>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

EncodedText encode(const text::Tokenizer& tokenizer, const Texts& texts) {
  check(texts.size() == 1 || texts.size() == 2, "an example of {} texts; give one or two", texts.size());
  const text::Encoding encoding =
      texts.size() == 2 ? tokenizer.encode_pair(texts[0], texts[1]) : tokenizer.encode(texts[0]);
  return {{encoding.ids.begin(), encoding.ids.end()}, {encoding.type_ids.begin(), encoding.type_ids.end()}};
}

}  // namespace

std::vector<EncodedText> encode_texts(const text::Tokenizer& tokenizer, std::span<const Texts> texts) {
  std::vector<EncodedText> encoded(texts.size());
  parallel_for(static_cast<int64_t>(texts.size()), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      encoded[i] = encode(tokenizer, texts[i]);
    }
  });
  return encoded;
}

std::vector<int64_t> lengths_of(std::span<const EncodedText> texts) {
  std::vector<int64_t> lengths;
  for (const EncodedText& text : texts) lengths.push_back(text.length());
  return lengths;
}

TokenBatch batch_of(std::span<const EncodedText> texts, std::span<const int64_t> rows, int64_t pad) {
  std::vector<std::vector<int64_t>> ids, types;
  for (int64_t row : rows) {
    ids.push_back(texts[static_cast<size_t>(row)].ids);
    types.push_back(texts[static_cast<size_t>(row)].types);
  }
  TokenBatch batch = TokenBatch::of(ids, pad);
  batch.token_types = TokenBatch::of(types, 0).ids;
  return batch;
}

std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths, int64_t max_tokens) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto length = [&](int64_t i) { return lengths[static_cast<size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return length(a) < length(b); });
  std::vector<std::vector<int64_t>> batches;
  for (int64_t example : order) {
    // The one that comes is the longest so far.
    const bool fits = !batches.empty() && (static_cast<int64_t>(batches.back().size()) + 1) *
                                                  std::max<int64_t>(1, length(example)) <=
                                              max_tokens;
    if (!fits) batches.emplace_back();
    batches.back().push_back(example);
  }
  return batches;
}

void drop_words(EncodedText& text, const text::Tokenizer& tokenizer, double probability, int64_t replacement,
                const Rng& rng) {
  Rng draws = rng;
  for (int64_t& id : text.ids) {
    const bool drop = draws.uniform() < probability;
    if (drop && !tokenizer.is_special(static_cast<int32_t>(id))) id = replacement;
  }
}

}  // namespace hodhod
