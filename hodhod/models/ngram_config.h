// SPDX-License-Identifier: Apache-2.0
// The configuration of an n-gram model: how it is counted, and what was counted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/special_ids.h"

namespace hodhod {

// How probability is taken from what was seen, for what was not. The equations are in train/smoothing.h.
enum class NgramSmoothing { modified_kneser_ney, katz, add_k, maximum_likelihood };
constexpr std::array<std::string_view, 4> names_of(NgramSmoothing) {
  return {"modified_kneser_ney", "katz", "add_k", "maximum_likelihood"};
}

// line: each line of the text is by itself, from <s> to </s>. stream: the text is one sequence, in which a
// line end is a token like others.
enum class NgramUnit { line, stream };
constexpr std::array<std::string_view, 2> names_of(NgramUnit) { return {"line", "stream"}; }

// Whether the usual discounts take the place of those that the counts do not give. automatic: for models of
// fewer than 1000 tokens, such as letters.
enum class DiscountFallback { automatic, yes, no };
constexpr std::array<std::string_view, 3> names_of(DiscountFallback) { return {"auto", "yes", "no"}; }

struct NgramConfig {
  int64_t order = 5;
  NgramSmoothing smoothing = NgramSmoothing::modified_kneser_ney;
  NgramUnit unit = NgramUnit::line;
  std::vector<int64_t> pruning = {};  // for each order, the last repeats; empty: nothing is pruned
  DiscountFallback discount_fallback = DiscountFallback::automatic;
  bool interpolate_unigrams = true;
  int64_t vocab_pad = 0;
  double added = 0;  // k of add_k; 0: chosen
  bool skip_symbols = false;
  int64_t bits = 32;
  int64_t vocabulary = 8;
  SpecialIds special = {};
  // Without a limit, as no n-gram looks further back than its order.
  int64_t max_length = 1 << 24;
  int64_t width = 0;  // there are no hidden states

  bool reads_lines() const { return unit == NgramUnit::line; }
  // n-grams of order n with this count or less are left out.
  int64_t threshold(size_t n) const {
    return pruning.empty() ? 0 : pruning[n <= pruning.size() ? n - 1 : pruning.size() - 1];
  }
  bool falls_back() const {
    return discount_fallback == DiscountFallback::yes ||
           (discount_fallback == DiscountFallback::automatic && vocabulary < 1000);
  }

  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("order", order, "Tokens in the longest n-grams", in(1, 1 << 16));
    v("smoothing", smoothing, "How probability is left for what was not seen");
    v("unit", unit, "What is counted: lines by themselves, or one stream in which line ends are tokens");
    v("pruning", pruning,
      "For each order: leave out n-grams with this count or less; the last number is for all higher orders",
      at_least(0));
    v("discount_fallback", discount_fallback,
      "Use discounts of 0.5, 1 and 1.5 where the counts give none; auto: for fewer than 1000 tokens");
    v("interpolate_unigrams", interpolate_unigrams,
      "Share what the unigrams leave among all tokens, rather than give it to the unknown one");
    v("vocab_pad", vocab_pad, "Share it as if there were at least this many tokens", in(0, int64_t{1} << 40));
    v("added", added,
      "For add_k: what is added to each count; 0 to choose what predicts the text for validation best",
      at_least(0));
    v("skip_symbols", skip_symbols,
      "Take <s>, </s> and <unk> in the text as blanks, rather than refuse them");
    v("bits", bits, "Bits of a probability in the file: 32 or 8", in(8, 32));
    v("vocabulary", vocabulary, "Number of tokens known", in(1, 1 << 26));
    special.visit(v);
  }
};

struct NgramModelConfig final : ConfigOf<NgramConfig> {
  explicit NgramModelConfig(const NgramConfig& config = {});

  std::unique_ptr<ModelConfig> clone() const override;
  bool reads_source() const override { return false; }
  bool reads_lines() const override { return body.reads_lines(); }
  std::vector<HeadKind> heads() const override { return {HeadKind::language_model}; }
  void set_max_length(int64_t) override {}
  std::string summary() const override;
  std::string why_useless(std::string_view option) const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;

  // What the counting found; empty before.
  std::vector<int64_t> counts = {};                 // n-grams of each order
  std::vector<std::vector<double>> discounts = {};  // of each order, where the method has any
};

// The kind "ngram", with the preset "ngram".
const ModelType& ngram_type();

}  // namespace hodhod
