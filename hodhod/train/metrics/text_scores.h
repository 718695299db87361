// SPDX-License-Identifier: Apache-2.0
// Scores of generated text against references, under the names and with the signatures of sacreBLEU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/train/metrics/bleu.h"
#include "hodhod/train/metrics/chrf.h"
#include "hodhod/train/metrics/error_rates.h"
#include "hodhod/train/metrics/rouge.h"

namespace hodhod::metrics {

// "bleu", "chrf", "chrf++", "rouge", which stands for three scores, "exact", "wer" and "cer".
std::span<const std::string_view> text_metric_names();

struct TextScore {
  std::string key;   // "bleu", "chrf", "chrf++", "rouge1", "rouge2", "rougeL", "exact", "wer", "cer"
  std::string name;  // as sacreBLEU prints it: "BLEU", "chrF2", "chrF2++"; "ROUGE-1"
  double value = 0;  // 0 to 100; error rates may be above
  std::string
      signature;  // what somebody needs to compute it again: "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|…"
  std::string details;  // of BLEU: its precisions and lengths; of error rates: what was counted
};

// "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:… = 22.93 54.5/… (BP = …)"
std::string to_string(const TextScore& score);

struct TextScoreOptions {
  BleuOptions bleu = {};
  bool lowercase = false;    // all but BLEU, whose options say so, and ROUGE, which always does, ignore case
  std::string version = {};  // names the program in signatures
};

// The references of a segment that are not empty: an empty one says that there is none. Error when none is
// left.
std::vector<std::string> given_references(std::span<const std::string> references);

// Adds up segments.
class TextScores {
 public:
  // `metrics` are names of text_metric_names().
  TextScores(const std::vector<std::string>& metrics, TextScoreOptions options);

  // Segments may have different numbers of references, but at least one.
  void add(std::string_view hypothesis, std::span<const std::string> references);
  std::vector<TextScore> scores() const;
  int64_t segments() const { return segments_; }

 private:
  void add_cased(std::string_view hypothesis, std::span<const std::string> references);
  std::string signature(const std::string& middle) const;
  std::string bleu_signature() const;

  TextScoreOptions options_;
  std::optional<Bleu> bleu_;
  std::optional<Chrf> chrf_, chrf_words_;
  std::optional<Rouge> rouge_;
  std::optional<ExactMatch> exact_;
  std::optional<ErrorRate> wer_, cer_;
  int64_t segments_ = 0;
  size_t fewest_references_ = 0, most_references_ = 0;
};

}  // namespace hodhod::metrics
