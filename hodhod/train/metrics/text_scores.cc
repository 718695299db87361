// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/text_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hodhod/base/error.h"

namespace hodhod::metrics {
namespace {

constexpr std::array<std::string_view, 4> kTextMetrics = {"bleu", "chrf", "chrf++", "rouge"};

}  // namespace

std::span<const std::string_view> text_metric_names() { return kTextMetrics; }

std::string to_string(const TextScore& score) {
  return fmt::format("{}|{} = {:.2f}{}{}", score.name, score.signature, score.value,
                     score.details.empty() ? "" : " ", score.details);
}

TextScores::TextScores(std::span<const std::string> metrics, const BleuOptions& options, std::string version)
    : options_(options), version_(std::move(version)) {
  check(!metrics.empty(), "scores: no metric was named; choose from {}", fmt::join(kTextMetrics, ", "));
  for (const std::string& metric : metrics) {
    if (metric == "bleu") {
      bleu_.emplace(options);
    } else if (metric == "chrf") {
      chrf_.emplace(ChrfOptions{.lowercase = options.lowercase});
    } else if (metric == "chrf++") {
      chrf_words_.emplace(ChrfOptions{.word_order = 2, .lowercase = options.lowercase});
    } else {
      check(metric == "rouge", "scores: the metric \"{}\" is unknown; choose from {}", metric,
            fmt::join(kTextMetrics, ", "));
      rouge_.emplace();
    }
  }
}

void TextScores::add(std::string_view hypothesis, std::span<const std::string> references) {
  std::vector<std::string> given;
  std::copy_if(references.begin(), references.end(), std::back_inserter(given),
               [](const std::string& reference) { return !reference.empty(); });
  check(!given.empty(),
        "the reference is empty, and nothing can be compared with it; remove the line from all files");
  if (bleu_) bleu_->add(hypothesis, given);
  if (chrf_) chrf_->add(hypothesis, given);
  if (chrf_words_) chrf_words_->add(hypothesis, given);
  if (rouge_) rouge_->add(hypothesis, given);
  fewest_references_ = segments_ == 0 ? given.size() : std::min(fewest_references_, given.size());
  most_references_ = std::max(most_references_, given.size());
  ++segments_;
}

std::string TextScores::signature(const std::string& middle) const {
  const std::string count =
      fewest_references_ == most_references_ ? std::to_string(most_references_) : std::string("var");
  return fmt::format("nrefs:{}|{}|version:{}", count, middle, version_);
}

std::string TextScores::bleu_signature() const {
  std::string smoothing(names_of(options_.smoothing)[static_cast<size_t>(options_.smoothing)]);
  if (const auto value = smoothing_value(options_)) smoothing += fmt::format("[{:.2f}]", *value);
  return signature(fmt::format("case:{}|eff:{}|tok:{}|smooth:{}", options_.lowercase ? "lc" : "mixed",
                               options_.effective_order ? "yes" : "no",
                               names_of(options_.tokenizer)[static_cast<size_t>(options_.tokenizer)],
                               smoothing));
}

std::vector<TextScore> TextScores::scores() const {
  const std::string letters = options_.lowercase ? "lc" : "mixed";
  std::vector<TextScore> all;
  if (bleu_) {
    const BleuScore score = bleu_->score();
    all.push_back({"bleu", "BLEU", score.score, bleu_signature(), details_of(score)});
  }
  if (chrf_) {
    all.push_back({"chrf", "chrF2", chrf_->score(),
                   signature(fmt::format("case:{}|eff:yes|nc:6|nw:0|space:no", letters)), ""});
  }
  if (chrf_words_) {
    all.push_back({"chrf++", "chrF2++", chrf_words_->score(),
                   signature(fmt::format("case:{}|eff:yes|nc:6|nw:2|space:no", letters)), ""});
  }
  if (rouge_) {
    const RougeScores score = rouge_->score();
    const std::string how = signature("case:lc|stem:no");
    all.push_back({"rouge1", "ROUGE-1", score.rouge1, how, ""});
    all.push_back({"rouge2", "ROUGE-2", score.rouge2, how, ""});
    all.push_back({"rougeL", "ROUGE-L", score.rouge_l, how, ""});
  }
  return all;
}

}  // namespace hodhod::metrics
