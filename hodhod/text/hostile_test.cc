// SPDX-License-Identifier: Apache-2.0
// Files and texts that mean harm: refused by name, or dealt with, in bounded time and memory.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/text/models/bpe.h"
#include "hodhod/text/testing/largest_allocation.h"
#include "hodhod/text/testing/random_text.h"
#include "hodhod/text/testing/test_data.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {
namespace {

const char* const kGood = R"({
  "version": "1.0", "truncation": {"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 0},
  "padding": null,
  "added_tokens": [{"id": 5, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": true}],
  "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": " +"}, "content": " "}]},
  "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
  "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [5], "tokens": ["<s>"]}}},
  "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
  "model": {"type": "BPE", "unk_token": "<unk>", "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "ab": 4}, "merges": ["a b"]}
})";

// Reads it; whatever is wrong must come as an Error that begins with the name.
bool reads(const std::string& json) {
  try {
    const Tokenizer tokenizer = Tokenizer::from_json(json, "evil.json");
    tokenizer.encode("ab c <s> \xFF");
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 9), "evil.json") << error.what();
    return false;
  }
}

std::string with(std::string_view what, std::string_view now) {
  std::string json = kGood;
  const size_t at = json.find(what);
  EXPECT_NE(at, json.npos) << what;
  return json.replace(at, what.size(), now);
}

TEST(Hostile, TheGoodFileIsGood) { EXPECT_TRUE(reads(kGood)); }

TEST(Hostile, TruncatedAtEveryByte) {
  const std::string json = kGood;
  for (size_t n = 0; n < json.size(); ++n) EXPECT_FALSE(reads(json.substr(0, n))) << n;
}

TEST(Hostile, BytesChangedAtRandom) {
  Rng rng(10);
  for (int i = 0; i < 3000; ++i) {
    std::string json = kGood;
    for (uint64_t n = 1 + rng.below(3); n > 0; --n) {
      json[rng.below(json.size())] = "0123456789{}[]\",:-x\xFF"[rng.below(20)];
    }
    try {
      const Tokenizer tokenizer = Tokenizer::from_json(json, "evil.json");
      tokenizer.decode(tokenizer.encode("ab c <s> \xFF", {}).ids);
    } catch (const Error&) {
    }
  }
}

TEST(Hostile, WhatDoesNotFitIsRefused) {
  EXPECT_FALSE(reads(with("[\"a b\"]", "[\"a c\"]")));
  EXPECT_FALSE(reads(with("[\"a b\"]", "[\"b a\"]")));
  EXPECT_FALSE(reads(with("[\"a b\"]", "[\"ab\"]")));
  EXPECT_FALSE(reads(with("[\"a b\"]", "[[\"a\"]]")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"b\": 2")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"a\": 3")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"b\": 2147483648")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"b\": 2147483647")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"b\": -1")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"b\": 3.5")));
  EXPECT_FALSE(reads(with("\"b\": 3", "\"b\": 99999999999999999999")));
  EXPECT_FALSE(reads(with("{\"id\": 5", "{\"id\": 2147483648")));
  EXPECT_FALSE(reads(with("{\"id\": 5", "{\"id\": 2147483647")));
  EXPECT_FALSE(reads(with("{\"id\": 5", "{\"id\": 2")));
  EXPECT_FALSE(reads(with("\"ids\": [5]", "\"ids\": [-5]")));
  EXPECT_FALSE(reads(with("{\"SpecialToken\": {\"id\": \"<s>\"", "{\"SpecialToken\": {\"id\": \"<t>\"")));
  EXPECT_FALSE(reads(with("{\"id\": \"A\", \"type_id\": 0}}],", "{\"id\": \"B\", \"type_id\": 0}}],")));
  EXPECT_FALSE(reads(with("\" +\"", "\"(\"")));
  EXPECT_FALSE(reads(with("\"max_length\": 9", "\"max_length\": -9")));
  EXPECT_FALSE(reads(with("\"BPE\"", "\"Markov\"")));
  EXPECT_FALSE(reads(with("\"▁\", \"prepend", "\"\", \"prepend")));
}

// Calls f(place) with each value inside `at` replaced by one of another kind, one at a time.
void for_each_other_value(Json& at, const std::string& place,
                          const std::function<void(const std::string& place)>& f) {
  const Json own = at;
  const auto same_kind = [&](const Json& other) {
    return (own.is_number() && other.is_number()) || (own.is_string() && other.is_string()) ||
           (own.is_boolean() && other.is_boolean()) || (own.is_array() && other.is_array()) ||
           (own.is_object() && other.is_object()) || (own.is_null() && other.is_null());
  };
  for (const Json& other : {Json(7), Json("text"), Json(true), Json::array({7}), Json{{"key", 7}}}) {
    if (same_kind(other)) continue;
    at = other;
    f(place + " = " + format_json(other, -1));
  }
  at = own;
  if (own.is_object()) {
    for (size_t i = 0; i < own.size(); ++i) {
      for_each_other_value(at.items()[i].second, place + "/" + own.items()[i].first, f);
    }
  } else if (own.is_array()) {
    for (size_t i = 0; i < own.size(); ++i)
      for_each_other_value(at.elements()[i], place + "/" + std::to_string(i), f);
  }
}

TEST(Hostile, AValueOfAnotherKindIsRefused) {
  // What has no effect on ids or texts, a pattern that is given as text alone, and settings that are all
  // absent.
  const auto allowed = [](const std::string& place) {
    return place.starts_with("/version") || place.starts_with("/post_processor/special_tokens/<s>/id =") ||
           place == "/normalizer/normalizers/1/pattern = \"text\"" || place == "/padding = {\"key\":7}";
  };
  Json json = parse_json(kGood, "good");
  int tried = 0;
  for_each_other_value(json, "", [&](const std::string& place) {
    ++tried;
    EXPECT_EQ(reads(format_json(json)), allowed(place)) << place;
  });
  EXPECT_GE(tried, 200);
}

TEST(Hostile, DeepNesting) {
  std::string deep = "{\"type\": \"NFC\"}";
  for (int i = 0; i < 40; ++i) deep = "{\"type\": \"Sequence\", \"normalizers\": [" + deep + "]}";
  EXPECT_FALSE(reads(with("{\"type\": \"NFC\"}", deep)));
  EXPECT_FALSE(reads(std::string(100000, '[')));
}

TEST(Hostile, SmallFilesTakeLittleMemory) {
  std::string long_token(3000, 'x');
  const std::string files[] = {
      kGood,
      with("\"b\": 3", "\"b\": 60000"),
      with("\"b\": 3", "\"b\": 2147483647"),
      with("{\"id\": 5", "{\"id\": 60000"),
      with("\"a\": 2", "\"" + long_token + "\": 2"),
      with("\" +\"", "\"((((a{1,9}){1,9}){1,9}){1,99}){1,9}\""),
      with("\" +\"", "\"(?:a{1,60000}){1,60000}\""),
      std::string(4096, '['),
  };
  for (const std::string& file : files) {
    const LargestAllocation largest;
    try {
      const Tokenizer tokenizer = Tokenizer::from_json(file, "evil.json");
    } catch (const Error&) {
    }
    EXPECT_LE(largest.bytes(), size_t{16} << 20) << file.substr(0, 100);
  }
}

TEST(Hostile, OtherFilesTruncatedAtEveryByte) {
  const TemporaryDirectory directory;
  const std::string vocab = R"({"Ġ": 0, "a": 1, "b": 2, "ab": 3, "Ġab": 4})",
                    merges = "#version: 0.2\na b\nĠ ab\n", words = "[UNK]\n[CLS]\na\n##ب\n",
                    codes = "#version: 0.2\na b</w>\nس ل\n";
  const auto load = [&](const std::string& path) {
    try {
      Tokenizer::load(path).encode("ab aب سل");
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(directory.path()), std::string::npos) << error.what();
    }
  };
  const auto write = [&](const char* name, const std::string& text, size_t n) {
    std::ofstream(directory / name, std::ios::binary) << text.substr(0, std::min(n, text.size()));
  };
  for (size_t n = 0; n <= vocab.size(); ++n) {
    write("vocab.json", vocab, n);
    write("merges.txt", merges, n);
    load(directory / "merges.txt");
    write("words.txt", words, n);
    load(directory / "words.txt");
    write("codes", codes, n);
    load(directory / "codes");
  }
}

TEST(Hostile, MuchOfOneThing) {
  const std::string directory = data_path("tokenizers/");
  SKIP_WITHOUT(directory + "gpt2/encoder.json");
  const Tokenizer tokenizers[] = {
      Tokenizer::load(directory + "gpt2"), Tokenizer::load(directory + "bert-base-uncased"),
      Tokenizer::load(directory + "hf-bpe-json/tokenizer.json"),
      Tokenizer::load(directory + "subword-nmt/bpe.ref"), Tokenizer::from_json(kGood, "good")};
  const auto repeat = [](std::string_view what) {
    std::string text;
    while (text.size() < (1 << 17)) text += what;
    return text;
  };
  for (const Tokenizer& tokenizer : tokenizers) {
    for (const char* what :
         {"a", " ", "\n", "\u0301", "\u0316\u0301", "\u200C", "ـ", "\xFF", "1", "!", "س", "😀", "'s", "<"}) {
      const std::string text = repeat(what);
      const Encoding encoding = tokenizer.encode(text);
      for (const Range& bytes : encoding.bytes) ASSERT_LE(bytes.end, text.size());
    }
  }
}

TEST(Hostile, AnyBytesThroughEveryTokenizer) {
  const std::string directory = data_path("tokenizers/");
  SKIP_WITHOUT(directory + "gpt2/encoder.json");
  const Tokenizer gpt2 = Tokenizer::load(directory + "gpt2"),
                  bert = Tokenizer::load(directory + "bert-base-uncased"),
                  codes = Tokenizer::load(directory + "subword-nmt/bpe.ref");
  Rng rng(11);
  for (int i = 0; i < 300; ++i) {
    const std::string text = i % 2 ? random_bytes(rng, 100) : random_text(rng, 40);
    EXPECT_EQ(gpt2.decode(gpt2.encode_ids(text)), text);
    for (const Tokenizer* tokenizer : {&bert, &codes}) {
      const Encoding encoding = tokenizer->encode(text);
      for (const Range& bytes : encoding.bytes) ASSERT_LE(bytes.end, text.size());
    }
  }
}

}  // namespace
}  // namespace hodhod::text
