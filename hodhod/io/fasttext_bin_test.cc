// SPDX-License-Identifier: Apache-2.0
// Against models that fastText itself wrote, and what it printed of them.
#include "hodhod/io/fasttext_bin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <sstream>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/io/fasttext_hash.h"

namespace hodhod {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string fasttext_golden(const std::string& name) {
  return join_path(join_path(data_directory(), "ladder-golden/fasttext"), name);
}

std::vector<std::string> lines_of_golden(const std::string& name) {
  std::istringstream text(read_all(fasttext_golden(name)));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// A row of the input matrix added to a sum.
void add_input_row(std::vector<double>& sum, const FastTextModel& model, int64_t row) {
  const int64_t width = model.options.width;
  for (int64_t c = 0; c < width; ++c)
    sum[static_cast<size_t>(c)] += model.input.data<float>()[row * width + c];
}

int64_t bucket_row(const FastTextModel& model, uint64_t hash) {
  return std::ssize(model.words) + static_cast<int64_t>(hash % static_cast<uint64_t>(model.options.buckets));
}

int64_t index_of(const FastTextModel& model, const std::string& word) {
  for (size_t i = 0; i < model.words.size(); ++i) {
    if (model.words[i].text == word) return static_cast<int64_t>(i);
  }
  return -1;
}

// The mean of a word's own row, if it has one, and the rows of its n-grams.
std::vector<double> golden_word_vector(const FastTextModel& model, const std::string& word) {
  std::vector<double> sum(static_cast<size_t>(model.options.width));
  double rows = 0;
  if (const int64_t own = index_of(model, word); own >= 0) {
    add_input_row(sum, model, own);
    ++rows;
  }
  for_each_subword("<" + word + ">", model.options.min_n, model.options.max_n, [&](std::string_view ngram) {
    add_input_row(sum, model, bucket_row(model, fasttext_hash(ngram)));
    ++rows;
  });
  for (double& value : sum) value /= std::max(1.0, rows);
  return sum;
}

// The numbers behind the first field of a line that blanks part.
std::vector<double> numbers_after_first(const std::string& line) {
  std::istringstream fields(line);
  std::string first;
  fields >> first;
  std::vector<double> numbers;
  for (double number = 0; fields >> number;) numbers.push_back(number);
  return numbers;
}

void expect_printed(const std::vector<double>& values, const std::vector<double>& printed,
                    const std::string& what) {
  ASSERT_EQ(values.size(), printed.size()) << what;
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(values[i], printed[i], 1e-4 * std::max(1.0, std::abs(printed[i]))) << what;
  }
}

#define SKIP_WITHOUT_FASTTEXT()                             \
  if (!file_exists(fasttext_golden("supervised-trec.bin"))) \
  GTEST_SKIP() << fasttext_golden("") << " is absent"

TEST(FastTextHash, BytesAreSigned) {
  // FNV-1a's published values hold for ASCII.
  EXPECT_EQ(fasttext_hash(""), 0x811C9DC5u);
  EXPECT_EQ(fasttext_hash("a"), 0xE40C292Cu);
  EXPECT_EQ(fasttext_hash("foobar"), 0xBF9CF968u);
  // 0x80 as −128: the upper bits are flipped, too.
  EXPECT_EQ(fasttext_hash("\x80"), (0x811C9DC5u ^ 0xFFFFFF80u) * 16777619u);
}

TEST(FastTextHash, SubwordsAreOfCharacters) {
  std::vector<std::string> found;
  for_each_subword("<شب>", 1, 3, [&](std::string_view ngram) { found.emplace_back(ngram); });
  EXPECT_THAT(found, ElementsAre("<ش", "<شب", "ش", "شب", "شب>", "ب", "ب>"));
}

TEST(FastTextHash, WordNgramsAreSigned) {
  const std::vector<uint32_t> hashes = {0x80000001u, 5u, 7u};
  std::map<std::pair<size_t, size_t>, uint64_t> found;
  for_each_word_ngram(hashes, 3, [&](size_t first, size_t words, uint64_t hash) {
    found[{first, words}] = hash;
  });
  const uint64_t first = 0xFFFFFFFF80000001u * 116049371u + 5u;
  EXPECT_EQ(found.size(), 3u);
  EXPECT_EQ((found[{0, 2}]), first);
  EXPECT_EQ((found[{0, 3}]), first * 116049371u + 7u);
  EXPECT_EQ((found[{1, 2}]), uint64_t{5} * 116049371u + 7u);
}

TEST(FastTextBin, GoldenWordVectors) {
  SKIP_WITHOUT_FASTTEXT();
  const FastTextModel model = read_fasttext_bin(fasttext_golden("skipgram-fa.bin"));
  EXPECT_EQ(model.options.kind, FastTextKind::skipgram);
  EXPECT_EQ(model.options.buckets, 500);
  for (const std::string& line : lines_of_golden("skipgram-fa.words.txt")) {
    const std::string word = line.substr(0, line.find(' '));
    expect_printed(golden_word_vector(model, word), numbers_after_first(line), word);
  }
  // The .vec file has the vectors of all known words, in the dictionary's order.
  const auto vectors = lines_of_golden("skipgram-fa.vec.gz");
  ASSERT_EQ(vectors.size(), model.words.size() + 1);
  for (size_t i = 0; i < model.words.size(); ++i) {
    ASSERT_EQ(vectors[i + 1].substr(0, vectors[i + 1].find(' ')), model.words[i].text);
    if (model.words[i].text == kFastTextLineEnd) continue;  // which has no n-grams
    expect_printed(golden_word_vector(model, model.words[i].text), numbers_after_first(vectors[i + 1]),
                   model.words[i].text);
  }
}

TEST(FastTextBin, GoldenNgrams) {
  SKIP_WITHOUT_FASTTEXT();
  const FastTextModel model = read_fasttext_bin(fasttext_golden("skipgram-fa.bin"));
  for (const std::string& line : lines_of_golden("skipgram-fa.ngrams.txt")) {
    const std::string ngram = line.substr(0, line.find(' '));
    if (ngram == "#" || index_of(model, ngram) >= 0) continue;  // a heading, or the word itself
    std::vector<double> row(static_cast<size_t>(model.options.width));
    add_input_row(row, model, bucket_row(model, fasttext_hash(ngram)));
    expect_printed(row, numbers_after_first(line), ngram);
  }
}

// hidden = mean of the rows of words, word n-grams and the line's end; p = softmax(output · hidden).
TEST(FastTextBin, GoldenPredictions) {
  SKIP_WITHOUT_FASTTEXT();
  const FastTextModel model = read_fasttext_bin(fasttext_golden("supervised-trec.bin"));
  const auto queries = lines_of_golden("trec-query.txt"),
             answers = lines_of_golden("supervised-trec.predict.txt");
  const auto width = static_cast<size_t>(model.options.width);
  for (size_t q = 0; q < queries.size(); ++q) {
    std::istringstream words(queries[q] + " " + std::string(kFastTextLineEnd));
    std::vector<uint32_t> hashes;
    std::vector<double> hidden(width);
    double rows = 0;
    for (std::string word; words >> word;) {
      hashes.push_back(fasttext_hash(word));
      if (const int64_t row = index_of(model, word); row >= 0) {
        add_input_row(hidden, model, row);
        ++rows;
      }
    }
    for_each_word_ngram(hashes, model.options.word_ngrams, [&](size_t, size_t, uint64_t hash) {
      add_input_row(hidden, model, bucket_row(model, hash));
      ++rows;
    });
    for (double& value : hidden) value /= rows;
    // What `fasttext print-sentence-vectors` printed of the first query.
    const std::vector<double> sentence = {-0.28847, 0.22153,  0.11526,  -0.25451,
                                          0.17696,  -0.14001, -0.22908, 0.38165};
    if (q == 0) expect_printed(hidden, sentence, queries[0]);
    std::vector<double> scores;
    double total = 0;
    for (size_t l = 0; l < model.labels.size(); ++l) {
      double score = 0;
      for (size_t c = 0; c < width; ++c) score += hidden[c] * model.output.data<float>()[l * width + c];
      total += scores.emplace_back(std::exp(score));
    }
    std::istringstream fields(answers[q]);
    std::string label;
    for (double printed = 0; fields >> label >> printed;) {
      for (size_t l = 0; l < model.labels.size(); ++l) {
        if (model.labels[l].text != label) continue;
        EXPECT_NEAR(scores[l] / total + 1e-5, printed, 1e-4) << label;
      }
    }
  }
}

FastTextModel small_fasttext() {
  FastTextModel model;
  model.options = {.width = 2, .kind = FastTextKind::supervised, .buckets = 3};
  model.words = {{"</s>", 4}, {"می‌خوانم", 3}};
  model.labels = {{"__label__آری", 2}, {"__label__no", 1}};
  model.tokens = 7;
  model.input = Tensor::from<float>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {5, 2});
  model.output = Tensor::from<float>({-1, -2, -3, -4}, {2, 2});
  return model;
}

std::string bytes_of(const FastTextModel& model) {
  const TemporaryDirectory directory;
  write_fasttext_bin(directory / "a.bin", model);
  return read_file(directory / "a.bin");
}

TEST(FastTextBin, WrittenFilesAreTheSame) {
  const FastTextModel model = small_fasttext();
  const FastTextModel again = fasttext_from_bytes(bytes_of(model), "a.bin");
  EXPECT_EQ(again.options, model.options);
  EXPECT_EQ(again.words, model.words);
  EXPECT_EQ(again.labels, model.labels);
  EXPECT_EQ(again.tokens, model.tokens);
  EXPECT_EQ(again.input.values(), model.input.values());
  EXPECT_EQ(again.output.values(), model.output.values());
  for (const char* name : {"skipgram-fa.bin", "supervised-trec.bin"}) {
    if (!file_exists(fasttext_golden(name))) continue;
    EXPECT_EQ(bytes_of(read_fasttext_bin(fasttext_golden(name))), read_file(fasttext_golden(name)));
  }
}

TEST(FastTextBin, Recognised) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(is_fasttext_bin(directory.put("a.bin", bytes_of(small_fasttext()))));
  EXPECT_FALSE(is_fasttext_bin(directory.put("b.bin", "1 2\na 0 0\n")));
  EXPECT_FALSE(is_fasttext_bin(directory / "absent"));
}

std::string refusal(std::string_view bytes) {
  try {
    fasttext_from_bytes(bytes, "a.bin");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

template <class T>
std::string with_number_at(std::string bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

TEST(FastTextBin, RefusesOthers) {
  const std::string whole = bytes_of(small_fasttext());
  EXPECT_THAT(refusal("7 2\nword 0.1 0.2\n"), HasSubstr("a.bin: this is no .bin file"));
  EXPECT_THAT(refusal(with_number_at(whole, 4, int32_t{13})), HasSubstr("version 13"));
  EXPECT_THAT(refusal(with_number_at(whole, 8, int32_t{0})), HasSubstr("byte 8: the width of a vector is 0"));
  EXPECT_THAT(refusal(with_number_at(whole, 32, int32_t{9})), HasSubstr("byte 32: the loss is 9"));
  EXPECT_THAT(refusal(with_number_at(whole, 40, int32_t{2147483647})), HasSubstr("has to be 2147483649 × 2"));
  EXPECT_THAT(refusal(with_number_at(whole, 64, int32_t{5})), HasSubstr("make no 5 entries"));
  EXPECT_THAT(refusal(with_number_at(whole, 84, int64_t{4})), HasSubstr("is pruned"));
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("1 bytes follow"));
  FastTextModel twice = small_fasttext();
  twice.words[1].text = "</s>";
  EXPECT_THAT(refusal(bytes_of(twice)), HasSubstr("in the dictionary twice"));
  FastTextModel blank = small_fasttext();
  blank.words[1].text = "a b";
  EXPECT_THROW(bytes_of(blank), Error);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(refusal(whole.substr(0, size)), "") << size;
  }
}

// A matrix that claims to be as large as its numbers can say takes no memory.
// Damage is refused with the file's name, or read as what it has become.
TEST(FastTextBin, HostileBytes) {
  const std::string whole = bytes_of(small_fasttext());
  Rng random(7);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (int k = 0; k < 3; ++k) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    const std::string said = refusal(bytes);
    if (said.empty()) continue;
    EXPECT_THAT(said, HasSubstr("a.bin"));
    ++refused;
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 2000);
}

}  // namespace
}  // namespace hodhod
