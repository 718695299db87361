// SPDX-License-Identifier: Apache-2.0
// Word vectors in the files of word2vec, GloVe and fastText, and fastText's classifiers.
#include "cli/formats.h"
#include "cli/output.h"
#include "hodhod/base/names.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/tasks/fasttext_classifier.h"
#include "hodhod/tasks/fasttext_record.h"
#include "hodhod/tasks/vector_files.h"
#include "hodhod/tasks/word_vectors.h"

namespace hodhod::cli {
namespace {

constexpr const char* kOtherWords =
    "fastText takes what stands between blanks for words, and this model's tokenizer parts or changes them: "
    "answers to the same text may differ; a model that is trained with --tokenizer-word-ends blanks "
    "--tokenizer-persian no gives the same";

std::vector<std::string> to_directory(ImportedVectors imported, const std::string& directory) {
  save_word_vectors(imported.model, directory);
  return imported.notes;
}

// A file of one of the formats of io/word_vectors.h.
template <WordVectorFormat kFormat>
Format word_vector_row() {
  return {.name = std::string(name_of(kFormat)),
          .model = "word vectors",
          .recognises = [](const std::string& file) { return word_vector_format_of(file) == kFormat; },
          .read = [](const std::string& file, const std::string& directory,
                     bool lenient) { return to_directory(import_word_vectors(file, lenient), directory); },
          .can_be_lenient = true,
          .write =
              [](const std::string& directory, const std::string& file) {
                export_word_vectors(TextModel::load(directory), kFormat, file);
              }};
}

}  // namespace

Format word2vec_format();
Format word2vec_bin_format();
Format glove_format();
Format fasttext_vec_format();
Format fasttext_bin_format();

Format word2vec_format() { return word_vector_row<WordVectorFormat::word2vec>(); }
Format word2vec_bin_format() { return word_vector_row<WordVectorFormat::word2vec_bin>(); }
Format glove_format() { return word_vector_row<WordVectorFormat::glove>(); }
Format fasttext_vec_format() { return word_vector_row<WordVectorFormat::fasttext_vec>(); }

Format fasttext_bin_format() {
  return {.name = "fasttext-bin",
          .model = "word vectors, or a classifier of fastText's kind",
          .recognises = is_fasttext_bin,
          .read =
              [](const std::string& file, const std::string& directory, bool) {
                const FastTextModel model = read_fasttext_bin(file);
                std::vector<std::string> notes;
                if (model.options.kind == FastTextKind::supervised) {
                  classifier_from_fasttext(model, file).save(directory);
                } else {
                  notes = to_directory(import_fasttext_vectors(file), directory);
                }
                save_fasttext_record(model, directory);
                return notes;
              },
          .write =
              [](const std::string& directory, const std::string& file) {
                if (ModelDirectory::open(directory).config->make_shapes()->vectors() != nullptr) {
                  FastTextModel model = fasttext_from_vectors(TextModel::load(directory));
                  take_fasttext_record(model, directory);
                  write_fasttext_bin(file, model);
                } else {
                  const Classifier classifier = Classifier::load(directory);
                  FastTextModel model = fasttext_from_classifier(classifier, directory);
                  take_fasttext_record(model, directory);
                  write_fasttext_bin(file, model);
                  if (!reads_words_of_fasttext(classifier)) tell({kOtherWords});
                }
              }};
}

}  // namespace hodhod::cli
