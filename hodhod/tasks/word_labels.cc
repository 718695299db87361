// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_labels.h"

#include <algorithm>
#include <string>

#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {

WordLogits logits_at(const Tensor& logits, const std::vector<std::vector<int64_t>>& positions) {
  const int64_t rows = logits.dim(0), time = logits.dim(1), labels = logits.dim(2);
  std::vector<int64_t> lengths, picked;
  size_t words = 0;
  for (const auto& row : positions) words = std::max(words, row.size());
  for (size_t b = 0; b < positions.size(); ++b) {
    lengths.push_back(std::ssize(positions[b]));
    for (size_t w = 0; w < words; ++w)
      picked.push_back(static_cast<int64_t>(b) * time + (w < positions[b].size() ? positions[b][w] : 0));
  }
  const Tensor flat = reshape(logits, {rows * time, labels});
  const Tensor at_words = index_select(flat, 0, Tensor::from(picked, {std::ssize(picked)}));
  return {reshape(at_words, {rows, static_cast<int64_t>(words), labels}),
          HostArray(Tensor::from(lengths, {rows}))};
}

Tensor log_probabilities(const TaggingHead& head, const WordLogits& words) {
  const NoGrad off;
  return head.crf ? crf_log_marginals(words.logits, head.crf->weights, words.lengths)
                  : log_softmax(words.logits);
}

Tensor crf_loss_of_words(const Crf& crf, const Tensor& logits, const Tensor& labels) {
  const int64_t rows = labels.dim(0), time = labels.dim(1);
  std::vector<std::vector<int64_t>> positions(static_cast<size_t>(rows));
  const int64_t* label = labels.data<int64_t>();
  for (int64_t i = 0; i < rows * time; ++i) {
    if (label[i] != kIgnoreIndex) positions[static_cast<size_t>(i / time)].push_back(i % time);
  }
  const WordLogits words = logits_at(logits, positions);
  const Tensor targets = Tensor::zeros({rows, words.logits.dim(1)}, DType::i64);
  for (size_t b = 0; b < positions.size(); ++b) {
    const auto row = static_cast<int64_t>(b);
    for (size_t w = 0; w < positions[b].size(); ++w)
      targets.data<int64_t>()[row * targets.dim(1) + static_cast<int64_t>(w)] =
          label[row * time + positions[b][w]];
  }
  return sum(crf_loss(words.logits, targets, crf.weights, words.lengths));
}

LabelRule label_rule(const Labels& labels, bool entities) {
  if (!entities) return [](int64_t, int64_t) { return true; };
  const auto count = static_cast<size_t>(labels.size());
  // may_follow[b][a + 1]: whether b may follow a
  std::vector<std::vector<bool>> may_follow(count, std::vector<bool>(count + 1, true));
  for (size_t b = 0; b < count; ++b) {
    const std::string& name = labels.names()[b];
    // Labels of other schemes are not constrained.
    const std::string beginning = "B" + name.substr(std::min<size_t>(name.size(), 1));
    const bool goes_on = name == "I" || name.starts_with("I-");
    if (!goes_on || labels.find(beginning) < 0) continue;
    may_follow[b][0] = false;
    for (size_t a = 0; a < count; ++a)
      may_follow[b][a + 1] = labels.names()[a] == name || labels.names()[a] == beginning;
  }
  return [may_follow](int64_t from, int64_t to) {
    return bool{may_follow[static_cast<size_t>(to)][static_cast<size_t>(from + 1)]};
  };
}

}  // namespace hodhod
