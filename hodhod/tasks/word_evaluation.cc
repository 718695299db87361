// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_evaluation.h"

#include <algorithm>
#include <map>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/correlation.h"

namespace hodhod {
namespace {

constexpr int64_t kStarts = 10;  // of k-means
constexpr uint64_t kSeed = 1;

// The question in numbers of words, if all are among the `limit` commonest.
std::optional<Analogy> numbers_of(const WordLookup& words, const std::vector<std::string_view>& question,
                                  int64_t limit) {
  Analogy numbers = {};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto found = words.find(question[i]);
    if (!found || *found >= limit) return std::nullopt;
    numbers[i] = *found;
  }
  return numbers;
}

// A place to put the known words of a test into one space.
Tensor chosen_vectors(const WordSpace& space, std::span<const int64_t> words) {
  const Tensor chosen = Tensor::empty({std::ssize(words), space.width()});
  for (size_t i = 0; i < words.size(); ++i) {
    const auto vector = space.vector(words[i]);
    std::copy(vector.begin(), vector.end(), chosen.data<float>() + static_cast<int64_t>(i) * space.width());
  }
  return chosen;
}

}  // namespace

AnalogySection AnalogyScores::total() const {
  AnalogySection all{.name = "all"};
  for (const AnalogySection& section : sections) {
    all.score.right += section.score.right;
    all.score.asked += section.score.asked;
    all.questions += section.questions;
  }
  return all;
}

AnalogyScores evaluate_analogies(const WordLookup& words, const std::string& path, int64_t limit) {
  AnalogyScores scores{.sections = {}, .limit = std::min(limit, words.space().size())};
  std::vector<Analogy> asked;
  const auto end_section = [&] {
    if (!scores.sections.empty()) scores.sections.back().score = words.space().score(asked, scores.limit);
    asked.clear();
  };
  LineReader lines(path);
  while (const auto line = lines.next()) {
    if (line->starts_with(':')) {
      end_section();
      const auto name = metrics::words(line->substr(1));
      scores.sections.push_back({.name = name.empty() ? "?" : std::string(name[0])});
      continue;
    }
    const auto question = metrics::words(*line);
    if (question.empty()) continue;
    check(question.size() == 4,
          "{}: a question has four words, and this line has {}; a line ': NAME' opens a section",
          lines.place(), question.size());
    if (scores.sections.empty()) scores.sections.push_back({.name = "questions"});
    ++scores.sections.back().questions;
    if (const auto numbers = numbers_of(words, question, scores.limit)) asked.push_back(*numbers);
  }
  check(!scores.sections.empty(), "{}: there are no questions in it", path);
  end_section();
  return scores;
}

WordPairScores evaluate_pairs(const WordLookup& words, std::span<const LabelledText> pairs, bool subwords) {
  std::vector<double> labels, cosines;
  for (const LabelledText& pair : pairs) {
    check(pair.texts.size() == 2, "{}: expected a pair of texts; name their columns with `text`", pair.place);
    const auto label = parse_number(pair.label);
    check(label.has_value(), "{}: {} is no number that says how alike the texts are", pair.place,
          excerpt(pair.label));
    const auto a = words.vector(pair.texts[0], subwords), b = words.vector(pair.texts[1], subwords);
    if (!a || !b) continue;
    labels.push_back(*label);
    cosines.push_back(cosine_of(*a, *b));
  }
  return {std::ssize(pairs), std::ssize(labels), metrics::pearson(cosines, labels),
          metrics::spearman(cosines, labels)};
}

CategoryScores evaluate_categories(const WordLookup& words, const std::string& path) {
  CategoryScores scores;
  std::map<std::string, int64_t, std::less<>> numbers;
  std::vector<int64_t> known, categories;
  LineReader lines(path);
  while (const auto line = lines.next()) {
    if (line->empty()) continue;
    const size_t tab = line->find('\t');
    check(tab != std::string_view::npos && line->find('\t', tab + 1) == std::string_view::npos,
          "{}: expected a category, a tab and a word", lines.place());
    ++scores.words;
    const auto found = words.find(line->substr(tab + 1));
    if (!found) continue;
    const auto category =
        numbers.emplace(line->substr(0, tab), static_cast<int64_t>(numbers.size())).first->second;
    known.push_back(*found);
    categories.push_back(category);
  }
  scores.known = std::ssize(known);
  scores.categories = std::ssize(numbers);
  check(scores.known > 0, "{}: the model knows none of its {} words", path, scores.words);
  scores.purity = cluster_purity(WordSpace(chosen_vectors(words.space(), known)), categories, kStarts, kSeed);
  return scores;
}

}  // namespace hodhod
