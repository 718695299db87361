// SPDX-License-Identifier: Apache-2.0
// Directories as Transformers writes them: settings and tokens beside a tokenizer's file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/formats/test_tokenizer_directory.h"
#include "hodhod/text/language_tokens.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {
namespace {

using IdList = std::vector<int32_t>;
using testing::HasSubstr;
using SpmType = SentencePieceProto::PieceType;

TEST(TokenizerDirectory, SettingsOfBert) {
  const auto with = [](const std::string& settings) {
    return DirectoryOf({{"vocab.txt", kBertVocab}, {"tokenizer_config.json", settings}});
  };
  EXPECT_EQ(tokens_of(with("{}").load(), "Café 中文"), "[CLS]|cafe|中|[UNK]|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"strip_accents": false})").load(), "Café"), "[CLS]|café|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"do_lower_case": false})").load(), "Café"), "[CLS]|Café|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"do_lower_case": false, "strip_accents": true})").load(), "Café A"),
            "[CLS]|[UNK]|A|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"tokenize_chinese_chars": false})").load(), "中文"), "[CLS]|中文|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"do_basic_tokenize": false})").load(), "ab! A"), "[CLS]|ab!|A|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"never_split": ["<x>"]})").load(), "A <x>"), "[CLS]|a|<x>|[SEP]");
  EXPECT_THAT(error_of([&] { with(R"({"never_split": ["<y>"]})").load(); }),
              HasSubstr("never_split: \"<y>\""));
  EXPECT_THAT(error_of([&] { with(R"({"do_lower_case": "no"})").load(); }), HasSubstr("do_lower_case"));
  for (const char* settings :
       {R"({"tokenizer_class": "BertTokenizer", "strip_accents": false})",
        R"({"tokenizer_class": "BertTokenizer", "tokenize_chinese_chars": false, "do_lower_case": false})",
        R"({"do_basic_tokenize": false, "tokenizer_class": "BertTokenizer"})"}) {
    const DirectoryOf directory = with(settings);
    const std::string text = "Café 中文 ab! A";
    EXPECT_EQ(directory.again().encode(text).ids, directory.load().encode(text).ids) << settings;
  }
}

// BertTokenizerFast holds its settings above what tokenizer.json says; other classes do not.
TEST(TokenizerDirectory, SettingsAndTokenizerJson) {
  const DirectoryOf vocabulary({{"vocab.txt", kBertVocab}});
  const std::string json = vocabulary.load().to_json();
  const auto with = [&](const std::string& settings) {
    return DirectoryOf({{"tokenizer.json", json}, {"tokenizer_config.json", settings}});
  };
  const std::string bert = R"({"tokenizer_class": "BertTokenizer", )";
  EXPECT_EQ(tokens_of(with(bert + R"("do_lower_case": false})").load(), "Café"), "[CLS]|Café|[SEP]");
  EXPECT_EQ(tokens_of(with(bert + R"("strip_accents": false})").load(), "Café"), "[CLS]|café|[SEP]");
  EXPECT_EQ(
      tokens_of(with(R"({"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": false})").load(),
                "Café"),
      "[CLS]|cafe|[SEP]");
  EXPECT_EQ(tokens_of(with(R"({"do_lower_case": false})").load(), "Café"), "[CLS]|cafe|[SEP]");
}

TEST(TokenizerDirectory, LlamaTokensAroundTexts) {
  const std::string json = R"({"model": {"type": "WordLevel", "unk_token": "<unk>",
      "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "a": 3}}, "pre_tokenizer": {"type": "WhitespaceSplit"},
      "post_processor": {"type": "TemplateProcessing", "single": "<s> $A", "pair": "<s> $A <s> $B:1",
                         "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}})";
  const auto ids = [&](const std::string& settings) {
    return DirectoryOf({{"tokenizer.json", json}, {"tokenizer_config.json", settings}})
        .load()
        .encode("a")
        .ids;
  };
  EXPECT_EQ(ids(R"({})"), (IdList{1, 3}));
  EXPECT_EQ(ids(R"({"tokenizer_class": "LlamaTokenizer", "add_bos_token": false})"), (IdList{3}));
  EXPECT_EQ(ids(R"({"tokenizer_class": "LlamaTokenizerFast", "add_eos_token": true})"), (IdList{1, 3, 2}));
  EXPECT_EQ(ids(R"({"tokenizer_class": "LlamaTokenizer", "add_bos_token": false, "add_eos_token": true,
                    "eos_token": {"content": "</s>"}})"),
            (IdList{3, 2}));
  EXPECT_EQ(ids(R"({"tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": false})"), (IdList{1, 3}));
  EXPECT_THAT(error_of([&] { ids(R"({"tokenizer_class": "LlamaTokenizer", "bos_token": "<none>"})"); }),
              HasSubstr("<none>"));
}

SentencePieceProto spm_of(const std::vector<std::string>& pieces) {
  SentencePieceProto proto;
  proto.pieces = {
      {"<unk>", 0, SpmType::unknown}, {"<s>", 0, SpmType::control}, {"</s>", 0, SpmType::control}};
  for (const std::string& piece : pieces) {
    proto.pieces.push_back({piece, -1 - static_cast<float>(proto.pieces.size()), SpmType::normal});
  }
  proto.normalizer.name = "identity";
  proto.normalizer.remove_extra_whitespaces = false;
  return proto;
}

TEST(TokenizerDirectory, SentencePieceAsItsClassHasIt) {
  SentencePieceProto proto = spm_of({"▁", "▁a", "a", "b"});
  proto.model_type = SentencePieceProto::ModelType::bpe;
  const std::string model = proto.serialize();
  const auto with = [&](const std::string& settings) {
    return DirectoryOf({{"tokenizer.model", model}, {"tokenizer_config.json", settings}});
  };
  EXPECT_EQ(DirectoryOf({{"tokenizer.model", model}}).load().encode("a").ids, (IdList{4}));
  EXPECT_EQ(with("{}").load().encode("a").ids, (IdList{4}));
  EXPECT_EQ(with(R"({"add_bos_token": true})").load().encode("a").ids, (IdList{1, 4}));
  EXPECT_EQ(with(R"({"tokenizer_class": "LlamaTokenizer"})").load().encode("a").ids, (IdList{1, 4}));
  EXPECT_EQ(DirectoryOf({{"tokenizer.model", model}, {"config.json", R"({"model_type": "llama"})"}})
                .load()
                .encode("a")
                .ids,
            (IdList{1, 4}));
  const std::string llama = R"({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", )";
  EXPECT_EQ(with(llama + R"("add_bos_token": false, "add_eos_token": true})").load().encode("a").ids,
            (IdList{4, 2}));
  EXPECT_EQ(with(llama + R"("add_prefix_space": false})").load().encode("a").ids, (IdList{1, 5}));
  // Special tokens are found in texts; whether a blank stands before what follows is the legacy setting.
  EXPECT_EQ(with(llama + R"("legacy": true})").load().encode("a<s>a").ids, (IdList{1, 4, 1, 4}));
  EXPECT_EQ(with(llama + R"("legacy": false})").load().encode("a<s>a").ids, (IdList{1, 4, 1, 5}));
  for (const char* more : {R"("legacy": true})", R"("legacy": false})", R"("add_prefix_space": false})"}) {
    const DirectoryOf directory = with(llama + more);
    for (const char* text : {"a", "a<s>a", " a b", "b</s>"}) {
      EXPECT_EQ(directory.again().encode(text).ids, directory.load().encode(text).ids) << more << text;
      EXPECT_EQ(directory.load().encode_ids(text, true), directory.load().encode(text).ids) << more << text;
    }
  }
  EXPECT_EQ(with(R"({"tokenizer_class": "T5Tokenizer", "extra_ids": 2})").load().encode("a<extra_id_0>").ids,
            (IdList{4, 8, 2}));
  EXPECT_THAT(error_of([&] { with(R"({"tokenizer_class": "PegasusTokenizer"})").load(); }),
              HasSubstr("other numbers"));
}

// The numbers of XLMRobertaConverter, MBartConverter and MBart50Converter in Transformers.
TEST(TokenizerDirectory, SentencePieceOfFairseq) {
  const std::string model = spm_of({"▁", "▁a", "a", "b"}).serialize();
  const auto with = [&](const std::string& settings, const std::string& config = "{}") {
    return DirectoryOf(
        {{"sentencepiece.bpe.model", model}, {"tokenizer_config.json", settings}, {"config.json", config}});
  };
  const auto check_ids = [&](const DirectoryOf& directory, const IdList& ids, const IdList& pair) {
    for (const Tokenizer& tokenizer : {directory.load(), directory.again()}) {
      EXPECT_EQ(tokenizer.encode("a").ids, ids);
      EXPECT_EQ(tokenizer.encode_pair("a", "b").ids, pair);
      EXPECT_EQ(tokenizer.decode(ids), "a");
    }
  };
  const DirectoryOf roberta = with(R"({"tokenizer_class": "XLMRobertaTokenizer"})");
  check_ids(roberta, {0, 5, 2}, {0, 5, 2, 2, 4, 7, 2});
  check_ids(with("{}", R"({"model_type": "xlm-roberta"})"), {0, 5, 2}, {0, 5, 2, 2, 4, 7, 2});
  EXPECT_EQ(roberta.load().encode_ids("a <mask>?"), (IdList{5, 8, 4, 3}));
  EXPECT_EQ(roberta.load().vocab_size(), 9);
  check_ids(with(R"({"tokenizer_class": "MBartTokenizer"})"), {5, 2, 11}, {5, 4, 7, 2, 11});
  check_ids(with(R"({"src_lang": "zh_CN"})", R"({"model_type": "mbart"})"), {5, 2, 32}, {5, 4, 7, 2, 32});
  EXPECT_EQ(with(R"({"tokenizer_class": "MBartTokenizer"})").load().token_to_id("<mask>"), 33);
  const DirectoryOf mbart50 =
      with(R"({"src_lang": null})", R"({"model_type": "mbart", "tokenizer_class": "MBart50Tokenizer"})");
  check_ids(mbart50, {11, 5, 2}, {11, 5, 4, 7, 2});
  EXPECT_EQ(mbart50.load().token_to_id("fa_IR"), 36);
  EXPECT_EQ(mbart50.load().token_to_id("<mask>"), 60);
  check_ids(with(R"({"tokenizer_class": "MBart50Tokenizer", "src_lang": "fa_IR"})"), {36, 5, 2},
            {36, 5, 4, 7, 2});
  EXPECT_THAT(error_of([&] { with(R"({"tokenizer_class": "MBartTokenizer", "src_lang": "fa_IR"})").load(); }),
              HasSubstr("src_lang: fa_IR is not one of the model's languages"));
  EXPECT_THAT(error_of([&] { with(R"({"tokenizer_class": "MBartTokenizer", "src_lang": "Farsi"})").load(); }),
              HasSubstr("src_lang: \"Farsi\" is not the name of a language"));
  SentencePieceProto other = spm_of({"▁"});
  std::swap(other.pieces[0], other.pieces[1]);
  const DirectoryOf swapped({{"sentencepiece.bpe.model", other.serialize()},
                             {"tokenizer_config.json", R"({"tokenizer_class": "XLMRobertaTokenizer"})"}});
  EXPECT_THAT(error_of([&] { swapped.load(); }), HasSubstr("begins with the pieces <unk>, <s> and </s>"));
}

// NllbTokenizerFast puts its own tokens around texts, whatever the template of tokenizer.json is.
TEST(TokenizerDirectory, LanguagesOfNllb) {
  const std::string json =
      R"({"version": "1.0", "added_tokens": [{"id": 2, "content": "</s>", "special": true},
    {"id": 3, "content": "eng_Latn", "special": true}, {"id": 4, "content": "pes_Arab", "special": true}],
    "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "model": {"type": "WordLevel",
    "unk_token": "?", "vocab": {"?": 0, "a": 1, "</s>": 2, "eng_Latn": 3, "pes_Arab": 4}}})";
  const auto with = [&](const std::string& settings) {
    return DirectoryOf(
        {{"tokenizer.json", json},
         {"tokenizer_config.json", R"({"tokenizer_class": "NllbTokenizer")" + settings + "}"}});
  };
  const auto ids = [&](const std::string& settings) {
    const DirectoryOf directory = with(settings);
    EXPECT_EQ(directory.again().encode("a").ids, directory.load().encode("a").ids);
    EXPECT_THAT(directory.load().warnings(), testing::IsEmpty());
    return directory.load().encode("a").ids;
  };
  EXPECT_EQ(ids(""), (IdList{3, 1, 2}));
  EXPECT_EQ(ids(R"(, "src_lang": "pes_Arab")"), (IdList{4, 1, 2}));
  EXPECT_EQ(ids(R"(, "src_lang": null, "legacy_behaviour": true)"), (IdList{1, 2, 3}));
  EXPECT_THAT(error_of([&] { with(R"(, "src_lang": "deu_Latn")").load(); }), HasSubstr("deu_Latn"));
}

// The numbers of M2M100Tokenizer in Transformers: languages stand behind those of vocab.json.
TEST(TokenizerDirectory, PiecesAndLanguagesOfM2M100) {
  const std::string model = spm_of({"▁", "▁a", "a", "b", "▁lost"}).serialize();
  const std::string vocabulary =
      R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "b": 4, "▁a": 5, "▁": 6, "a": 7, "madeupword": 8})";
  const auto with = [&](const std::string& settings,
                        const std::string& config = R"({"model_type": "m2m_100"})") {
    return DirectoryOf({{"sentencepiece.bpe.model", model},
                        {"vocab.json", vocabulary},
                        {"tokenizer_config.json", settings},
                        {"config.json", config}});
  };
  const DirectoryOf english =
      with(R"({"src_lang": null, "language_codes": "m2m100", "num_madeup_words": 8})");
  for (const Tokenizer& tokenizer : {english.load(), english.again()}) {
    EXPECT_EQ(tokenizer.encode("a b").ids, (IdList{27, 5, 6, 4, 2}));
    EXPECT_EQ(tokenizer.encode_pair("a", "b").ids, (IdList{27, 5, 6, 4, 2}));
    EXPECT_EQ(tokenizer.token_to_id("__af__"), 9);
    EXPECT_EQ(tokenizer.token_to_id("__fa__"), 30);
    EXPECT_EQ(tokenizer.token_to_id("__zu__"), 108);
    EXPECT_EQ(tokenizer.vocab_size(), 109);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("ab a").ids), "ab a");
    EXPECT_EQ(tokenizer.encode_ids("a?"), (IdList{5, 3}));
  }
  EXPECT_THAT(english.load().warnings(), testing::ElementsAre(HasSubstr("1 pieces of")));
  const DirectoryOf persian = with(R"({"tokenizer_class": "M2M100Tokenizer", "src_lang": "fa"})", "{}");
  EXPECT_EQ(persian.load().encode("a").ids, (IdList{30, 5, 2}));
  EXPECT_EQ(persian.again().encode("a").ids, (IdList{30, 5, 2}));
  Tokenizer turned = english.load();
  set_language(turned, "__fa__");
  const TemporaryDirectory saved;
  turned.save(saved.path());
  EXPECT_EQ(Tokenizer::load(saved.path()).encode("a").ids, (IdList{30, 5, 2}));
  EXPECT_THAT(read_file(saved / "tokenizer_config.json"),
              testing::AllOf(HasSubstr(R"("src_lang": "fa")"), HasSubstr("M2M100Tokenizer")));
  EXPECT_EQ(with(R"({"language_codes": "wmt21", "src_lang": "de"})").load().encode("a").ids,
            (IdList{16, 5, 2}));
  EXPECT_THAT(error_of([&] { with(R"({"language_codes": "mine"})").load(); }),
              HasSubstr("\"mine\" is unknown"));
  EXPECT_THAT(error_of([&] { with(R"({"src_lang": "xx"})").load(); }), HasSubstr("__xx__"));
  const DirectoryOf alone(
      {{"sentencepiece.bpe.model", model}, {"config.json", R"({"model_type": "m2m_100"})"}});
  EXPECT_THAT(error_of([&] { alone.load(); }), HasSubstr("there is no vocab.json beside"));
}

// The language of tokenizer_config.json stands above the one that tokenizer.json puts around texts.
TEST(TokenizerDirectory, LanguageAndTokenizerJson) {
  const std::string model = spm_of({"▁", "▁a", "a", "b"}).serialize();
  const DirectoryOf made({{"sentencepiece.bpe.model", model},
                          {"tokenizer_config.json", R"({"tokenizer_class": "MBart50Tokenizer"})"}});
  const std::string json = made.load().to_json();
  const auto ids = [&](const std::string& settings) {
    return DirectoryOf({{"tokenizer.json", json}, {"tokenizer_config.json", settings}})
        .load()
        .encode("a")
        .ids;
  };
  EXPECT_EQ(ids(R"({"tokenizer_class": "MBart50Tokenizer"})"), (IdList{11, 5, 2}));
  EXPECT_EQ(ids(R"({"tokenizer_class": "MBart50TokenizerFast", "src_lang": "fa_IR"})"), (IdList{36, 5, 2}));
  EXPECT_EQ(ids(R"({"tokenizer_class": "PreTrainedTokenizerFast", "src_lang": "fa_IR"})"),
            (IdList{11, 5, 2}));
}

TEST(TokenizerDirectory, MarianPiecesHaveTheNumbersOfTheVocabulary) {
  const std::string source = spm_of({"▁", "▁a", "a", "b"}).serialize();
  const std::string vocabulary =
      R"({"</s>": 0, "<unk>": 1, "b": 2, "▁a": 3, "z": 4, "▁": 5, "a": 6, "▁z": 7, ">>fra<<": 8, "<pad>": 9})";
  const DirectoryOf directory({{"source.spm", source},
                               {"target.spm", spm_of({"▁", "▁z", "z"}).serialize()},
                               {"vocab.json", vocabulary},
                               {"tokenizer_config.json", R"({"tokenizer_class": "MarianTokenizer"})"}});
  for (const Tokenizer& tokenizer : {directory.load(), directory.again()}) {
    EXPECT_EQ(tokenizer.encode("ab a").ids, (IdList{3, 2, 3, 0}));
    EXPECT_EQ(tokenizer.encode("ba").ids, (IdList{5, 2, 6, 0}));
    EXPECT_EQ(tokenizer.encode(">>fra<< a").ids, (IdList{8, 3, 0}));
    EXPECT_EQ(tokenizer.decode({7, 4, 3, 0, 9}), "zz a");
    EXPECT_EQ(tokenizer.role("pad_token"), 9);
    EXPECT_EQ(tokenizer.role("eos_token"), 0);
    EXPECT_TRUE(tokenizer.warnings().empty());
    EXPECT_EQ(tokenizer.target().encode("zz").ids, (IdList{7, 4, 0}));
    EXPECT_EQ(tokenizer.target().encode("a").ids, (IdList{5, 1, 0}));
  }
  EXPECT_EQ(directory.saved("tokenizer_config.json")["tokenizer_class"], "MarianTokenizer");
  // Pieces that the vocabulary of the other side alone has are not made of source text.
  EXPECT_EQ(directory.load().encode("z").ids, (IdList{5, 1, 0}));
  const DirectoryOf apart({{"source.spm", source},
                           {"vocab.json", vocabulary},
                           {"tokenizer_config.json", R"({"separate_vocabs": true})"}});
  EXPECT_THAT(error_of([&] { apart.load(); }), HasSubstr("separate vocabularies for source and target"));
}

TEST(TokenizerDirectory, Gpt2FilesAsTheirClassHasThem) {
  const auto with = [](const std::string& settings) {
    return DirectoryOf(
        {{"vocab.json", R"({"<s>": 0, "</s>": 1, "a": 2, "Ġ": 3, "Ġa": 4, "<mask>": 5, "<|endoftext|>": 6})"},
         {"merges.txt", "#version: 0.2\nĠ a\n"},
         {"tokenizer_config.json", settings}});
  };
  EXPECT_EQ(with("{}").load().encode("a a").ids, (IdList{2, 4}));
  EXPECT_EQ(with(R"({"add_prefix_space": true})").load().encode("a a").ids, (IdList{4, 4}));
  EXPECT_EQ(with(R"({"tokenizer_class": "GPT2Tokenizer", "add_bos_token": true})").load().encode("a").ids,
            (IdList{6, 2}));
  const DirectoryOf roberta = with(R"({"tokenizer_class": "RobertaTokenizer"})");
  EXPECT_EQ(roberta.load().encode("a <mask> a").ids, (IdList{0, 2, 5, 4, 1}));
  EXPECT_EQ(roberta.again().encode_pair("a", "a").ids, (IdList{0, 2, 1, 1, 2, 1}));
}

TEST(TokenizerDirectory, AddedTokensOfEveryFile) {
  const DirectoryOf directory(
      {{"vocab.txt", kBertVocab},
       {"added_tokens.json", R"({"<new>": 18})"},
       {"special_tokens_map.json", R"({"additional_special_tokens": ["<more>"], "bos_token": "[CLS]"})"},
       {"tokenizer_config.json",
        R"({"added_tokens_decoder": {"19": {"content": "<dec>", "special": true, "rstrip": true}}})"}});
  const Tokenizer tokenizer = directory.load();
  EXPECT_EQ(tokenizer.token_to_id("<new>"), 18);
  EXPECT_EQ(tokenizer.token_to_id("<dec>"), 19);
  EXPECT_EQ(tokenizer.token_to_id("<more>"), 20);
  EXPECT_FALSE(tokenizer.is_special(18));
  EXPECT_TRUE(tokenizer.is_special(19) && tokenizer.is_special(20));
  EXPECT_EQ(tokenizer.role("bos_token"), 2);
  EXPECT_EQ(tokens_of(tokenizer, "a<new>b <dec> b"), "[CLS]|a|<new>|b|<dec>|b|[SEP]");
  EXPECT_EQ(tokens_of(directory.again(), "a<new>b <more> b"), "[CLS]|a|<new>|b|<more>|b|[SEP]");
}

TEST(TokenizerDirectory, WhatIsNotHeededIsSaid) {
  const DirectoryOf directory(
      {{"vocab.txt", kBertVocab},
       {"tokenizer_config.json", R"({"tokenizer_class": "MyTokenizer", "padding_side": "left", "magic": 3,
                                     "model_max_length": 64, "split_special_tokens": false, "auto_map": {"a": 1}})"}});
  const auto warnings = directory.load().warnings();
  ASSERT_EQ(warnings.size(), 3u);
  EXPECT_THAT(warnings[0], HasSubstr("magic: this setting is unknown"));
  EXPECT_THAT(warnings[1], HasSubstr("auto_map: code that comes with a model is not run"));
  EXPECT_THAT(warnings[2], HasSubstr("the class MyTokenizer is unknown"));
}

TEST(TokenizerDirectory, CleaningUpBlanks) {
  const std::string json =
      R"({"model": {"type": "WordLevel", "unk_token": "u", "vocab": {"u": 0, "do": 1, "n't": 2,
      ".": 3, "it": 4, "'s": 5}}})";
  const auto decoded = [&](const std::string& settings) {
    return DirectoryOf({{"tokenizer.json", json}, {"tokenizer_config.json", settings}})
        .load()
        .decode({1, 2, 4, 5, 3});
  };
  EXPECT_EQ(decoded(R"({"clean_up_tokenization_spaces": true})"), "don't it's.");
  EXPECT_EQ(decoded(R"({"clean_up_tokenization_spaces": false})"), "do n't it 's .");
}

TEST(TokenizerDirectory, SavedForOthers) {
  const DirectoryOf directory(
      {{"vocab.txt", kBertVocab},
       {"tokenizer_config.json",
        R"({"tokenizer_class": "BertTokenizer", "padding_side": "left", "chat_template": "x",
           "model_max_length": 64, "unknown": [1], "additional_special_tokens": ["<e1>"], "do_lower_case": false})"}});
  const Json config = directory.saved("tokenizer_config.json");
  EXPECT_EQ(config["tokenizer_class"], "BertTokenizer");
  EXPECT_EQ(config["padding_side"], "left");
  EXPECT_EQ(config["chat_template"], "x");
  EXPECT_EQ(config["model_max_length"], 64);
  EXPECT_EQ(config["unknown"][0], 1);
  EXPECT_EQ(config["do_lower_case"], false);
  EXPECT_EQ(config["cls_token"], "[CLS]");
  EXPECT_EQ(config["added_tokens_decoder"]["18"]["content"], "<e1>");
  EXPECT_EQ(config["model_input_names"].size(), 3u);
  EXPECT_EQ(directory.saved("special_tokens_map.json")["additional_special_tokens"][0], "<e1>");

  // The class knows its side of padding.
  const DirectoryOf named(
      {{"tokenizer.model", spm_of({"▁", "▁a"}).serialize()},
       {"tokenizer_config.json", R"({"tokenizer_class": "LlamaTokenizer", "add_bos_token": false})"}});
  EXPECT_FALSE(named.saved("tokenizer_config.json").contains("padding_side"));
  // With this setting Transformers would ask for the SentencePiece file.
  const DirectoryOf prefixed(
      {{"tokenizer.model", spm_of({"▁", "▁a"}).serialize()},
       {"tokenizer_config.json",
        R"({"tokenizer_class": "LlamaTokenizer", "add_prefix_space": false, "add_bos_token": false})"}});
  EXPECT_FALSE(prefixed.saved("tokenizer_config.json").contains("add_prefix_space"));
  EXPECT_EQ(prefixed.again().encode("a").ids, prefixed.load().encode("a").ids);

  // A tokenizer of one's own: no type ids where no template gives any, and the length that the model takes.
  const DirectoryOf plain({{"vocab.json", R"({"a": 0, "<|endoftext|>": 1})"}, {"merges.txt", ""}});
  const TemporaryDirectory own;
  plain.load().save(own.path(), 99);
  const Json of_own = read_json(own / "tokenizer_config.json");
  EXPECT_EQ(of_own["model_input_names"].size(), 2u);
  EXPECT_EQ(of_own["model_max_length"], 99);
  EXPECT_EQ(of_own["tokenizer_class"], "PreTrainedTokenizerFast");
  EXPECT_EQ(of_own["padding_side"], "right");
}

TEST(TokenizerDirectory, NormalizedTexts) {
  const DirectoryOf lower({{"vocab.txt", kBertVocab}});
  EXPECT_TRUE(lower.load().normalizes());
  EXPECT_EQ(lower.load().normalized("CAFÉ\tA"), "cafe a");
  const DirectoryOf pieces({{"tokenizer.model", spm_of({"▁", "▁a"}).serialize()}});
  EXPECT_EQ(pieces.load().normalized("a b"), "a b");
  EXPECT_EQ(pieces.load().normalized(" a"), "  a");
  const DirectoryOf bytes({{"vocab.json", R"({"a": 0})"}, {"merges.txt", ""}});
  EXPECT_FALSE(bytes.load().normalizes());
  EXPECT_EQ(bytes.load().normalized("A b"), "A b");
}

}  // namespace
}  // namespace hodhod::text
