// SPDX-License-Identifier: Apache-2.0
// Summaries and headlines: sequence to sequence, from the beginning of a document that fits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/tasks/summaries.h"
#include "hodhod/tasks/translate.h"

namespace hodhod {

// How documents are read. Kept in config.json as task_specific_params.summarization, where Transformers looks
// for `prefix` too.
struct SummaryReading {
  std::string prefix = {};   // before each document, such as T5's "summarize: "
  int64_t max_source = 512;  // tokens of a document that are read, from its beginning; the rest is cut

  template <class Visitor>
  void visit(Visitor&& v) {
    v("prefix", prefix, "What is put before each document, such as 'summarize: ' for T5");
    v("max_source", max_source, "Tokens of a document that are read, from its beginning; the rest is cut",
      at_least(1));
  }
};

// A model that writes summaries, and its tokenizer.
//
//     auto summarizer = Summarizer::load("headlines");
//     fmt::print("{}", summarizer.summarize(article));
struct Summarizer : Translator {
  SummaryReading reading;

  static Summarizer make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                         uint64_t seed);
  // A model trained to summarise, or any other sequence-to-sequence model. What its config.json says of
  // summarisation counts: prefix and decoding.
  static Summarizer load(const ModelPath& path, const FineTuning& tuning = {});

  // The best summary of a document. (summarize() below summarises many at once.)
  std::string summarize(const std::string& document, const GenerateOptions& options = {}) const;
};

// Its name in task_specific_params, as in Transformers.
inline constexpr std::string_view kSummarization = "summarization";

// Summarises each document; the result for one does not depend on the others. That of a blank one is empty.
std::vector<Translated> summarize(const Summarizer& summarizer, const std::vector<std::string>& documents,
                                  const TranslateOptions& options, Context& context);

struct SummaryTraining {
  BatchOptions batches = {};
  double label_smoothing = 0.1;
  int64_t max_summary = 128;
  int64_t validation_documents = 100;
  std::string token_cache = {};  // file that caches the encoded pairs; empty: none

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batches", batches);
    v("label_smoothing", label_smoothing, "Share of the target's probability that is spread over all tokens",
      at_least(0).below(1));
    v("max_summary", max_summary, "Leave out documents whose summary has more tokens", at_least(1));
    v("validation_documents", validation_documents,
      "Number of documents summarised for ROUGE at each validation; 0 for none", at_least(0));
  }
};

// Training on the first summary of each document. The summarizer's `reading` decides what is read, and is
// saved with it. Keeps a reference to the summarizer.
TranslationTrainee summary_trainee(Summarizer& summarizer, const std::vector<SummarizedText>& train,
                                   const std::vector<SummarizedText>& dev, const SummaryTraining& options);

// What a summary is compared with: the first sentence of a document, and as many of its first words.
std::string first_sentence(const std::string& document);
std::string first_words(const std::string& document, int64_t count);

}  // namespace hodhod
