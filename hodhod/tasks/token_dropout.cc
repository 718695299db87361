// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/token_dropout.h"

#include <utility>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// Streams of the seed.
constexpr uint64_t kOfWords = 0x57445250, kToUnknown = 0x554e4b4e, kOfSingletons = 0x53494e47;

void check_probability(double probability, const char* name) {
  check(probability >= 0 && probability < 1, "training: {} is {}; give a number from 0 to below 1", name,
        probability);
}

std::vector<bool> words_of(const text::Tokenizer& tokenizer) {
  std::vector<bool> words;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) words.push_back(!tokenizer.is_special(id));
  return words;
}

}  // namespace

TokenDropout::TokenDropout(double probability, const Rng& rng, int64_t replacement,
                           std::vector<bool> may_hide)
    : probability_(probability), rng_(rng), replacement_(replacement), may_hide_(std::move(may_hide)) {}

TokenDropout TokenDropout::of_words(double probability, uint64_t seed, const text::Tokenizer& tokenizer) {
  check_probability(probability, "word_dropout");
  const auto mask = tokenizer.role("mask_token"), unknown = tokenizer.role("unk_token");
  check(probability == 0 || mask || unknown,
        "training: word_dropout is {}, and the tokenizer has neither a mask nor an unknown token; leave it 0",
        probability);
  return {probability, Rng(seed).fork(kOfWords), mask.value_or(unknown.value_or(0)), words_of(tokenizer)};
}

TokenDropout TokenDropout::to_unknown(double probability, uint64_t seed, const text::Tokenizer& tokenizer) {
  check_probability(probability, "unknown_share");
  const auto unknown = tokenizer.role("unk_token");
  check(unknown.has_value(), "training: unknown_share, and the tokenizer has no unknown token; leave it 0");
  return {probability, Rng(seed).fork(kToUnknown), *unknown, words_of(tokenizer)};
}

TokenDropout TokenDropout::of_singletons(double probability, uint64_t seed, const text::Tokenizer& tokenizer,
                                         std::span<const EncodedText* const> texts) {
  check_probability(probability, "singleton_dropout");
  const auto unknown = tokenizer.role("unk_token");
  check(probability == 0 || unknown,
        "training: singleton_dropout is {}, and the tokenizer has no unknown token; leave it 0", probability);
  std::vector<int64_t> counts(static_cast<size_t>(tokenizer.vocab_size()));
  for (const EncodedText* text : texts) {
    for (const int64_t id : text->ids) ++counts[static_cast<size_t>(id)];
  }
  std::vector<bool> may_hide;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id)
    may_hide.push_back(counts[static_cast<size_t>(id)] == 1 && !tokenizer.is_special(id));
  return {probability, Rng(seed).fork(kOfSingletons), unknown.value_or(0), std::move(may_hide)};
}

void TokenDropout::operator()(std::span<int64_t> ids, int64_t epoch, int64_t example) const {
  if (probability_ == 0) return;
  Rng draws = rng_.fork(static_cast<uint64_t>(epoch)).fork(static_cast<uint64_t>(example));
  for (int64_t& id : ids) {
    const bool drop = draws.uniform() < probability_;
    if (drop && may_hide_[static_cast<size_t>(id)]) id = replacement_;
  }
}

}  // namespace hodhod
