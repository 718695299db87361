// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/text_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {
namespace {

// A tokenizer of these tokens with that decoder; <s> is special.
Tokenizer streamed_tokenizer(std::vector<std::string> tokens, DecoderPtr decoder) {
  TokenizerParts parts;
  tokens.insert(tokens.begin(), {"<unk>", "<s>"});
  parts.model = make_word_level(tokens);
  parts.decoder = std::move(decoder);
  parts.added_tokens = {{.content = "<s>", .special = true}};
  return Tokenizer(std::move(parts));
}

std::vector<Tokenizer> streamed_tokenizers() {
  std::vector<std::string> bytes;  // of "aé€😀", as tokens of a byte and of two
  for (const std::string part :
       {"a", "\xC3", "\xA9", "\xE2\x82", "\xAC", "\xF0\x9F", "\x98\x80", " b", "\xE2"})
    bytes.push_back(to_byte_alphabet(part));
  std::vector<DecoderPtr> llama;
  llama.push_back(make_replace_decoder("▁", " "));
  llama.push_back(make_byte_fallback_decoder());
  llama.push_back(make_fuse_decoder());
  llama.push_back(make_strip_decoder(" ", 1, 0));
  std::vector<Tokenizer> all;
  all.push_back(streamed_tokenizer(bytes, make_byte_level_decoder()));
  all.push_back(streamed_tokenizer({"▁the", "▁", "cat", "<0xE2>", "<0x82>", "<0xAC>", "<0x0A>", "سلام"},
                                   make_decoder_sequence(std::move(llama))));
  all.push_back(streamed_tokenizer({"▁the", "▁", "cat", "▁sat", "."}, make_metaspace_decoder()));
  all.push_back(
      streamed_tokenizer({"the", "##s", "cat", ".", "##ly", ",", "n't"}, make_word_piece_decoder()));
  all.push_back(streamed_tokenizer({"the</w>", "c", "at</w>", "s"}, make_bpe_decoder()));
  all.push_back(streamed_tokenizer({"the", "cat"}, nullptr));
  return all;
}

TEST(TextStream, GivesWhatDecodingAllOfThemGives) {
  const auto tokenizers = streamed_tokenizers();
  for (size_t t = 0; t < tokenizers.size(); ++t) {
    const Tokenizer& tokenizer = tokenizers[t];
    for (uint64_t seed = 0; seed < 40; ++seed) {
      Rng rng(seed, t);
      std::vector<int64_t> ids;
      const size_t count = rng.below(120), begin = rng.below(count + 1);
      for (size_t i = 0; i < count; ++i)
        ids.push_back(1 + static_cast<int64_t>(rng.below(static_cast<uint64_t>(tokenizer.vocab_size()) - 1)));
      const std::string before = tokenizer.decode({ids.begin(), ids.begin() + static_cast<int64_t>(begin)});
      const std::string whole = tokenizer.decode({ids.begin(), ids.end()});
      ASSERT_TRUE(whole.starts_with(before));
      TextStream stream(tokenizer, std::span(ids).first(begin));
      std::string grown;
      for (size_t i = begin; i < count;) {
        const size_t some = std::min<size_t>(count - i, 1 + rng.below(3));
        grown += stream.add(std::span(ids).subspan(i, some));
        i += some;
      }
      grown += stream.finish();
      EXPECT_EQ(grown, whole.substr(before.size())) << "tokenizer " << t << ", seed " << seed;
    }
  }
}

TEST(TextStream, CharactersComeWhole) {
  const Tokenizer tokenizer = std::move(streamed_tokenizers()[0]);
  TextStream stream(tokenizer, {});
  EXPECT_EQ(stream.add(2), "a");
  EXPECT_EQ(stream.add(3), "");  // the first byte of é
  EXPECT_EQ(stream.add(4), "é");
  EXPECT_EQ(stream.add(7), "");
  EXPECT_EQ(stream.add(1), "");  // a special token
  EXPECT_EQ(stream.add(8), "😀");
  EXPECT_EQ(stream.add(3), "");
  EXPECT_EQ(stream.finish(), "\xC3");
  EXPECT_EQ(stream.finish(), "");
}

// A word that is unknown stands before what is written like any other, and is not shown itself. A token that
// also ends texts is no word.
TEST(TextStream, GoesOnBehindAnUnknownWord) {
  for (const bool ends : {false, true}) {
    TokenizerParts parts;
    parts.model = make_word_level({"<unk>", "the", "cat"});
    parts.added_tokens = {{.content = "<unk>", .special = true}};
    parts.roles = {{"unk_token", "<unk>"}};
    if (ends) parts.roles.emplace_back("eos_token", "<unk>");
    const Tokenizer tokenizer(std::move(parts));
    const std::string blank = ends ? "" : " ";
    for (const std::vector<int64_t>& before : {std::vector<int64_t>{0}, {0, 0}}) {
      TextStream stream(tokenizer, before);
      EXPECT_EQ(stream.add(2), blank + "cat");
      EXPECT_EQ(stream.add(0), "");
      EXPECT_EQ(stream.add(1), " the");
    }
    TextStream known(tokenizer, std::vector<int64_t>{1, 0});
    EXPECT_EQ(known.add(2), " cat");
  }
}

}  // namespace
}  // namespace hodhod::text
