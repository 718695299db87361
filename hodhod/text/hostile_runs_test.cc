// SPDX-License-Identifier: Apache-2.0
// A megabyte of one thing through every kind of model: what grows with the square of a text's length would
// run into ctest's time limit here.
#include <gtest/gtest.h>

#include "hodhod/text/models/word_level.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/pre_tokenizers/split.h"
#include "hodhod/text/testing/test_data.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/trainer.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;
// Llama 3's, to be run by PCRE2.
constexpr const char* kPattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
    "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
    "\\s+(?!\\S)|\\s+";

std::string repeat(std::string_view what, size_t size = kMegabyte) {
  std::string text;
  while (text.size() < size) text += what;
  return text;
}

// Texts of one thing, alone and with something else around it.
std::vector<std::string> runs() {
  std::vector<std::string> texts;
  for (const char* what : {"a", "\u0301", " "}) texts.push_back(repeat(what));
  for (const char* what : {"\n", "\xFF"}) texts.push_back(repeat(what, kMegabyte / 8));
  for (const char* what : {"\u0316\u0301", "\u00A0", "\u2581"})
    texts.push_back("x" + repeat(what, kMegabyte / 8) + "x");
  return texts;
}

Tokenizer trained(ModelKind kind, PreTokenizerPtr pre_tokenizer, bool byte_level, NormalizerPtr normalizer) {
  TokenizerParts parts;
  parts.model = make_word_level({"<unk>"});
  parts.normalizer = std::move(normalizer);
  parts.pre_tokenizer = std::move(pre_tokenizer);
  Tokenizer tokenizer(std::move(parts));
  TokenizerTraining options;
  options.kind = kind;
  options.vocabulary = 400;
  options.byte_level = byte_level;
  options.min_frequency = 1;
  // With tokens of the very things that come in runs.
  const std::vector<std::string> lines = {repeat("a", 64), repeat(" ", 64), "x" + repeat("\u0301", 32),
                                          "aa ab x"};
  size_t at = 0;
  train_tokenizer(
      tokenizer,
      [&](std::string& line) {
        if (at == lines.size()) return false;
        line = lines[at++];
        return true;
      },
      options);
  return tokenizer;
}

void expect_all_read(const Tokenizer& tokenizer) {
  for (const std::string& text : runs()) {
    std::vector<int32_t> ids;
    tokenizer.encode_ids(text, ids);
    for (const int32_t id : ids) ASSERT_LT(id, tokenizer.vocab_size());
    if (tokenizer.is_byte_level()) {
      EXPECT_TRUE(tokenizer.decode(ids) == text) << text.substr(0, 3);
    }
  }
}

TEST(HostileRuns, Bpe) {
  expect_all_read(
      trained(ModelKind::bpe, make_metaspace(), false, make_unicode_normalizer(UnicodeForm::nfkc)));
  expect_all_read(trained(ModelKind::bpe, nullptr, false, nullptr));
}

TEST(HostileRuns, ByteLevelBpe) {
  expect_all_read(trained(ModelKind::bpe, make_byte_level({.add_prefix_space = false}), true, nullptr));
}

TEST(HostileRuns, ByteLevelBpeCutByPcre2) {
  std::vector<PreTokenizerPtr> both;
  both.push_back(make_split_pattern(kPattern, SplitBehavior::isolated));
  both.push_back(make_byte_level({.add_prefix_space = false, .use_regex = false}));
  expect_all_read(trained(ModelKind::bpe, make_pre_tokenizer_sequence(std::move(both)), true, nullptr));
}

TEST(HostileRuns, WordPiece) {
  expect_all_read(trained(ModelKind::wordpiece, make_bert_pre_tokenizer(), false, make_bert_normalizer({})));
  expect_all_read(trained(ModelKind::wordpiece, nullptr, false, nullptr));
}

TEST(HostileRuns, Unigram) {
  expect_all_read(
      trained(ModelKind::unigram, make_metaspace(), false, make_unicode_normalizer(UnicodeForm::nfc)));
  expect_all_read(trained(ModelKind::unigram, nullptr, false, nullptr));
}

TEST(HostileRuns, WordLevel) {
  expect_all_read(
      trained(ModelKind::word, make_whitespace(), false, make_unicode_normalizer(UnicodeForm::nfd)));
}

TEST(HostileRuns, Characters) {
  expect_all_read(trained(ModelKind::character, nullptr, false, make_strip_accents()));
}

TEST(HostileRuns, SentencePiece) {
  for (const char* name : {"llama-spm/tokenizer.model", "sentencepiece-test/test_model.model"}) {
    const std::string path = data_path(std::string("tokenizers/") + name);
    SKIP_WITHOUT(path);
    expect_all_read(Tokenizer::load(path));
  }
}

}  // namespace
}  // namespace hodhod::text
