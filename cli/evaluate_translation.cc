// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for models that translate.
#include <fmt/core.h>

#include <algorithm>

#include "cli/evaluate.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/text/languages/sentences.h"
#include "hodhod/train/metrics/bleu.h"
#include "hodhod/train/metrics/chrf.h"

namespace hodhod::cli {
namespace {

struct ScoredPair {
  std::string source, reference, translation;
};

std::vector<ScoredPair> read_scored_pairs(const EvaluateFlags& flags) {
  ParallelReader reader({flags.source, flags.target}, flags.columns.skip_bad);
  std::vector<ScoredPair> pairs;
  while (auto record = reader.next()) {
    pairs.push_back({std::move(record->fields[0]), std::move(record->fields[1]), ""});
  }
  tell_bad_lines(reader.bad_lines());
  check(!pairs.empty(), "evaluate: {} has no line to translate", flags.source[0]);
  check(!std::all_of(pairs.begin(), pairs.end(),
                     [](const ScoredPair& pair) { return text::is_blank_text(pair.reference); }),
        "evaluate: every line of {} is blank; give reference translations", flags.target[0]);
  return pairs;
}

struct TranslationScores {
  metrics::BleuScore bleu;
  double chrf = 0, chrf_words = 0;
};

TranslationScores score_pairs(const std::vector<ScoredPair>& pairs, const metrics::BleuOptions& options) {
  metrics::Bleu bleu(options);
  metrics::Chrf chrf, chrf_words({.word_order = 2});
  for (const ScoredPair& pair : pairs) {
    bleu.add(pair.translation, pair.reference);
    chrf.add(pair.translation, pair.reference);
    chrf_words.add(pair.translation, pair.reference);
  }
  return {bleu.score(), chrf.score(), chrf_words.score()};
}

Json translation_scores_json(const TranslationScores& scores) {
  return {{"bleu", scores.bleu.score}, {"chrf", scores.chrf}, {"chrf++", scores.chrf_words}};
}

std::string translation_scores_text(const TranslationScores& scores) {
  return fmt::format("{}\nchrF = {:.2f}   chrF++ = {:.2f}", metrics::to_string(scores.bleu), scores.chrf,
                     scores.chrf_words);
}

// Both sides normalised by the tokenizer; nothing if that changes no text.
std::vector<ScoredPair> normalized_pairs(const std::vector<ScoredPair>& pairs,
                                         const text::Tokenizer& tokenizer) {
  std::vector<ScoredPair> normalized;
  bool changed = false;
  for (const ScoredPair& pair : pairs) {
    ScoredPair& one = normalized.emplace_back();
    one.reference = normalized_text(tokenizer, pair.reference);
    one.translation = normalized_text(tokenizer, pair.translation);
    changed = changed || one.reference != pair.reference || one.translation != pair.translation;
  }
  if (!changed) normalized.clear();
  return normalized;
}

}  // namespace

int evaluate_translation(const EvaluateFlags& flags) {
  check(!flags.source.empty() && !flags.target.empty(),
        "evaluate: give --source and --target for a translation model");
  check_options(flags.bleu);
  const Translator translator = warned(Translator::load(flags.directory));
  std::vector<ScoredPair> pairs = read_scored_pairs(flags);
  std::vector<std::string> sources;
  for (const ScoredPair& pair : pairs) sources.push_back(pair.source);
  Context context;
  const auto translated = translate(translator, sources, {.decode = flags.decode}, context);
  SplitTexts split(translator.model->sequence_to_sequence()->max_source_length());
  for (size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].translation = one_line(translated[i].best[0].text);
    split.add(translated[i]);
  }
  tell(split.notes());
  const TranslationScores raw = score_pairs(pairs, flags.bleu);
  Json values = translation_scores_json(raw);
  std::string text = translation_scores_text(raw);
  if (const auto normalized = normalized_pairs(pairs, *translator.tokenizer); !normalized.empty()) {
    const TranslationScores scores = score_pairs(normalized, flags.bleu);
    values["normalized"] = translation_scores_json(scores);
    text = "as it is:\n" + text + "\nboth sides normalised as the tokenizer does:\n" +
           translation_scores_text(scores);
  }
  report(flags, values, text);
  return 0;
}

}  // namespace hodhod::cli
