// SPDX-License-Identifier: Apache-2.0
#include "cli/confusion.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "hodhod/base/format.h"

namespace hodhod::cli {
namespace {

constexpr size_t kTableLabels = 10;  // the most labels for which a table fits on a screen
constexpr size_t kMistakes = 20;

std::string padded(const std::string& text, size_t width) {
  const auto used = static_cast<size_t>(display_width(text));
  return std::string(width > used ? width - used : 0, ' ') + text;
}

std::string most_frequent_mistakes(const metrics::ClassificationScore& score) {
  struct Mistake {
    int64_t count;
    std::string gold, predicted;
  };
  std::vector<Mistake> mistakes;
  for (const auto& [labels, count] : score.confusion) {
    if (labels.first != labels.second) mistakes.push_back({count, labels.first, labels.second});
  }
  if (mistakes.empty()) return "no mistakes";
  std::stable_sort(mistakes.begin(), mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  std::string text = "the most frequent mistakes";
  for (size_t i = 0; i < std::min(kMistakes, mistakes.size()); ++i) {
    text += fmt::format("\n{}   {} taken for {}", mistakes[i].count, mistakes[i].gold, mistakes[i].predicted);
  }
  return text;
}

}  // namespace

ByLabel::ByLabel(const std::map<std::string, metrics::PrecisionRecall>& labels) {
  for (const auto& [label, part] : labels) {
    json[label] = {{"precision", part.precision()},
                   {"recall", part.recall()},
                   {"f1", part.f1()},
                   {"support", part.gold}};
    table += fmt::format("\n{}   precision {:.2f}   recall {:.2f}   F1 {:.2f}   examples {}",
                         label.empty() ? "(no type)" : label, 100 * part.precision(), 100 * part.recall(),
                         100 * part.f1(), part.gold);
  }
}

Json confusion_json(const metrics::ClassificationScore& score) {
  Json json = Json::object();
  for (const auto& [labels, count] : score.confusion) json[labels.first][labels.second] = count;
  return json;
}

std::string confusion_text(const metrics::ClassificationScore& score) {
  if (score.by_label.size() > kTableLabels) return most_frequent_mistakes(score);
  const std::string corner = "gold \\ predicted";
  size_t first = corner.size();
  for (const auto& [label, counts] : score.by_label) {
    first = std::max(first, static_cast<size_t>(display_width(label)));
  }
  const auto width_of = [](const std::string& label) {
    return std::max<size_t>(6, static_cast<size_t>(display_width(label)));
  };
  std::string text = padded(corner, first);
  for (const auto& [label, counts] : score.by_label) text += "  " + padded(label, width_of(label));
  for (const auto& [gold, counts] : score.by_label) {
    if (counts.gold == 0) continue;
    text += "\n" + padded(gold, first);
    for (const auto& [predicted, other] : score.by_label) {
      const auto found = score.confusion.find({gold, predicted});
      const int64_t count = found == score.confusion.end() ? 0 : found->second;
      text += "  " + padded(std::to_string(count), width_of(predicted));
    }
  }
  return text;
}

}  // namespace hodhod::cli
