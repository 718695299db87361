// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/vector_files.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/models/word_vectors.h"
#include "hodhod/tasks/word_vectors.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/pre_tokenizers/split.h"

namespace hodhod {
namespace {

// A name for the token of unknown words that is no word.
std::string unknown_token(const std::vector<std::string>& words) {
  for (const char* name : {"<unk>", "[UNK]"}) {
    if (std::find(words.begin(), words.end(), name) == words.end()) return name;
  }
  std::string name = "<unk>";
  while (std::find(words.begin(), words.end(), name) != words.end()) name += "_";
  return name;
}

// Token 0 is that of unknown words; word i is token i + 1.
std::unique_ptr<text::Tokenizer> tokenizer_of(const std::vector<std::string>& words) {
  std::vector<std::string> tokens = {unknown_token(words)};
  tokens.insert(tokens.end(), words.begin(), words.end());
  text::TokenizerParts parts;
  parts.pre_tokenizer = text::make_split_pattern("[^ \\t\\r\\n]+", text::SplitBehavior::removed, true);
  parts.model = text::make_word_level(tokens, tokens[0]);
  parts.added_tokens.push_back({.content = tokens[0], .normalized = false, .special = true});
  return std::make_unique<text::Tokenizer>(std::move(parts));
}

// The rows of a table that belong to words: [words, C] from and to [V, C].
std::vector<int64_t> rows_of_words(const std::vector<std::string>& spelling) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < std::ssize(spelling); ++row) {
    if (!spelling[static_cast<size_t>(row)].empty()) rows.push_back(row);
  }
  return rows;
}

// Writes 0 into row 0, and the given rows behind it.
void put_rows(const float* from, int64_t count, const Tensor& to) {
  const int64_t width = to.dim(1);
  std::fill_n(to.data<float>(), width, 0.0f);
  std::copy_n(from, count * width, to.data<float>() + width);
}

Tensor take_rows_of(const Tensor& table, const std::vector<int64_t>& rows, int64_t more = 0) {
  const int64_t width = table.dim(1);
  const Tensor taken = Tensor::zeros({std::ssize(rows) + more, width});
  for (size_t i = 0; i < rows.size(); ++i)
    std::copy_n(table.data<float>() + rows[i] * width, width,
                taken.data<float>() + static_cast<int64_t>(i) * width);
  return taken;
}

TextModel model_of(const WordVectorsOptions& options, const std::vector<std::string>& words) {
  TextModel model;
  model.model = WordVectorsConfig(options).make();
  model.tokenizer = tokenizer_of(words);
  return model;
}

}  // namespace

ImportedVectors import_word_vectors(const std::string& path, bool lenient) {
  WordVectorFile file = read_word_vectors(path, lenient);
  ImportedVectors imported{model_of(
      {.algorithm = VectorAlgorithm::other, .vocabulary = std::ssize(file.words) + 1, .width = file.width},
      file.words)};
  const auto& vectors = dynamic_cast<const WordVectors&>(*imported.model.model);
  put_rows(file.vectors.data(), std::ssize(file.words), vectors.words());
  if (file.bad > 0)
    imported.notes.push_back(fmt::format(
        "{}: {} left out", path, file.bad == 1 ? "1 record was" : fmt::format("{} records were", file.bad)));
  for (std::string& example : file.bad_examples) imported.notes.push_back(std::move(example));
  return imported;
}

ImportedVectors import_fasttext_vectors(const std::string& path) {
  const FastTextModel file = read_fasttext_bin(path);
  check(file.options.kind != FastTextKind::supervised,
        "{}: this is a classifier of fastText, and holds no word vectors", path);
  std::vector<std::string> words;
  for (const FastTextEntry& word : file.words) words.push_back(word.text);
  const bool subwords = file.options.max_n > 0 && file.options.buckets > 0;
  const bool cbow = file.options.kind == FastTextKind::cbow;
  ImportedVectors imported{model_of({.algorithm = cbow ? VectorAlgorithm::cbow : VectorAlgorithm::skipgram,
                                     .vocabulary = std::ssize(words) + 1,
                                     .width = file.options.width,
                                     .min_n = std::max(file.options.min_n, 1),
                                     .max_n = subwords ? file.options.max_n : 0,
                                     .buckets = subwords ? file.options.buckets : 0,
                                     .output = true,
                                     .counts = true},
                                    words)};
  auto& vectors = dynamic_cast<WordVectors&>(*imported.model.model);
  const int64_t count = std::ssize(words), width = file.options.width;
  put_rows(file.input.data<float>(), count, vectors.words());
  put_rows(file.output.data<float>(), count, vectors.output());
  if (subwords)
    copy(file.input.with_layout(vectors.subwords().shape(), {width, 1}, count * width), vectors.subwords());
  vectors.counts().data<double>()[0] = 0;
  for (int64_t i = 0; i < count; ++i)
    vectors.counts().data<double>()[i + 1] = static_cast<double>(file.words[static_cast<size_t>(i)].count);
  vectors.compose(spelling_of(*imported.model.tokenizer));
  return imported;
}

void export_word_vectors(const TextModel& model, WordVectorFormat format, const std::string& path) {
  const Vectors* vectors = model.model->vectors();
  check(vectors != nullptr, "{}: this model has no vectors of single words", model.model->name());
  std::vector<std::string> words = spelling_of(*model.tokenizer);
  const Tensor table = take_rows_of(vectors->matrix(), rows_of_words(words));
  std::erase(words, "");
  write_word_vectors(path, format, words, {table.data<float>(), static_cast<size_t>(table.numel())});
}

FastTextModel fasttext_from_vectors(const TextModel& model) {
  const auto* vectors = dynamic_cast<const WordVectors*>(model.model.get());
  check(vectors != nullptr, "{}: this model has no vectors of single words", model.model->name());
  const WordVectorsOptions& options = vectors->config().body;
  const std::vector<std::string> spelling = spelling_of(*model.tokenizer);
  const std::vector<int64_t> rows = rows_of_words(spelling);
  FastTextModel file;
  file.options.width = static_cast<int32_t>(options.width);
  file.options.kind =
      options.algorithm == VectorAlgorithm::cbow ? FastTextKind::cbow : FastTextKind::skipgram;
  file.options.min_n = options.has_subwords() ? static_cast<int32_t>(options.min_n) : 0;
  file.options.max_n = static_cast<int32_t>(options.max_n);
  file.options.buckets = static_cast<int32_t>(options.has_subwords() ? options.buckets : 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto count = options.counts ? static_cast<int64_t>(vectors->counts().data<double>()[rows[i]])
                                      : static_cast<int64_t>(rows.size() - i);
    file.words.push_back({spelling[static_cast<size_t>(rows[i])], count});
    file.tokens += count;
  }
  file.input = take_rows_of(vectors->words(), rows, file.options.buckets);
  if (options.has_subwords()) {
    std::copy_n(vectors->subwords().data<float>(), vectors->subwords().numel(),
                file.input.data<float>() + std::ssize(rows) * options.width);
  }
  file.output = options.output ? take_rows_of(vectors->output(), rows)
                               : Tensor::zeros({std::ssize(rows), options.width});
  return file;
}

}  // namespace hodhod
