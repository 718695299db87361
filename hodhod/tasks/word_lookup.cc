// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_lookup.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/nearest_name.h"
#include "hodhod/tasks/word_vectors.h"
#include "hodhod/text/normalizers/characters.h"

namespace hodhod {
namespace {

// Words among which the nearest spelling is looked for.
constexpr size_t kSuggested = 50'000;

const Vectors& role_of(const TextModel& model) {
  const Vectors* vectors = model.model->vectors();
  check(
      vectors != nullptr,
      "{}: this model has no vectors of single words; train some with `hodhod train embed --preset word2vec`",
      model.model->name());
  return *vectors;
}

// The rows of the matrix that belong to words.
std::vector<int64_t> word_rows_of(const std::vector<std::string>& spelling) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < std::ssize(spelling); ++row) {
    if (!spelling[static_cast<size_t>(row)].empty()) rows.push_back(row);
  }
  return rows;
}

Tensor chosen_rows(const Tensor& matrix, const std::vector<int64_t>& rows) {
  const int64_t width = matrix.dim(1);
  const Tensor chosen = Tensor::empty({std::ssize(rows), width});
  for (size_t i = 0; i < rows.size(); ++i)
    std::copy_n(matrix.data<float>() + rows[i] * width, width,
                chosen.data<float>() + static_cast<int64_t>(i) * width);
  return chosen;
}

}  // namespace

WordLookup WordLookup::load(const ModelPath& path) {
  TextModel model = TextModel::load(path);
  role_of(model);
  return WordLookup(std::move(model));
}

WordLookup::WordLookup(TextModel model)
    : model_(std::move(model)),
      words_(spelling_of(*model_.tokenizer)),
      rows_(word_rows_of(words_)),
      space_(chosen_rows(role_of(model_).matrix(), rows_)) {
  std::erase(words_, "");
  for (size_t i = 0; i < words_.size(); ++i) numbers_.emplace(words_[i], static_cast<int64_t>(i));
}

std::optional<int64_t> WordLookup::find(std::string_view word) const {
  static const text::NormalizerPtr kLowercase = text::make_lowercase();
  const auto look_for = [&](const std::string& form) -> std::optional<int64_t> {
    const auto found = numbers_.find(form);
    return found != numbers_.end() ? std::optional(found->second) : std::nullopt;
  };
  if (const auto found = look_for(model_.tokenizer->normalized(word))) return found;
  if (const auto found = look_for(std::string(word))) return found;
  return look_for(text::normalize(*kLowercase, word));
}

std::optional<std::vector<float>> WordLookup::vector(std::string_view text, bool subwords) const {
  const Vectors& vectors = role_of(model_);
  const Tensor matrix = vectors.matrix();
  const int64_t width = space_.width();
  std::vector<double> sum(static_cast<size_t>(width), 0.0);
  int64_t count = 0;
  bool all = true;
  const auto add = [&](const float* from) {
    for (int64_t c = 0; c < width; ++c) sum[static_cast<size_t>(c)] += from[c];
    ++count;
  };
  const auto add_word = [&](std::string_view word) {
    if (const auto number = find(word))
      return add(matrix.data<float>() + rows_[static_cast<size_t>(*number)] * width);
    const auto made = subwords ? vectors.unseen(word) : std::nullopt;
    all = all && made.has_value();
    if (made) add(made->data());
  };
  if (find(text)) {
    add_word(text);
  } else {
    model_.tokenizer->for_each_piece(text, [&](std::string_view piece, bool) { add_word(piece); });
  }
  if (count == 0 || !all) return std::nullopt;
  std::vector<float> mean;
  for (const double value : sum) mean.push_back(static_cast<float>(value / static_cast<double>(count)));
  return mean;
}

std::vector<float> WordLookup::vector_or_fail(std::string_view text) const {
  if (auto found = vector(text)) return *found;
  const std::vector<std::string> common(
      words_.begin(), words_.begin() + static_cast<ptrdiff_t>(std::min(kSuggested, words_.size())));
  const std::string question = did_you_mean(text, common);
  fail("{}: the word '{}' is not in the vocabulary of {} words{}", model_.model->name(), text, words_.size(),
       !question.empty()
           ? question
           : ", and no subwords of it are known; give a word of the text that the vectors were trained "
             "on, or vectors that have subwords, as `hodhod train embed --preset fasttext-vectors` trains "
             "them");
}

}  // namespace hodhod
