// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/begin_embedding.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/tasks/vector_files.h"
#include "hodhod/tasks/word_vectors.h"

namespace hodhod {
namespace {

constexpr std::string_view kMetaspace = "▁", kByteLevelBlank = "Ġ", kInside = "##";

TextModel load_vectors(const std::string& source) {
  if (is_directory(source)) return TextModel::load(source);
  return is_fasttext_bin(source) ? import_fasttext_vectors(source).model : import_word_vectors(source).model;
}

// Which words a tokenizer's tokens are.
class WordsOfTokens {
 public:
  explicit WordsOfTokens(const text::Tokenizer& tokenizer) : tokenizer_(tokenizer) {
    for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
      const std::string_view token = tokenizer.id_to_token(id);
      for (const std::string_view mark : {kMetaspace, kByteLevelBlank}) {
        if (token.size() > mark.size() && token.starts_with(mark)) mark_ = mark;
      }
    }
  }

  // Nothing for a special token, and for a piece from inside of a word.
  std::optional<std::string> word(int32_t id) const {
    if (tokenizer_.is_special(id)) return std::nullopt;
    const std::string_view token = tokenizer_.id_to_token(id);
    if (mark_.empty()) return token.starts_with(kInside) ? std::nullopt : std::optional(std::string(token));
    if (!token.starts_with(mark_) || token.size() == mark_.size()) return std::nullopt;
    if (!tokenizer_.is_byte_level()) return std::string(token.substr(mark_.size()));
    std::string readable = tokenizer_.readable_token(id);
    readable.erase(0, readable.find_first_not_of(' '));
    return readable;
  }

 private:
  const text::Tokenizer& tokenizer_;
  std::string_view mark_;  // of a blank before a word; empty: there is none
};

}  // namespace

FoundEmbeddings begin_embedding(TextModel& model, const std::string& source) {
  const TextModel known = load_vectors(source);
  const Vectors* vectors = known.model->vectors();
  check(vectors != nullptr, "{}: this model has no vectors of single words", source);
  const Tensor table = model.model->embedding_table(), matrix = vectors->matrix();
  check(table.defined(), "{}: this model has no embedding that could begin with word vectors",
        model.model->name());
  const int64_t width = table.dim(1);
  check(matrix.dim(1) == width,
        "{}: its vectors have {} numbers, and the embedding of the model {}; give `model` width={}, or other "
        "vectors",
        source, matrix.dim(1), width, matrix.dim(1));

  std::unordered_map<std::string, int64_t> rows;
  const auto spelling = spelling_of(*known.tokenizer);
  for (size_t row = 0; row < spelling.size(); ++row) {
    if (!spelling[row].empty())
      rows.emplace(model.tokenizer->normalized(spelling[row]), static_cast<int64_t>(row));
  }
  const WordsOfTokens words(*model.tokenizer);
  FoundEmbeddings found;
  const auto tokens = std::min<int64_t>(model.tokenizer->vocab_size(), table.dim(0));
  for (int32_t id = 0; id < tokens; ++id) {
    found.tokens += !model.tokenizer->is_special(id);
    const auto word = words.word(id);
    if (!word) continue;
    std::vector<float> vector;
    if (const auto row = rows.find(*word); row != rows.end()) {
      const float* from = matrix.data<float>() + row->second * width;
      vector.assign(from, from + width);
    } else {
      vector = vectors->unseen(*word).value_or(std::vector<float>());
    }
    if (vector.empty()) continue;
    std::copy(vector.begin(), vector.end(), table.data<float>() + id * width);
    ++found.found;
  }
  check(found.found > 0,
        "{}: none of the tokenizer's {} tokens is one of its {} words; give vectors of the same language",
        source, found.tokens, rows.size());
  return found;
}

}  // namespace hodhod
