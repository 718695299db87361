// SPDX-License-Identifier: Apache-2.0
// Against what SentencePiece 0.1.97 gave, and against files that nobody should have written.
#include "hodhod/text/formats/sentencepiece_model.h"

#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/testing/largest_allocation.h"
#include "hodhod/text/testing/test_data.h"
#include "hodhod/text/testing/unknown_tokens.h"

namespace hodhod::text {
namespace {

using Ids = std::vector<int32_t>;
using Proto = SentencePieceProto;
using PieceType = Proto::PieceType;

struct Recorded {
  const char* name;
  const char* model;
  const char* expected;
};
void PrintTo(const Recorded& one, std::ostream* out) { *out << one.name; }

class SentencePieceRecorded : public testing::TestWithParam<Recorded> {};

TEST_P(SentencePieceRecorded, SameIds) {
  const std::string path = data_path(GetParam().model);
  SKIP_WITHOUT(path);
  const Tokenizer tokenizer = Tokenizer::load(path);
  const Tokenizer exported = Tokenizer::from_json(tokenizer.to_json(), "exported");
  const std::string expected_path = data_path(GetParam().expected);
  int lines = 0;
  for (const std::string& line : slurp_lines(expected_path)) {
    const Json json = parse_json(line, expected_path);
    const auto text = json["text"].get<std::string>();
    const auto ids = json["ids"].get<Ids>();
    EXPECT_EQ(tokenizer.encode_ids(text), ids) << text;
    EXPECT_EQ(exported.encode_ids(text), ids) << text;
    const Encoding encoding = tokenizer.encode(text);
    ASSERT_EQ(encoding.ids, ids) << text;
    uint32_t end = 0;
    for (const Range range : encoding.bytes) {
      EXPECT_LE(end, std::max(end, range.begin));
      EXPECT_LE(range.end, text.size());
      end = std::max(end, range.end);
    }
    // All but what normalises to a space at the end.
    EXPECT_GE(end + 3, text.find_last_not_of(' ') + 1) << text;
    expect_unknown_as_by_offsets(tokenizer, text);
    ++lines;
  }
  EXPECT_GE(lines, 42);
  if (!tokenizer.token_to_id("<0x00>")) {
    EXPECT_EQ(expect_unknown_as_by_offsets(tokenizer, "a ☃ b \U00013080"), 2u);
  }
}

// The samples that SentencePiece writes into a model so that a reader can check itself.
TEST_P(SentencePieceRecorded, PassesItsOwnTest) {
  const std::string path = data_path(GetParam().model);
  SKIP_WITHOUT(path);
  const std::string bytes = slurp(path);
  const Tokenizer tokenizer = sentencepiece_from_bytes(bytes, path);
  for (const auto& sample : Proto::parse(bytes, path).samples) {
    std::string pieces;
    const Encoding encoding = tokenizer.encode(sample.input);
    for (const int32_t id : encoding.ids) {
      if (!pieces.empty()) pieces += ' ';
      pieces += tokenizer.id_to_token(id);
    }
    if (pieces.find("<unk>") == std::string::npos) {
      EXPECT_EQ(pieces, sample.expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, SentencePieceRecorded,
                         testing::Values(Recorded{"Llama", "tokenizers/llama-spm/tokenizer.model",
                                                  "tokenizers/llama-spm/expected.jsonl"},
                                         Recorded{"English", "tokenizers/sentencepiece-test/test_model.model",
                                                  "tokenizers/sentencepiece-test/test_model.expected.jsonl"},
                                         Recorded{"Sample", "tokenizers/sentencepiece-test/sample.sp.model",
                                                  "tokenizers/sentencepiece-test/sample.sp.expected.jsonl"},
                                         Recorded{
                                             "Japanese", "tokenizers/sentencepiece-test/test_ja_model.model",
                                             "tokenizers/sentencepiece-test/test_ja_model.expected.jsonl"}),
                         [](const testing::TestParamInfo<Recorded>& tested) { return tested.param.name; });

TEST(SentencePieceModel, BytesComeBack) {
  const std::string path = data_path("tokenizers/llama-spm/tokenizer.model");
  SKIP_WITHOUT(path);
  const Tokenizer tokenizer = Tokenizer::load(path);
  Rng rng(7);
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (uint64_t n = rng.below(40); n > 0; --n) {
      // Half of it bytes of any kind, half text.
      text += rng.below(2) == 0 ? static_cast<char>(rng.below(256)) : "ab می\xE2\x80\x8C"[rng.below(9)];
    }
    if (text.find("\xE2\x96\x81") != std::string::npos) continue;
    EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids(text)), text);
  }
}

// encode_ids goes word by word through raw text, encode through the normaliser: the ids are the same.
TEST(SentencePieceModel, BothWaysAgree) {
  const std::vector<std::string> parts = {" ",
                                          "  ",
                                          "the",
                                          "Hello",
                                          "می",
                                          "خواهم",
                                          "\xC2\xA0",
                                          "\xE2\x96\x81",
                                          "\xE2\x80\x8B",
                                          "\xE2\x80\x8C",
                                          "e\xCC\x81",
                                          "\xEF\xBC\xA1",
                                          "\xEF\xB7\xBA",
                                          "\xFF",
                                          ".",
                                          "漢字",
                                          "a",
                                          "\n",
                                          "\t",
                                          "<s>"};
  for (const char* name : {"llama-spm/tokenizer.model", "sentencepiece-test/test_model.model",
                           "sentencepiece-test/test_ja_model.model"}) {
    const std::string path = data_path(std::string("tokenizers/") + name);
    SKIP_WITHOUT(path);
    const Tokenizer tokenizer = Tokenizer::load(path);
    Rng rng(11);
    for (int i = 0; i < 3000; ++i) {
      std::string text;
      for (uint64_t n = rng.below(12); n > 0; --n)
        text += parts[rng.below(rng.below(2) == 0 ? 5 : parts.size())];
      EXPECT_EQ(tokenizer.encode_ids(text), tokenizer.encode(text).ids) << name << ": '" << text << "'";
    }
  }
}

TEST(SentencePieceModel, LongRunsAreQuick) {
  const std::string llama = data_path("tokenizers/llama-spm/tokenizer.model");
  const std::string unigram = data_path("tokenizers/sentencepiece-test/test_model.model");
  SKIP_WITHOUT(llama);
  for (const std::string& path : {llama, unigram}) {
    const Tokenizer tokenizer = Tokenizer::load(path);
    for (const std::string unit : {"a", " ", "\xCC\x81", "\xD9\x8E", "\xE3\x80\x80", "\xFF"}) {
      std::string text;
      while (text.size() < (1u << 18)) text += unit;
      const Ids ids = tokenizer.encode_ids(text);
      if (path == llama) {
        EXPECT_EQ(tokenizer.decode(ids), text);
      }
    }
  }
}

Proto small_proto() {
  Proto proto;
  proto.pieces = {{"<unk>", 0, PieceType::unknown}, {"<s>", 0, PieceType::control},
                  {"</s>", 0, PieceType::control},  {"\xE2\x96\x81", -3, PieceType::normal},
                  {"a", -4, PieceType::normal},     {"b", -5, PieceType::normal},
                  {"ab", -2, PieceType::normal},    {"[X]", 0, PieceType::user_defined}};
  proto.normalizer.name = "identity";
  return proto;
}

TEST(SentencePieceModel, KindsOfPieces) {
  for (const auto type : {Proto::ModelType::unigram, Proto::ModelType::bpe}) {
    Proto proto = small_proto();
    proto.model_type = type;
    const Tokenizer tokenizer = sentencepiece_from_bytes(proto.serialize(), "small");
    EXPECT_EQ(tokenizer.encode_ids("ab[X]ba"), (Ids{3, 6, 7, 5, 4}));
    // A control piece is never found in a text; unknown characters in a row are one token.
    EXPECT_EQ(tokenizer.encode_ids("<s>"), (Ids{3, 0}));
    const Encoding encoding = tokenizer.encode("a  <s> b");
    EXPECT_EQ(encoding.ids, (Ids{3, 4, 3, 0, 3, 5}));
    EXPECT_EQ(encoding.bytes[3], (Range{3, 6}));
    EXPECT_EQ(tokenizer.decode({3, 6, 0, 3, 5, 2}), "ab \xE2\x81\x87  b");
    EXPECT_TRUE(tokenizer.is_special(1));
    EXPECT_FALSE(tokenizer.is_special(7));
  }
}

TEST(SentencePieceModel, WhitespaceOptions) {
  Proto proto = small_proto();
  proto.normalizer.add_dummy_prefix = false;
  EXPECT_EQ(sentencepiece_from_bytes(proto.serialize(), "small").encode_ids(" ab  a "), (Ids{6, 3, 4}));
  proto.normalizer.remove_extra_whitespaces = false;
  EXPECT_EQ(sentencepiece_from_bytes(proto.serialize(), "small").encode_ids(" ab  a "),
            (Ids{3, 6, 3, 3, 4, 3}));
  proto.normalizer.add_dummy_prefix = true;
  proto.treat_whitespace_as_suffix = true;
  EXPECT_EQ(sentencepiece_from_bytes(proto.serialize(), "small").encode_ids("ab a"), (Ids{6, 3, 4, 3}));
}

TEST(SentencePieceProto, RoundTrip) {
  Proto proto = small_proto();
  proto.samples = {{"a b", "\xE2\x96\x81 a \xE2\x96\x81 b"}};
  proto.pad_id = -1;
  const std::string bytes = proto.serialize();
  EXPECT_EQ(Proto::parse(bytes, "x").serialize(), bytes);
}

TEST(SentencePieceProto, EveryTruncationIsRefused) {
  const std::string bytes = small_proto().serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(sentencepiece_from_bytes(bytes.substr(0, size), "cut.model"), Error) << size;
  }
}

TEST(SentencePieceProto, RefusesWhatIsWrong) {
  const auto refused = [](auto change) {
    Proto proto = small_proto();
    change(proto);
    EXPECT_THROW(sentencepiece_from_bytes(proto.serialize(), "bad.model"), Error);
  };
  refused([](Proto& p) { p.pieces[4].text = "b"; });
  refused([](Proto& p) { p.pieces[4].text = ""; });
  refused([](Proto& p) { p.pieces[4].score = std::numeric_limits<float>::quiet_NaN(); });
  refused([](Proto& p) { p.pieces[0].type = PieceType::normal; });
  refused([](Proto& p) { p.pieces[1].type = PieceType::unknown; });
  refused([](Proto& p) { p.pieces[4] = {"<0x41>", 0, PieceType::byte}; });
  refused([](Proto& p) { p.byte_fallback = true; });
  refused([](Proto& p) { p.model_type = Proto::ModelType::word; });
  refused([](Proto& p) { p.normalizer.precompiled_charsmap = "abc"; });
  try {
    std::string bytes = small_proto().serialize();
    bytes[1] = '\x7F';
    bytes.resize(40);
    sentencepiece_from_bytes(bytes, "bad.model");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("bad.model: byte 0"), std::string::npos) << error.what();
  }
}

TEST(SentencePieceModel, DamagedFilesDoNoHarm) {
  Proto proto = small_proto();
  std::string charsmap(4 + 1024, '\0');
  charsmap[1] = 4;
  charsmap += std::string("x\0", 2);
  proto.normalizer.precompiled_charsmap = charsmap;
  const std::string bytes = proto.serialize();
  Rng rng(3);
  int accepted = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string damaged = bytes;
    for (uint64_t n = 1 + rng.below(6); n > 0; --n)
      damaged[rng.below(damaged.size())] = static_cast<char>(rng.below(256));
    const LargestAllocation watch;
    try {
      const Tokenizer tokenizer = sentencepiece_from_bytes(damaged, "damaged.model");
      tokenizer.encode_ids("ab [X] ب  a");
      ++accepted;
    } catch (const Error&) {
    }
    EXPECT_LE(watch.bytes(), 16u << 20);
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace hodhod::text
