// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate DIR of word vectors: analogies, similarity of pairs, categories.
#include <fmt/format.h>

#include <cmath>

#include "cli/evaluate_vectors.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/tasks/word_evaluation.h"

namespace hodhod::cli {
namespace {

double percent(const AnalogyScore& score) {
  return score.asked > 0 ? 100.0 * static_cast<double>(score.right) / static_cast<double>(score.asked) : 0;
}

void add_analogies(const AnalogyScores& scores, Json& values, std::string& text) {
  const AnalogySection all = scores.total();
  check(all.score.asked > 0, "evaluate: none of the {} questions has all its words among the {} commonest",
        all.questions, with_commas(scores.limit));
  text += fmt::format(
      "analogies {:.2f} %: {} right of {} whose words are all among the {} commonest, of {} questions\n",
      percent(all.score), with_commas(all.score.right), with_commas(all.score.asked),
      with_commas(scores.limit), with_commas(all.questions));
  Json sections = Json::array();
  for (const AnalogySection& section : scores.sections) {
    text += fmt::format("  {:<32} {:6.2f} %  of {:>6}, of {:>6}\n", section.name, percent(section.score),
                        with_commas(section.score.asked), with_commas(section.questions));
    sections.push_back({{"name", section.name},
                        {"right", section.score.right},
                        {"asked", section.score.asked},
                        {"questions", section.questions}});
  }
  values["analogies"] = {
      {"accuracy", percent(all.score) / 100}, {"right", all.score.right}, {"asked", all.score.asked},
      {"questions", all.questions},           {"limit", scores.limit},    {"sections", sections}};
}

Json json_of(const WordPairScores& scores) {
  return {{"spearman", scores.spearman},
          {"pearson", scores.pearson},
          {"scored", scores.scored},
          {"pairs", scores.pairs}};
}

std::string text_of(const WordPairScores& scores, const char* which) {
  return fmt::format("similarity: Spearman {:.4f}   Pearson {:.4f}   over {} of {} pairs, {}\n",
                     scores.spearman, scores.pearson, scores.scored, scores.pairs, which);
}

void add_similarity(const WordLookup& words, const std::vector<LabelledText>& pairs, const std::string& place,
                    Json& values, std::string& text) {
  const WordPairScores known = evaluate_pairs(words, pairs, false), all = evaluate_pairs(words, pairs, true);
  check(std::isfinite(all.spearman),
        "evaluate: {} of the {} pairs of {} have vectors, and no correlation is defined for them; give other "
        "pairs",
        all.scored, all.pairs, place);
  if (std::isfinite(known.spearman)) {
    text += text_of(known, "whose words are all in the vocabulary");
    values["similarity"] = json_of(known);
  }
  if (all.scored == known.scored) return;
  text += text_of(all, "with unknown words made of their subwords");
  values["similarity_with_subwords"] = json_of(all);
}

void add_categories(const CategoryScores& scores, Json& values, std::string& text) {
  text += fmt::format("categories: purity {:.4f}   of {} words in {} categories, of {} words\n",
                      scores.purity, with_commas(scores.known), scores.categories, with_commas(scores.words));
  values["categories"] = {{"purity", scores.purity},
                          {"known", scores.known},
                          {"categories", scores.categories},
                          {"words", scores.words}};
}

}  // namespace

void add_vector_flags(Command& command, VectorEvaluateFlags& flags) {
  const std::string group = "Word vectors";
  command.add("--analogies", flags.analogies, "Questions: lines of four words, sections with a colon")
      .called("FILE")
      .in(group);
  command.add("--categories", flags.categories, "Lines of a category, a tab and a word")
      .called("FILE")
      .in(group);
  command
      .add("--limit", flags.limit, "Number of the commonest words that analogies are asked of", at_least(1))
      .in(group);
}

int evaluate_vectors(const VectorEvaluateFlags& flags, const EvaluateFlags& common,
                     const std::optional<LabelledColumns>& pairs) {
  check(!flags.analogies.empty() || !flags.categories.empty() || pairs,
        "evaluate: {} holds word vectors; give --analogies FILE, --similarity with --data FILE, or "
        "--categories FILE",
        common.model.directory);
  const WordLookup words = WordLookup::load(common.model);
  print_warnings(words.model().warnings);
  Json values = {{"words", std::ssize(words.words())}, {"width", words.space().width()}};
  const bool folds = words.model().tokenizer->normalized("A") == "a";
  values["lowercase"] = folds;
  std::string text = fmt::format("{} words, {} numbers each, {}\n", with_commas(std::ssize(words.words())),
                                 words.space().width(), folds ? "lower case" : "case as it is written");
  if (!flags.analogies.empty())
    add_analogies(evaluate_analogies(words, flags.analogies, flags.limit), values, text);
  if (pairs)
    add_similarity(words, told(read_labelled(common.data, *pairs)).examples, common.data[0], values, text);
  if (!flags.categories.empty()) add_categories(evaluate_categories(words, flags.categories), values, text);
  text.pop_back();
  report(common, values, text);
  return 0;
}

}  // namespace hodhod::cli
