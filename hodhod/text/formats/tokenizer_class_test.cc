// SPDX-License-Identifier: Apache-2.0
// What the class of a tokenizer, or the type of its model, says beside the files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "hodhod/text/formats/test_tokenizer_directory.h"

namespace hodhod::text {
namespace {

using testing::HasSubstr;

// The class follows from config.json, too: then what tokenizer_config.json says is heeded, and no more.
TEST(TokenizerClass, SettingsOfTheClassOfAModelType) {
  const DirectoryOf vocabulary({{"vocab.txt", kBertVocab}});
  const auto with = [&](const std::string& json, const std::string& config, const std::string& settings) {
    return DirectoryOf(
        {{"tokenizer.json", json}, {"config.json", config}, {"tokenizer_config.json", settings}});
  };
  const std::string lower = vocabulary.load().to_json(), bert = R"({"model_type": "bert"})";
  const DirectoryOf named(
      {{"vocab.txt", kBertVocab}, {"tokenizer_config.json", R"({"do_lower_case": false})"}});
  const std::string cased = named.load().to_json();
  EXPECT_EQ(tokens_of(with(lower, bert, R"({"do_lower_case": false})").load(), "Café"), "[CLS]|Café|[SEP]");
  EXPECT_EQ(tokens_of(with(cased, bert, R"({"do_lower_case": true})").load(), "Café"), "[CLS]|cafe|[SEP]");
  EXPECT_EQ(tokens_of(with(cased, bert, "{}").load(), "Café"), "[CLS]|Café|[SEP]");
  EXPECT_EQ(
      tokens_of(
          with(cased, R"({"model_type": "bert", "tokenizer_class": "BertJapaneseTokenizer"})", "{}").load(),
          "Café"),
      "[CLS]|Café|[SEP]");
  EXPECT_THAT(with(cased, R"({"tokenizer_class": "BertJapaneseTokenizer"})", "{}").load().warnings(),
              testing::Contains(HasSubstr("the class BertJapaneseTokenizer is unknown")));
}

// jieba's dictionary is not here: who has Chinese words in the vocabulary is told so.
TEST(TokenizerClass, ChineseWordsOfRoFormer) {
  const auto warned = [](const std::string& vocabulary, const std::string& config) {
    const Tokenizer tokenizer = DirectoryOf({{"vocab.txt", vocabulary}, {"config.json", config}}).load();
    const auto& warnings = tokenizer.warnings();
    return std::any_of(warnings.begin(), warnings.end(),
                       [](const std::string& warning) { return warning.find("jieba") != std::string::npos; });
  };
  const std::string special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n",
                    roformer = R"({"model_type": "roformer"})";
  EXPECT_TRUE(warned(special + "今\n非常\n", roformer));
  EXPECT_FALSE(warned(special + "今\nab\n##非\n", roformer));
  EXPECT_FALSE(warned(special + "今\n非常\n", R"({"model_type": "bert"})"));
}

TEST(TokenizerClass, Gpt2LikeTokenizersByTheirModels) {
  const std::string vocab = R"({"1": 0, "2": 1, "'": 2, "S": 3, "s": 4, "12": 5, "'S": 6, "<s>": 7, "</s>": 8,
                                "<mask>": 9, "Ġ": 10, "<|endoftext|>": 11, "é": 12})",
                    merges = "1 2\n' S\n";
  const auto with = [&](const std::string& model, const std::string& settings = "{}") {
    return DirectoryOf({{"vocab.json", vocab},
                        {"merges.txt", merges},
                        {"config.json", R"({"model_type": ")" + model + "\"}"},
                        {"tokenizer_config.json", settings}})
        .load();
  };
  // Qwen2's pattern takes digits alone and contractions in any case, GPT-2's neither.
  EXPECT_EQ(tokens_of(with("gpt2"), "12'S"), "12|'|S");
  EXPECT_EQ(tokens_of(with("qwen2"), "12'S"), "1|2|'S");
  EXPECT_EQ(tokens_of(with("qwen3", R"({"tokenizer_class": "Qwen2Tokenizer"})"), "12'S"), "1|2|'S");
  EXPECT_THAT(with("qwen3", R"({"tokenizer_class": "Qwen2Tokenizer"})").warnings(), testing::IsEmpty());
  // Longformer is read as RoBERTa, whose mask takes the space before it.
  EXPECT_EQ(tokens_of(with("longformer"), "12 <mask>"), "<s>|12|<mask>|</s>");
  const std::string around = R"({"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": true,
                                "add_eos_token": true, "bos_token": "<s>"})";
  EXPECT_EQ(tokens_of(with("gpt_neox", around), "12"), "<s>|12|<|endoftext|>");
  EXPECT_EQ(tokens_of(with("gpt_neox"), "12"), "12");
  const std::string json = with("gpt_neox").to_json();
  EXPECT_EQ(
      tokens_of(DirectoryOf({{"tokenizer.json", json}, {"tokenizer_config.json", around}}).load(), "12"),
      "<s>|12|<|endoftext|>");
}

TEST(TokenizerClass, PrefixSpacesAndTokensByName) {
  const DirectoryOf bytes({{"vocab.json", R"({"a": 0, "Ġ": 1, "Ġa": 2, "<": 3})"}, {"merges.txt", "Ġ a\n"}});
  const std::string json = bytes.load().to_json();
  const auto with = [&](const std::string& settings) {
    return DirectoryOf({{"tokenizer.json", json}, {"tokenizer_config.json", settings}}).load();
  };
  EXPECT_EQ(tokens_of(with(R"({"tokenizer_class": "PreTrainedTokenizerFast"})"), "a a"), "a|Ġa");
  EXPECT_EQ(
      tokens_of(with(R"({"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": true})"), "a a"),
      "Ġa|Ġa");
  const Tokenizer more = with(R"({"extra_special_tokens": {"image_token": "<image>"}})");
  EXPECT_EQ(tokens_of(more, "a<image>"), "a|<image>");
  EXPECT_TRUE(more.is_special(more.token_to_id("<image>").value()));
}

}  // namespace
}  // namespace hodhod::text
