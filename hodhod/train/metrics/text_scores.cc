// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/text_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod::metrics {
namespace {

constexpr std::array<std::string_view, 7> kTextMetrics = {"bleu",  "chrf", "chrf++", "rouge",
                                                          "exact", "wer",  "cer"};

}  // namespace

std::span<const std::string_view> text_metric_names() { return kTextMetrics; }

std::string to_string(const TextScore& score) {
  return fmt::format("{}|{} = {:.2f}{}{}", score.name, score.signature, score.value,
                     score.details.empty() ? "" : " ", score.details);
}

std::vector<std::string> given_references(std::span<const std::string> references) {
  std::vector<std::string> given;
  std::copy_if(references.begin(), references.end(), std::back_inserter(given),
               [](const std::string& reference) { return !reference.empty(); });
  check(!given.empty(),
        "the reference is empty, and nothing can be compared with it; remove the line from all files");
  return given;
}

TextScores::TextScores(const std::vector<std::string>& metrics, TextScoreOptions options)
    : options_(std::move(options)) {
  check(!metrics.empty(), "scores: no metric was named; choose from {}", fmt::join(kTextMetrics, ", "));
  for (const std::string& metric : metrics) {
    if (metric == "bleu") {
      bleu_.emplace(options_.bleu);
    } else if (metric == "chrf") {
      chrf_.emplace(ChrfOptions{.lowercase = options_.lowercase});
    } else if (metric == "chrf++") {
      chrf_words_.emplace(ChrfOptions{.word_order = 2, .lowercase = options_.lowercase});
    } else if (metric == "exact") {
      exact_.emplace();
    } else if (metric == "wer") {
      wer_.emplace(EditUnit::word);
    } else if (metric == "cer") {
      cer_.emplace(EditUnit::character);
    } else {
      check(metric == "rouge", "scores: the metric \"{}\" is unknown; choose from {}", metric,
            fmt::join(kTextMetrics, ", "));
      rouge_.emplace();
    }
  }
}

void TextScores::add(std::string_view hypothesis, std::span<const std::string> references) {
  if (bleu_) bleu_->add(hypothesis, references);
  if (chrf_) chrf_->add(hypothesis, references);
  if (chrf_words_) chrf_words_->add(hypothesis, references);
  if (rouge_) rouge_->add(hypothesis, references);
  add_cased(hypothesis, references);
  fewest_references_ = segments_ == 0 ? references.size() : std::min(fewest_references_, references.size());
  most_references_ = std::max(most_references_, references.size());
  ++segments_;
}

void TextScores::add_cased(std::string_view hypothesis, std::span<const std::string> references) {
  if (!exact_ && !wer_ && !cer_) return;
  std::string found(hypothesis);
  std::vector<std::string> wanted(references.begin(), references.end());
  if (options_.lowercase) {
    found = lower_case(found);
    for (std::string& one : wanted) one = lower_case(one);
  }
  if (exact_) exact_->add(found, wanted);
  if (wer_) wer_->add(found, wanted);
  if (cer_) cer_->add(found, wanted);
}

std::string TextScores::signature(const std::string& middle) const {
  const std::string count =
      fewest_references_ == most_references_ ? std::to_string(most_references_) : std::string("var");
  return fmt::format("nrefs:{}|{}|version:{}", count, middle, options_.version);
}

std::string TextScores::bleu_signature() const {
  const BleuOptions& bleu = options_.bleu;
  std::string smoothing(name_of(bleu.smoothing));
  if (const auto value = smoothing_value(bleu)) smoothing += fmt::format("[{:.2f}]", *value);
  return signature(fmt::format("case:{}|eff:{}|tok:{}|smooth:{}", bleu.lowercase ? "lc" : "mixed",
                               bleu.effective_order ? "yes" : "no", name_of(bleu.tokenizer), smoothing));
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
  const auto add_rate = [&](const char* key, const char* name, const ErrorRate& rate) {
    all.push_back({key, name, rate.score(), signature("case:" + letters),
                   fmt::format("({} edits, ref_len = {})", rate.total().edits, rate.total().length)});
  };
  if (exact_) {
    all.push_back({"exact", "exact match", exact_->score(), signature("case:" + letters),
                   fmt::format("({} of {})", exact_->matches(), exact_->segments())});
  }
  if (wer_) add_rate("wer", "WER", *wer_);
  if (cer_) add_rate("cer", "CER", *cer_);
  return all;
}

}  // namespace hodhod::metrics
