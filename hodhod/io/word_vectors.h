// SPDX-License-Identifier: Apache-2.0
// Files of word vectors: a word and its numbers, record after record.
//
//     word2vec         "COUNT WIDTH" on the first line, then a line for each word: the word, then WIDTH numbers,
//                      with a blank between
//     word2vec-bin     the same first line; then each word, a blank, WIDTH floats (little-endian), and a line
//                      end, which gensim leaves out
//     glove            lines as in word2vec, without the first one
//     fasttext-vec     as word2vec, and each line ends with a blank
//
// A word of a text file may hold blanks: the last WIDTH fields of a line are its numbers. Fields are
// separated by blanks or tabs of ASCII, so a word may hold a no-break space or a joiner.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

enum class WordVectorFormat { word2vec, word2vec_bin, glove, fasttext_vec };
constexpr std::array<std::string_view, 4> names_of(WordVectorFormat) {
  return {"word2vec", "word2vec-bin", "glove", "fasttext-vec"};
}

struct WordVectorFile {
  WordVectorFormat format = WordVectorFormat::word2vec;
  std::vector<std::string> words;  // none twice
  int64_t width = 0;
  std::vector<float> vectors;             // [words, width], finite
  int64_t bad = 0;                        // records that were left out
  std::vector<std::string> bad_examples;  // why, for the first of them: "FILE:LINE: …"
};

// Reads a file, plain or compressed, of any of these formats, which its contents tell. Error, with the line
// or the record, for a word that comes twice or is not UTF-8, a wrong number of numbers, a number that is
// none, and a file that has fewer or more records than it says. If `lenient`, such records are left out and
// counted.
WordVectorFile read_word_vectors(const std::string& path, bool lenient = false);

// The format of a file that looks like one of these. Nothing if it does not, or cannot be read.
std::optional<WordVectorFormat> word_vector_format_of(const std::string& path);

// Replaces or creates the file; all words have as many numbers. The numbers of a text are the shortest that
// are read back as the same floats. Error for a word that the format cannot hold.
void write_word_vectors(const std::string& path, WordVectorFormat format,
                        const std::vector<std::string>& words, std::span<const float> vectors);

}  // namespace hodhod
