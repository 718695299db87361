// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/masking.h"

#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"

namespace hodhod {
namespace {

// 32 random bits as a number in [0, 1).
double share_of(uint32_t bits) { return static_cast<double>(bits) * 0x1p-32; }

}  // namespace

Masking::Masking(const MaskingOptions& options, const text::Tokenizer& tokenizer) : options_(options) {
  const auto mask = tokenizer.role("mask_token");
  check(mask.has_value(),
        "the tokenizer has no mask token; give one with [MASK] (special_tokens_map.json: mask_token)");
  check_fields(fields_of(options_), "masking");
  check(options.hidden + options.replaced <= 1,
        "masking.hidden {} and masking.replaced {} are no shares of one whole", options.hidden,
        options.replaced);
  mask_ = *mask;
  const auto count = static_cast<size_t>(tokenizer.vocab_size());
  bool joined = false;  // continuing pieces are marked (##), not those that begin a word
  std::vector<bool> begins(count), marked(count);
  for (size_t id = 0; id < count; ++id) {
    const auto token = static_cast<int32_t>(id);
    const std::string_view spelling = tokenizer.id_to_token(token);
    special_.push_back(spelling.empty() || tokenizer.is_special(token));
    if (!special_.back()) ordinary_.push_back(token);
    marked[id] = spelling.size() > 2 && spelling.starts_with("##");
    begins[id] = spelling.starts_with("▁") || spelling.starts_with("Ġ");
    joined = joined || marked[id];
  }
  for (size_t id = 0; id < count; ++id)
    goes_on_.push_back(!special_[id] && (joined ? marked[id] : !begins[id]));
  check(!ordinary_.empty(), "the tokenizer has no tokens but special ones");
}

MaskedTokens Masking::operator()(const std::vector<int64_t>& ids, const Rng& rng) const {
  MaskedTokens masked{ids, std::vector<int64_t>(ids.size(), kIgnoreIndex)};
  bool word_chosen = false;
  for (size_t t = 0; t < ids.size(); ++t) {
    const auto words = rng.at(t);
    const auto id = static_cast<size_t>(ids[t]);
    const bool with_word =
        options_.whole_words && t > 0 && goes_on_[id] && !special_[static_cast<size_t>(ids[t - 1])];
    if (!with_word) word_chosen = share_of(words[0]) < options_.share;
    if (special_[id] || !word_chosen) continue;
    masked.labels[t] = ids[t];
    const double fate = share_of(words[1]);
    if (fate < options_.hidden) {
      masked.ids[t] = mask_;
    } else if (fate < options_.hidden + options_.replaced) {
      const uint64_t draw = uint64_t{words[2]} << 32 | words[3];
      masked.ids[t] = ordinary_[draw % ordinary_.size()];
    }
  }
  return masked;
}

}  // namespace hodhod
