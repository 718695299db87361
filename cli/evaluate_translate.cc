// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for models that translate: BLEU and chrF of their translations.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "cli/decoding.h"
#include "cli/evaluate.h"
#include "cli/languages.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/text/languages/sentences.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/length_groups.h"
#include "hodhod/train/metrics/text_scores.h"

namespace hodhod::cli {
namespace {

struct EvaluateTranslateFlags : EvaluateFlags {
  std::vector<std::string> source, target;
  bool skip_bad = false;
  LanguageChoice languages;
  DecodeOptions decode;
  metrics::BleuOptions bleu;
  int64_t by_length = 0;
};

struct ScoredPair {
  std::string source, reference, translation;
};

std::vector<ScoredPair> read_scored_pairs(const EvaluateTranslateFlags& flags) {
  ParallelReader reader({flags.source, flags.target}, flags.skip_bad);
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

metrics::TextScores score_pairs(const std::vector<ScoredPair>& pairs, const metrics::BleuOptions& options) {
  metrics::TextScores scores({"bleu", "chrf", "chrf++"}, {.bleu = options});
  for (const ScoredPair& pair : pairs) scores.add(pair.translation, {&pair.reference, 1});
  return scores;
}

Json translation_scores_json(const metrics::TextScores& scores) {
  Json json;
  for (const metrics::TextScore& score : scores.scores()) json[score.key] = score.value;
  return json;
}

std::string translation_scores_text(const metrics::TextScores& scores) {
  const auto all = scores.scores();
  return fmt::format("BLEU = {:.2f} {}\nchrF = {:.2f}   chrF++ = {:.2f}", all[0].value, all[0].details,
                     all[1].value, all[2].value);
}

// The scores of `groups` groups of pairs by the words in the source, as JSON, and as lines of text.
std::pair<Json, std::string> scores_by_length(const std::vector<ScoredPair>& pairs,
                                              const EvaluateTranslateFlags& flags) {
  std::vector<int64_t> lengths;
  for (const ScoredPair& pair : pairs) lengths.push_back(std::ssize(metrics::words(pair.source)));
  Json json = Json::array();
  std::string text = "by the words of the source:";
  for (const metrics::LengthGroup& group : metrics::groups_by_length(lengths, flags.by_length)) {
    std::vector<ScoredPair> members;
    for (const size_t i : group.members) members.push_back(pairs[i]);
    const auto scores = score_pairs(members, flags.bleu);
    Json one = {{"shortest", group.shortest}, {"longest", group.longest}, {"pairs", members.size()}};
    one.update(translation_scores_json(scores));
    json.push_back(one);
    const auto all = scores.scores();
    text += fmt::format("\n{:>4} to {:>3} words   {:>6} pairs   BLEU = {:5.2f}   chrF = {:5.2f}",
                        group.shortest, group.longest, members.size(), all[0].value, all[1].value);
  }
  return {json, text};
}

// The pairs with both sides normalised by the tokenizer; empty if that changes no text.
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

int evaluate_translate(const EvaluateTranslateFlags& flags) {
  check(!flags.source.empty() && !flags.target.empty(),
        "evaluate: give --source and --target for a translation model, or --data for one that writes "
        "summaries");
  check_options(flags.bleu);
  Translator translator = warned(Translator::load(flags.model));
  DecodeOptions decode = flags.decode;
  use_languages(flags.languages, translator, decode);
  std::vector<ScoredPair> pairs = read_scored_pairs(flags);
  std::vector<std::string> sources;
  for (const ScoredPair& pair : pairs) sources.push_back(pair.source);
  Context context;
  const auto translated = translate(translator, sources, {.decode = decode}, context);
  SplitTexts split(translator.model->sequence_to_sequence()->max_source_length());
  for (size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].translation = one_line(translated[i].best[0].text);
    split.add(translated[i]);
  }
  tell(split.notes());
  const auto raw = score_pairs(pairs, flags.bleu);
  Json values = translation_scores_json(raw);
  std::string text = translation_scores_text(raw);
  if (const auto normalized = normalized_pairs(pairs, *translator.tokenizer); !normalized.empty()) {
    const auto scores = score_pairs(normalized, flags.bleu);
    values["normalized"] = translation_scores_json(scores);
    text = "as it is:\n" + text + "\nboth sides normalised as the tokenizer does:\n" +
           translation_scores_text(scores);
  }
  if (flags.by_length > 0) {
    const auto [json, lines] = scores_by_length(pairs, flags);
    values["by_length"] = json;
    text += "\n" + lines;
  }
  report(flags, values, text);
  return 0;
}

}  // namespace

void declare_evaluate_translate(Command& command) {
  auto flags = std::make_shared<EvaluateTranslateFlags>();
  flags->decode.num_beams = 5;
  add_evaluate_flags(command, *flags);
  command.add("--source", flags->source, "For a translation model: text to translate").called("FILE");
  command.add("--target", flags->target, "For a translation model: reference translations of --source")
      .called("FILE");
  command.add_fields({field_of("skip_bad", flags->skip_bad, kSkipBadHelp)}, "Options");
  command.add_fields({field_of("by_length", flags->by_length,
                               "Score the pairs also in this number of groups, from those with the shortest "
                               "sources to those with the "
                               "longest; 0 for no groups",
                               at_least(0))},
                     "Options");
  add_languages(command, flags->languages);
  add_decoding(command, flags->decode);
  command.add_config(flags->bleu, "BLEU", "bleu");
  command.on_prepare(
      [flags, &command] { read_decoding(command, flags->model, flags->languages, flags->decode); });
  command.on_run([flags](const Session&) { return evaluate_translate(*flags); });
}

}  // namespace hodhod::cli
