// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/threads.h"
#include "hodhod/text/after/template_processing.h"
#include "hodhod/text/models/bpe.h"
#include "hodhod/text/models/unigram.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/persian.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/testing/random_text.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {
namespace {

using Ids = std::vector<int32_t>;
using Strings = std::vector<std::string>;

std::vector<std::string> byte_tokens() {
  Strings tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(byte_to_utf8(static_cast<uint8_t>(byte)));
  return tokens;
}

// Byte level, with merges for some English and Persian words.
Tokenizer byte_level_tokenizer(std::vector<AddedToken> added = {}, bool add_prefix_space = false) {
  Strings tokens = byte_tokens();
  std::vector<std::pair<std::string, std::string>> merges;
  for (const std::string word : {" the", "The", " سلام", "می", "\u200C", "😀"}) {
    std::string joined = to_byte_alphabet(word.substr(0, 1));
    for (size_t i = 1; i < word.size(); ++i) {
      const std::string next = to_byte_alphabet(word.substr(i, 1));
      if (std::find(tokens.begin(), tokens.end(), joined + next) == tokens.end()) {
        merges.emplace_back(joined, next);
        tokens.push_back(joined + next);
      }
      joined += next;
    }
  }
  TokenizerParts parts;
  parts.model = make_bpe(tokens, merges);
  parts.pre_tokenizer = make_byte_level({.add_prefix_space = add_prefix_space});
  parts.decoder = make_byte_level_decoder();
  parts.added_tokens = std::move(added);
  return Tokenizer(std::move(parts));
}

// Metaspace, characters, bytes for the rest.
Tokenizer byte_fallback_tokenizer() {
  Strings tokens = {"<unk>", "▁", "a", "b", "س", "ل", "▁a", "سل"};
  for (int byte = 0; byte < 256; ++byte) tokens.push_back(fmt::format("<0x{:02X}>", byte));
  TokenizerParts parts;
  parts.normalizer = make_replace(" ", "▁");
  parts.model = make_bpe(tokens, {{"▁", "a"}, {"س", "ل"}},
                         {.unk_token = "<unk>", .fuse_unk = true, .byte_fallback = true});
  std::vector<DecoderPtr> decoders;
  decoders.push_back(make_replace_decoder("▁", " "));
  decoders.push_back(make_byte_fallback_decoder());
  decoders.push_back(make_fuse_decoder());
  parts.decoder = make_decoder_sequence(std::move(decoders));
  return Tokenizer(std::move(parts));
}

// Words, for tests that look at what is around the model.
Tokenizer word_tokenizer(std::vector<AddedToken> added = {}, NormalizerPtr normalizer = nullptr) {
  TokenizerParts parts;
  parts.normalizer = std::move(normalizer);
  parts.pre_tokenizer = make_whitespace();
  parts.model = make_word_level({"<unk>", "a", "b", "c", "d", "e", "[CLS]", "[SEP]"});
  parts.post_processor =
      make_template_processing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", {{"[CLS]", 6}, {"[SEP]", 7}});
  parts.added_tokens = std::move(added);
  return Tokenizer(std::move(parts));
}

void expect_same(const Encoding& a, const Encoding& b) {
  EXPECT_EQ(a.ids, b.ids);
  EXPECT_EQ(a.type_ids, b.type_ids);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.characters, b.characters);
  EXPECT_EQ(a.words, b.words);
}

TEST(Tokenizer, BytesComeBack) {
  Rng rng(7);
  const Tokenizer levels[] = {byte_level_tokenizer(), byte_fallback_tokenizer()};
  for (const Tokenizer& tokenizer : levels) {
    for (int i = 0; i < 400; ++i) {
      std::string text = i % 2 ? random_bytes(rng, rng.below(60)) : random_text(rng, rng.below(30));
      // The fallback tokenizer writes blanks as ▁, so that ▁ itself reads back as a blank.
      if (!tokenizer.is_byte_level()) {
        for (size_t at; (at = text.find("▁")) != text.npos;) text.erase(at, 3);
      }
      EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids(text)), text);
    }
  }
}

TEST(Tokenizer, OffsetsSliceBackToTheSurface) {
  Rng rng(8);
  const Tokenizer levels[] = {byte_level_tokenizer(), byte_fallback_tokenizer()};
  for (const Tokenizer& tokenizer : levels) {
    for (int i = 0; i < 200; ++i) {
      const std::string text = i % 2 ? random_bytes(rng, rng.below(60)) : random_text(rng, rng.below(30));
      const Encoding encoding = tokenizer.encode(text);
      EXPECT_EQ(encoding.ids, tokenizer.encode_ids(text));
      std::string all;
      for (size_t t = 0; t < encoding.size(); ++t) {
        const Range bytes = encoding.bytes[t], characters = encoding.characters[t];
        const std::string surface = text.substr(bytes.begin, bytes.size());
        all += surface;
        if (tokenizer.is_byte_level()) {
          EXPECT_EQ(from_byte_alphabet(tokenizer.id_to_token(encoding.ids[t])), surface);
        }
        // The characters it touches, counted from the beginning.
        uint32_t first = 0, last = 0;
        for (uint32_t at = 0, n = 0; at < text.size(); ++n) {
          if (at <= bytes.begin) first = n;
          if (at < bytes.end) last = n + 1;
          at += read_character(text, at).size;
        }
        EXPECT_EQ(characters, (Range{first, last}));
      }
      EXPECT_EQ(all, text);
    }
  }
}

TEST(Tokenizer, CharacterOffsets) {
  const Tokenizer tokenizer = byte_level_tokenizer();
  const std::string text = "é 😁a";
  const Encoding encoding = tokenizer.encode(text);
  // Two bytes of é, the blank, three bytes and one of 😁, a.
  ASSERT_EQ(encoding.size(), 6u);
  EXPECT_EQ(encoding.characters[0], (Range{0, 1}));
  EXPECT_EQ(encoding.characters[1], (Range{0, 1}));
  EXPECT_EQ(encoding.bytes[1], (Range{1, 2}));
  EXPECT_EQ(encoding.characters[3], (Range{2, 3}));
  EXPECT_EQ(encoding.characters[4], (Range{2, 3}));
  EXPECT_EQ(encoding.characters[5], (Range{3, 4}));
}

TEST(Tokenizer, OffsetsAreOfTheTextBeforeNormalisation) {
  const Tokenizer tokenizer = word_tokenizer({}, make_unicode_normalizer(UnicodeForm::nfkc));
  const std::string text = "\u24D0 \u3000b ﬁ";  // ⓐ becomes a, ﬁ becomes fi
  const Encoding encoding = tokenizer.encode(text, {.add_special_tokens = false});
  EXPECT_EQ(encoding.ids, (Ids{1, 2, 0}));
  EXPECT_EQ(encoding.bytes, (std::vector<Range>{{0, 3}, {7, 8}, {9, 12}}));
  EXPECT_EQ(encoding.characters, (std::vector<Range>{{0, 1}, {3, 4}, {5, 6}}));
  EXPECT_EQ(encoding.words, (std::vector<int32_t>{0, 1, 2}));
}

TEST(Tokenizer, ABatchIsAsEachAlone) {
  Rng rng(9);
  const Tokenizer tokenizer =
      byte_level_tokenizer({{.content = "<s>", .normalized = false, .special = true}});
  Strings texts;
  for (int i = 0; i < 200; ++i) texts.push_back(random_text(rng, rng.below(50)));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const int threads = thread_count();
  for (const int n : {1, 4}) {
    set_thread_count(n);
    const auto batch = tokenizer.encode_batch(views);
    for (size_t i = 0; i < texts.size(); ++i) {
      expect_same(batch[i], tokenizer.encode(texts[i]));
      EXPECT_EQ(batch[i].ids, tokenizer.encode_ids(texts[i]));
    }
  }
  set_thread_count(threads);
}

TEST(Tokenizer, TemplatesAndPairs) {
  const Tokenizer tokenizer = word_tokenizer();
  const Encoding one = tokenizer.encode("a b");
  EXPECT_EQ(one.ids, (Ids{6, 1, 2, 7}));
  EXPECT_EQ(one.special_tokens_mask, (std::vector<uint8_t>{1, 0, 0, 1}));
  EXPECT_EQ(one.words, (Ids{-1, 0, 1, -1}));
  const Encoding two = tokenizer.encode_pair("a b", "c");
  EXPECT_EQ(two.ids, (Ids{6, 1, 2, 7, 3, 7}));
  EXPECT_EQ(two.type_ids, (Ids{0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(two.sequences, (Ids{-1, 0, 0, -1, 1, -1}));
  EXPECT_EQ(two.bytes[4], (Range{0, 1}));
  EXPECT_EQ(tokenizer.encode_ids("a b", true), one.ids);
  EXPECT_EQ(tokenizer.encode_ids("a b"), (Ids{1, 2}));
}

TEST(Tokenizer, TruncatesAndPads) {
  Tokenizer tokenizer = word_tokenizer();
  tokenizer.set_truncation(Truncation{.max_length = 4, .stride = 1});
  const Encoding cut = tokenizer.encode("a b c d");
  EXPECT_EQ(cut.ids, (Ids{6, 1, 2, 7}));
  ASSERT_EQ(cut.overflow.size(), 2u);
  EXPECT_EQ(cut.overflow[0].ids, (Ids{6, 2, 3, 7}));
  EXPECT_EQ(cut.overflow[1].ids, (Ids{6, 3, 4, 7}));
  tokenizer.set_truncation(Truncation{.max_length = 4, .side = Side::left});
  EXPECT_EQ(tokenizer.encode("a b c").ids, (Ids{6, 2, 3, 7}));
  tokenizer.set_truncation(Truncation{.max_length = 7});
  EXPECT_EQ(tokenizer.encode_pair("a b c d e", "a").ids, (Ids{6, 1, 2, 3, 7, 1, 7}));
  EXPECT_EQ(tokenizer.encode_pair("a b c d e", "a b c d").ids.size(), 7u);
  tokenizer.set_truncation(Truncation{.max_length = 6, .strategy = TruncationStrategy::only_second});
  EXPECT_EQ(tokenizer.encode_pair("a b", "c d").ids, (Ids{6, 1, 2, 7, 3, 7}));
  EXPECT_THROW(tokenizer.encode("a b c d e a b"), Error);
  tokenizer.set_truncation(Truncation{.max_length = 3, .stride = 5});
  EXPECT_THROW(tokenizer.encode("a b c d"), Error);
  tokenizer.set_truncation(std::nullopt);
  tokenizer.set_padding(Padding{.multiple_of = 4, .id = 5});
  const auto batch = tokenizer.encode_batch({"a", "a b c"});
  EXPECT_EQ(batch[0].ids, (Ids{6, 1, 7, 5, 5, 5, 5, 5}));
  EXPECT_EQ(batch[0].attention_mask, (std::vector<uint8_t>{1, 1, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(batch[1].size(), 8u);
  tokenizer.set_padding(Padding{.length = 5, .side = Side::left});
  EXPECT_EQ(tokenizer.encode("a").ids, (Ids{0, 0, 6, 1, 7}));
}

TEST(Tokenizer, AddedTokens) {
  const Tokenizer tokenizer =
      word_tokenizer({{.content = "<mask>", .lstrip = true, .normalized = false, .special = true},
                      {.content = "a b", .rstrip = true, .normalized = false},
                      {.content = "b", .single_word = true, .normalized = false},
                      {.content = "ENTRY"}},
                     make_lowercase());
  const int32_t mask = *tokenizer.token_to_id("<mask>"), entry = *tokenizer.token_to_id("ENTRY"),
                phrase = *tokenizer.token_to_id("a b");
  EXPECT_EQ(mask, 8);
  EXPECT_EQ(tokenizer.vocab_size(), 11);
  EXPECT_EQ(tokenizer.encode_ids("a  <mask>c"), (Ids{1, mask, 3}));
  EXPECT_EQ(tokenizer.encode("a  <mask>c", {.add_special_tokens = false}).bytes[1], (Range{1, 9}));
  EXPECT_EQ(tokenizer.encode_ids("a b  c"), (Ids{phrase, 3}));
  EXPECT_EQ(tokenizer.encode_ids("b bb b"), (Ids{2, 0, 2}));
  EXPECT_EQ(tokenizer.encode_ids("Entry c"), (Ids{entry, 3}));
  EXPECT_EQ(tokenizer.decode({1, mask, 3}), "a c");
  EXPECT_EQ(tokenizer.decode({1, mask, 3}, false), "a <mask> c");
}

TEST(Tokenizer, UnknownTokensComeWithWhatTheyStandFor) {
  const auto unknown_in = [](const Tokenizer& tokenizer, const std::string& text) {
    Ids ids = {7};
    Strings unknown = {"before"};
    tokenizer.encode_ids(text, ids, &unknown);
    EXPECT_EQ(Ids(ids.begin() + 1, ids.end()), tokenizer.encode_ids(text)) << text;
    EXPECT_EQ(unknown[0], "before");
    EXPECT_EQ(std::ssize(unknown) - 1, std::count(ids.begin() + 1, ids.end(), 0)) << text;
    return Strings(unknown.begin() + 1, unknown.end());
  };
  const Tokenizer words = word_tokenizer({{.content = "<mask>", .normalized = false}}, make_lowercase());
  EXPECT_EQ(unknown_in(words, "a Hoopoe, b"), (Strings{"hoopoe", ","}));
  EXPECT_EQ(unknown_in(words, "Hoopoe<mask>هدهد a"), (Strings{"hoopoe", "هدهد"}));
  EXPECT_EQ(unknown_in(words, "a b"), Strings());

  TokenizerParts parts;
  parts.pre_tokenizer = make_metaspace({});
  parts.model = make_unigram({{"<unk>", 0}, {"▁", -2}, {"a", -2}, {"▁a", -1}}, 0, false);
  EXPECT_EQ(unknown_in(Tokenizer(std::move(parts)), "a xy a☃"), (Strings{"xy", "☃"}));
}

TEST(Tokenizer, ReadableTokens) {
  const Tokenizer tokenizer = byte_level_tokenizer();
  std::string tokens;
  for (const int32_t id : tokenizer.encode_ids("می\u200C خ"))
    tokens += "[" + tokenizer.readable_token(id) + "]";
  EXPECT_EQ(tokens, "[می][\u200C][ ⟨D8⟩][⟨AE⟩]");
  const Tokenizer fallback = byte_fallback_tokenizer();
  EXPECT_EQ(fallback.readable_token(fallback.encode_ids("é")[0]), "⟨C3⟩");
}

TEST(Tokenizer, PrefixSpaceAndTrimmedOffsets) {
  const Tokenizer tokenizer = byte_level_tokenizer({}, true);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids("the")), " the");
  const Encoding encoding = tokenizer.encode("the the");
  EXPECT_EQ(encoding.bytes, (std::vector<Range>{{0, 3}, {3, 7}}));
}

TEST(Tokenizer, SavesAndLoads) {
  const TemporaryDirectory directory;
  Tokenizer tokenizer = word_tokenizer({{.content = "[CLS]", .normalized = false, .special = true},
                                        {.content = "</s>", .normalized = false, .special = true}},
                                       make_persian_normalizer());
  tokenizer.set_role("eos_token", "</s>");
  tokenizer.set_truncation(Truncation{.max_length = 100});
  tokenizer.set_padding(Padding{.length = 7});
  tokenizer.save(directory / "model");
  for (const char* name : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"}) {
    EXPECT_TRUE(file_exists(directory / "model" + "/" + name)) << name;
  }
  const Tokenizer again = Tokenizer::load(directory / "model");
  EXPECT_EQ(again.to_json(), tokenizer.to_json());
  EXPECT_EQ(again.role("eos_token"), tokenizer.token_to_id("</s>"));
  EXPECT_EQ(again.role("cls_token"), 6);
  EXPECT_EQ(again.role("pad_token"), std::nullopt);
  expect_same(again.encode("a كb </s>"), tokenizer.encode("a كb </s>"));
}

TEST(Tokenizer, PiecesForTrainers) {
  const Tokenizer tokenizer = byte_level_tokenizer();
  Strings pieces;
  tokenizer.for_each_piece("the end", [&](std::string_view piece, bool bytes) {
    EXPECT_TRUE(bytes);
    pieces.emplace_back(piece);
  });
  EXPECT_EQ(pieces, (Strings{"the", " end"}));
}

TEST(Tokenizer, RobertaAndBertProcessing) {
  const auto with = [](PostProcessorPtr processor) {
    TokenizerParts parts;
    parts.pre_tokenizer = make_whitespace_split();
    parts.model = make_word_level({"<unk>", "a", "b"});
    parts.post_processor = std::move(processor);
    return Tokenizer(std::move(parts));
  };
  const Tokenizer bert = with(make_bert_processing({"[SEP]", 11}, {"[CLS]", 10}));
  EXPECT_EQ(bert.encode_pair("a", "b").ids, (Ids{10, 1, 11, 2, 11}));
  EXPECT_EQ(bert.encode_pair("a", "b").type_ids, (Ids{0, 0, 0, 1, 1}));
  const Tokenizer roberta = with(make_roberta_processing({"</s>", 11}, {"<s>", 10}));
  EXPECT_EQ(roberta.encode_pair("a", "b").ids, (Ids{10, 1, 11, 11, 2, 11}));
  EXPECT_EQ(roberta.encode_pair("a", "b").type_ids, (Ids{0, 0, 0, 0, 0, 0}));
}

TEST(Decoders, Kinds) {
  const auto decode = [](const Decoder& decoder, Strings tokens) {
    decoder.apply(tokens);
    std::string all;
    for (const auto& token : tokens) all += token;
    return all;
  };
  EXPECT_EQ(decode(*make_word_piece_decoder(), {"un", "##aff", "do", "n", "'", "t", "."}), "unaff do n ' t.");
  EXPECT_EQ(decode(*make_metaspace_decoder(), {"▁a", "b", "▁c"}), "ab c");
  EXPECT_EQ(decode(*make_bpe_decoder(), {"a", "b</w>", "c</w>"}), "ab c");
  EXPECT_EQ(decode(*make_byte_fallback_decoder(), {"<0xC3>", "<0xA9>", "<0xZZ>"}), "é<0xZZ>");
  EXPECT_EQ(decode(*make_strip_decoder(" ", 1, 0), {"  a"}), " a");
  EXPECT_EQ(decode(*make_replace_decoder("▁", " "), {"▁a"}), " a");
  EXPECT_EQ(decode(*make_byte_level_decoder(), {"Ġa", "<s> é中"}), " a<s> é中");
  EXPECT_EQ(decode(*make_bpe_decoder(), {}), "");
  const std::string json =
      R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"_"},"content":" "},{"type":"ByteFallback"},)"
      R"({"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0},{"type":"WordPiece","prefix":"##","cleanup":false},)"
      R"({"type":"BPEDecoder","suffix":"</w>"},{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true}]})";
  EXPECT_EQ(format_json(decoder_from_json(parse_json(json, "t"), "t")->to_json(), -1), json);
}

}  // namespace
}  // namespace hodhod::text
