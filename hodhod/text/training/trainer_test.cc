// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/training/bpe_trainer.h"
#include "hodhod/text/training/seed_pieces.h"
#include "hodhod/text/training/unigram_trainer.h"
#include "hodhod/text/training/word_counter.h"

namespace hodhod::text {
namespace {

// Words of syllables, the frequent ones shorter, some of them Persian.
std::vector<std::string> make_lines(int count, uint64_t seed = 1) {
  const std::vector<std::string> syllables = {"ka",  "to", "mi", "re", "sa", "می",
                                              "خوا", "هم", "ها", "x",  "lo", "n"};
  Rng rng(seed);
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    std::string line;
    for (uint64_t words = 3 + rng.below(6); words > 0; --words) {
      if (!line.empty()) line += ' ';
      for (uint64_t parts = 1 + rng.below(3); parts > 0; --parts) {
        line += syllables[std::min(rng.below(syllables.size()), rng.below(syllables.size()))];
      }
    }
    lines.push_back(line);
  }
  return lines;
}

LineSource source_of(const std::vector<std::string>& lines) {
  return [&lines, at = size_t{0}](std::string& line) mutable {
    if (at == lines.size()) return false;
    line = lines[at++];
    return true;
  };
}

Tokenizer pipeline(bool byte_level) {
  TokenizerParts parts;
  parts.model = make_word_level({"<unk>"});
  parts.pre_tokenizer = byte_level ? make_byte_level() : make_metaspace();
  parts.decoder = byte_level ? make_byte_level_decoder() : make_metaspace_decoder();
  return Tokenizer(std::move(parts));
}

TokenizerTraining options_of(ModelKind kind) {
  TokenizerTraining options;
  options.kind = kind;
  options.vocabulary = 120;
  options.special_tokens = {{.content = "<s>", .special = true}, {.content = "</s>", .special = true}};
  return options;
}

TEST(Trainer, SameWhateverTheThreadsAndTheOrder) {
  std::vector<std::string> lines = make_lines(2000);
  const int threads = thread_count();
  for (const ModelKind kind :
       {ModelKind::bpe, ModelKind::wordpiece, ModelKind::unigram, ModelKind::word, ModelKind::character}) {
    std::set<std::string> models;
    for (const int n : {1, 2, 5}) {
      set_thread_count(n);
      for (int i = 0; i < 2; ++i) {
        Tokenizer tokenizer = pipeline(false);
        train_tokenizer(tokenizer, source_of(lines), options_of(kind));
        models.insert(tokenizer.to_json());
        std::reverse(lines.begin(), lines.end());
        std::rotate(lines.begin(), lines.begin() + 777, lines.end());
      }
    }
    EXPECT_EQ(models.size(), 1u) << static_cast<int>(kind);
  }
  set_thread_count(threads);
}

TEST(Trainer, WhatIsTrainedEncodes) {
  const std::vector<std::string> lines = make_lines(500);
  for (const ModelKind kind :
       {ModelKind::bpe, ModelKind::wordpiece, ModelKind::unigram, ModelKind::word, ModelKind::character}) {
    Tokenizer tokenizer = pipeline(false);
    TokenizerTraining options = options_of(kind);
    options.character_coverage = 1;
    if (kind == ModelKind::word) options.vocabulary = 100000;
    train_tokenizer(tokenizer, source_of(lines), options);
    EXPECT_LE(tokenizer.vocab_size(), options.vocabulary);
    EXPECT_EQ(tokenizer.token_to_id("<s>"), 0);
    EXPECT_TRUE(tokenizer.is_special(1));
    const Tokenizer again = Tokenizer::from_json(tokenizer.to_json(), "again");
    for (const std::string& line : lines) {
      const auto ids = tokenizer.encode_ids(line);
      if (kind != ModelKind::wordpiece && kind != ModelKind::word) {
        EXPECT_EQ(tokenizer.decode(ids), line);
      }
      EXPECT_EQ(again.encode_ids(line), ids);
    }
    EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids("<s>")), "");
  }
}

TEST(Trainer, BytesComeBack) {
  for (const bool fallback : {false, true}) {
    for (const ModelKind kind : {ModelKind::bpe, ModelKind::unigram}) {
      if (!fallback && kind == ModelKind::unigram) continue;
      Tokenizer tokenizer = pipeline(!fallback);
      TokenizerTraining options = options_of(kind);
      options.vocabulary = 400;
      options.byte_level = !fallback;
      options.byte_fallback = fallback;
      train_tokenizer(tokenizer, source_of(make_lines(300)), options);
      Rng rng(5);
      for (int i = 0; i < 100; ++i) {
        std::string text = "a";
        for (uint64_t n = rng.below(30); n > 0; --n) text += static_cast<char>(rng.below(256));
        if (fallback && text.find("\xE2\x96\x81") != std::string::npos) continue;
        if (!fallback) {
          EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids(text)), " " + text);
        }
      }
    }
  }
}

// Sennrich et al.'s algorithm as written: count all pairs, join the best, start again.
std::vector<std::pair<std::string, std::string>> naive_merges(const std::vector<WordCount>& words,
                                                              size_t count,
                                                              const std::vector<std::string>& alphabet) {
  std::vector<std::vector<std::string>> split;
  for (const WordCount& word : words) {
    auto& parts = split.emplace_back();
    for (size_t at = 0; at < word.word.size();) {
      const size_t size = read_character(word.word, at).size;
      parts.push_back(word.word.substr(at, size));
      at += size;
    }
  }
  std::vector<std::string> tokens = alphabet;
  const auto id = [&](const std::string& token) {
    return std::find(tokens.begin(), tokens.end(), token) - tokens.begin();
  };
  std::vector<std::pair<std::string, std::string>> merges;
  while (merges.size() < count) {
    std::map<std::pair<std::string, std::string>, int64_t> pairs;
    for (size_t w = 0; w < words.size(); ++w) {
      for (size_t i = 0; i + 1 < split[w].size(); ++i)
        pairs[{split[w][i], split[w][i + 1]}] += words[w].count;
    }
    std::pair<std::string, std::string> best;
    int64_t best_count = 1;
    for (const auto& [pair, n] : pairs) {
      const bool earlier =
          std::pair(id(pair.first), id(pair.second)) < std::pair(id(best.first), id(best.second));
      if (n > best_count || (n == best_count && best_count > 1 && earlier)) {
        best = pair;
        best_count = n;
      }
    }
    if (best_count < 2) break;
    merges.push_back(best);
    if (const std::string joined = best.first + best.second;
        id(joined) == static_cast<std::ptrdiff_t>(tokens.size())) {
      tokens.push_back(joined);
    }
    for (auto& parts : split) {
      std::vector<std::string> joined;
      for (size_t i = 0; i < parts.size(); ++i) {
        if (i + 1 < parts.size() && parts[i] == best.first && parts[i + 1] == best.second) {
          joined.push_back(parts[i] + parts[i + 1]);
          ++i;
        } else {
          joined.push_back(parts[i]);
        }
      }
      parts = joined;
    }
  }
  return merges;
}

TEST(BpeTrainer, SameMergesAsTheAlgorithmAsWritten) {
  Tokenizer plain = pipeline(false);
  for (const uint64_t seed : {1, 2, 3}) {
    std::vector<WordCount> words =
        count_words(plain, source_of(make_lines(120, seed)), options_of(ModelKind::bpe));
    words.push_back({"aaaaaaa", 9});
    words.push_back({"aaaa", 7});
    std::vector<char32_t> alphabet = choose_alphabet(words, 1, 0, {});
    BpeTraining training;
    training.tokens = alphabet.size() + 60;
    training.max_length = 1000;
    const BpeResult result = train_bpe(words, alphabet, training);
    const std::vector<std::string> characters(
        result.tokens.begin(), result.tokens.begin() + static_cast<std::ptrdiff_t>(alphabet.size()));
    EXPECT_EQ(result.merges, naive_merges(words, result.merges.size(), characters));
  }
}

TEST(SeedPieces, AreTheRepeatedSubstrings) {
  const std::vector<WordCount> words = {{"banana", 2}, {"bandana", 1}, {"nab", 5}, {"x", 1}, {"aaaaaaaa", 1}};
  const size_t longest = 5;
  const Segments segments = make_segments(words, choose_alphabet(words, 1, 0, {}), 128);
  const SeedPieces pieces = find_seed_pieces(segments, longest, 1000);
  // Brute force: counts, and whether a substring has two continuations (the end of a word being one of its
  // own).
  std::map<std::u32string, int64_t> counts;
  std::map<std::u32string, std::multiset<char>> continuations;
  for (const WordCount& word : words) {
    const std::u32string text(word.word.begin(), word.word.end());
    for (size_t begin = 0; begin < text.size(); ++begin) {
      for (size_t size = 1; size <= longest && begin + size <= text.size(); ++size) {
        const auto part = text.substr(begin, size);
        counts[part] += word.count;
        continuations[part].insert(begin + size < text.size() ? static_cast<char>(text[begin + size]) : '$');
      }
    }
  }
  std::map<std::u32string, int64_t> found;
  for (size_t i = 0; i < pieces.lengths.size(); ++i) {
    std::u32string text;
    for (size_t j = 0; j < pieces.lengths[i]; ++j) {
      text += segments.alphabet[segments.codes[pieces.begins[i] + j] - 1u];
    }
    EXPECT_EQ(pieces.counts[i], counts[text]);
    EXPECT_TRUE(found.emplace(text, i).second);
  }
  for (const auto& [text, next] : continuations) {
    const bool ends = next.count('$') > 0, differs = std::set<char>(next.begin(), next.end()).size() > 1;
    const bool is_node = text.size() == 1 || differs || (ends && counts[text] >= 2) ||
                         (text.size() == longest && next.size() > 1);
    EXPECT_EQ(found.count(text), is_node && (text.size() == 1 || counts[text] >= 2) ? 1u : 0u)
        << std::string(text.begin(), text.end());
  }
  // Every place lists the pieces that begin there, shorter ones first.
  for (size_t place = 0; place < segments.codes.size(); ++place) {
    std::set<std::u32string> expected, listed;
    std::u32string text;
    for (size_t i = place; segments.codes[i] != 0 && text.size() < longest; ++i) {
      text += segments.alphabet[segments.codes[i] - 1u];
      if (text.size() > 1 && found.count(text) > 0) expected.insert(text);
    }
    size_t last = 1;
    for (uint32_t e = pieces.offsets[place]; e < pieces.offsets[place + 1]; ++e) {
      const size_t length = pieces.edges[e] & ((1u << kLengthBits) - 1);
      EXPECT_GT(length, last);
      last = length;
      listed.insert(text.substr(0, length));
      EXPECT_EQ(found[text.substr(0, length)], pieces.edges[e] >> kLengthBits);
    }
    EXPECT_EQ(listed, expected);
  }
}

TEST(UnigramTrainer, Digamma) {
  EXPECT_NEAR(digamma(1), -0.57721566490153286, 1e-13);
  EXPECT_NEAR(digamma(0.5), -1.9635100260214235, 1e-13);
  EXPECT_NEAR(digamma(10), 2.2517525890667211, 1e-13);
  EXPECT_NEAR(digamma(1e6), std::log(1e6) - 0.5e-6, 1e-12);
}

TEST(UnigramTrainer, FindsTheWords) {
  // Words run together: what repeats in different company is what a unigram model should find.
  std::vector<WordCount> words;
  const std::vector<std::string> parts = {"kitchen", "garden", "window", "table"};
  for (const auto& a : parts) {
    for (const auto& b : parts) {
      for (const auto& c : parts) words.push_back({a + b + c, 10});
    }
  }
  std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.word < b.word; });
  UnigramTraining training;
  const auto alphabet = choose_alphabet(words, 1, 0, {});
  training.size = alphabet.size() + 4;
  const auto pieces = train_unigram(make_segments(words, alphabet, 128), training);
  ASSERT_EQ(pieces.size(), training.size);
  std::set<std::string> first;
  double total = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (i < 4) first.insert(pieces[i].first);
    total += std::exp(pieces[i].second);
    if (i > 0) {
      EXPECT_GE(pieces[i - 1].second, pieces[i].second);
    }
  }
  EXPECT_EQ(first, std::set<std::string>(parts.begin(), parts.end()));
  EXPECT_LE(total, 1.0);
}

TEST(Trainer, SamplesWhatIsTooBig) {
  std::vector<std::string> lines;
  for (int64_t i = 0; i < 60000; ++i)
    lines.push_back("w" + std::to_string(i * 7919) + " x" + std::to_string(i * 104729));
  TokenizerTraining options = options_of(ModelKind::word);
  Tokenizer plain = pipeline(false);
  int plans = 0;
  double share = 0;
  options.plan = [&](int64_t bytes, double kept) {
    ++plans;
    share = kept;
    EXPECT_LE(bytes, options.max_memory);
  };
  EXPECT_EQ(count_words(plain, source_of(lines), options).size(), 120000u);
  EXPECT_EQ(share, 1.0);
  options.max_memory = 28 << 20;
  const auto words = count_words(plain, source_of(lines), options);
  EXPECT_EQ(plans, 2);
  EXPECT_LT(share, 0.6);
  EXPECT_GT(share, 0.1);
  EXPECT_NEAR(static_cast<double>(words.size()), 120000 * share, 3000);
  std::reverse(lines.begin(), lines.end());
  const auto again = count_words(plain, source_of(lines), options);
  ASSERT_EQ(again.size(), words.size());
  for (size_t i = 0; i < words.size(); ++i) EXPECT_EQ(again[i].word, words[i].word);
  options.max_memory = 1 << 20;
  EXPECT_THROW(count_words(plain, source_of(lines), options), Error);
}

}  // namespace
}  // namespace hodhod::text
