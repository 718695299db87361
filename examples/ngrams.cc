// SPDX-License-Identifier: Apache-2.0
// Language modelling by counting: the n-grams of a sentence, the commonest of a text, how many of another
// text were never seen, and what smoothing does about it.
// شمارش چندتایی‌ها: فراوان‌ترین‌ها، آن‌هایی که هرگز دیده
// نشده‌اند، و هموارسازی.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "hodhod/hodhod.h"

using namespace hodhod;
using Gram = std::vector<std::string>;

const std::string kTrain = "examples/data/en-fa/train.fa", kTest = "examples/data/en-fa/test.fa";

// The words of each line between <s> and </s>.
std::vector<Gram> sentences_of(const std::string& path) {
  std::vector<Gram> sentences;
  std::string line;
  for (const auto next = lines_of(path); next(line);) {
    Gram words = {"<s>"};
    std::istringstream blanks(line);
    for (std::string word; blanks >> word;) words.push_back(word);
    words.push_back("</s>");
    sentences.push_back(std::move(words));
  }
  return sentences;
}

std::map<Gram, int64_t> counted(const std::vector<Gram>& sentences, size_t order) {
  std::map<Gram, int64_t> counts;
  for (const Gram& words : sentences) {
    for (size_t i = 0; i + order <= words.size(); ++i)
      ++counts[Gram(words.begin() + static_cast<int64_t>(i),
                    words.begin() + static_cast<int64_t>(i + order))];
  }
  return counts;
}

double perplexity(const std::string& smoothing) {
  const TemporaryDirectory directory;
  auto model =
      TextGenerator::make("ngram", lines_of(kTrain), {.model = {"order=3", "smoothing=" + smoothing}});
  fit(model, kTrain, {.dev_share = 0}, directory.path());
  std::string text, line;
  for (const auto next = lines_of(kTest); next(line);) text += line + "\n";
  Context context;
  return score_text(model, text, context).perplexity();
}

int main() {
  for (size_t order = 1; order <= 3; ++order) {
    fmt::print("{}-grams of «من کتاب را خواندم»:", order);
    const Gram words = {"<s>", "من", "کتاب", "را", "خواندم", "</s>"};
    for (size_t i = 0; i + order <= words.size(); ++i)
      fmt::print(" ({})", fmt::join(words.begin() + static_cast<int64_t>(i),
                                    words.begin() + static_cast<int64_t>(i + order), " "));
    fmt::print("\n");
  }
  const auto train = sentences_of(kTrain), test = sentences_of(kTest);
  const auto words = counted(train, 1), pairs = counted(train, 2);
  std::vector<std::pair<Gram, int64_t>> common(pairs.begin(), pairs.end());
  std::stable_sort(common.begin(), common.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  fmt::print("the commonest pairs, and the probability of the second word after the first\n");
  for (size_t i = 0; i < 10; ++i) {
    const auto& [pair, count] = common[i];
    fmt::print("  {} {}: {} of {} = {:.3f}\n", pair[0], pair[1], count, words.at({pair[0]}),
               static_cast<double>(count) / static_cast<double>(words.at({pair[0]})));
  }
  fmt::print("share of another text's n-grams that were never seen\n");
  double before = 0;
  bool grows = true;
  for (size_t order = 1; order <= 4; ++order) {
    const auto seen = counted(train, order);
    int64_t all = 0, unseen = 0;
    for (const auto& [gram, count] : counted(test, order)) {
      all += count;
      unseen += seen.contains(gram) ? 0 : count;
    }
    const double share = static_cast<double>(unseen) / static_cast<double>(all);
    fmt::print("  order {}: {:.1f} %\n", order, 100 * share);
    grows = grows && share > before;
    before = share;
  }
  const double likelihood = perplexity("maximum_likelihood"), added = perplexity("add_k"),
               kneser_ney = perplexity("modified_kneser_ney");
  fmt::print("perplexity of order 3: maximum likelihood {:.1f}, add-k {:.1f}, Kneser-Ney {:.1f}\n",
             likelihood, added, kneser_ney);
  return grows && std::isinf(likelihood) && kneser_ney < added ? 0 : 1;
}
