// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/trainer.h"

#include <algorithm>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/models/bpe.h"
#include "hodhod/text/models/unigram.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/models/word_piece.h"
#include "hodhod/text/training/bpe_trainer.h"
#include "hodhod/text/training/segments.h"
#include "hodhod/text/training/unigram_trainer.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/byte_tokens.h"

namespace hodhod::text {
namespace {

constexpr size_t kLongestSegment = 128;

bool needs_unknown(const TokenizerTraining& options) {
  return !(options.kind == ModelKind::bpe && options.byte_level);
}

// The tokens before the learned ones: special tokens, the unknown token, bytes.
std::vector<std::string> reserved_tokens(const TokenizerTraining& options) {
  std::vector<std::string> tokens;
  const auto has = [&](const std::string& token) {
    return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
  };
  for (const AddedToken& token : options.special_tokens) {
    check(!has(token.content), "train: the special token \"{}\" occurs twice", token.content);
    tokens.push_back(token.content);
  }
  if (needs_unknown(options) && !options.unknown_token.empty() && !has(options.unknown_token)) {
    tokens.push_back(options.unknown_token);
  }
  if (options.byte_fallback && (options.kind == ModelKind::bpe || options.kind == ModelKind::unigram ||
                                options.kind == ModelKind::character)) {
    for (int byte = 0; byte < 256; ++byte) tokens.push_back(byte_token(static_cast<uint8_t>(byte)));
  }
  check(static_cast<size_t>(std::max(options.vocabulary, 0)) > tokens.size(),
        "train: a vocabulary of {} has no room beside {} special tokens and bytes", options.vocabulary,
        tokens.size());
  return tokens;
}

// Adds the learned tokens that are not reserved already, up to the size.
void add_learned(std::vector<std::string>& tokens, std::vector<std::string> learned, int32_t size) {
  const std::unordered_set<std::string> reserved(tokens.begin(), tokens.end());
  for (std::string& token : learned) {
    if (tokens.size() == static_cast<size_t>(size)) break;
    if (!reserved.contains(token)) tokens.push_back(std::move(token));
  }
}

std::vector<char32_t> alphabet_of(const std::vector<WordCount>& words, const TokenizerTraining& options) {
  if (options.byte_level) {
    std::vector<char32_t> bytes;
    for (int byte = 0; byte < 256; ++byte) bytes.push_back(byte_to_character(static_cast<uint8_t>(byte)));
    return bytes;
  }
  const bool covers =
      options.kind == ModelKind::unigram || options.kind == ModelKind::bpe || options.byte_fallback;
  return choose_alphabet(words, covers ? options.character_coverage : 1.0, options.limit_alphabet,
                         options.initial_alphabet);
}

ModelPtr train_unigram_model(std::vector<WordCount> words, const TokenizerTraining& options) {
  std::vector<std::string> reserved = reserved_tokens(options);
  UnigramTraining training;
  training.size = static_cast<size_t>(options.vocabulary) - reserved.size();
  training.seed_size = static_cast<size_t>(std::max(options.seed_size, 0));
  training.max_length = static_cast<size_t>(std::max(options.max_token_length, 1));
  training.shrinking_factor = options.shrinking_factor;
  training.em_iterations = std::max(options.em_iterations, 1);
  training.progress = options.progress;
  check(options.shrinking_factor > 0 && options.shrinking_factor < 1,
        "train: `shrinking_factor` is {}; give a number above 0 and below 1", options.shrinking_factor);
  Segments segments = make_segments(words, alphabet_of(words, options), kLongestSegment);
  words = {};
  auto learned = train_unigram(std::move(segments), training);
  std::vector<std::pair<std::string, double>> pieces;
  for (const std::string& token : reserved) pieces.emplace_back(token, 0.0);
  const std::unordered_set<std::string> taken(reserved.begin(), reserved.end());
  for (auto& piece : learned) {
    if (!taken.contains(piece.first)) pieces.push_back(std::move(piece));
  }
  std::optional<int32_t> unknown;
  if (const auto at = std::find(reserved.begin(), reserved.end(), options.unknown_token);
      at != reserved.end()) {
    unknown = static_cast<int32_t>(at - reserved.begin());
  }
  return make_unigram(std::move(pieces), unknown, options.byte_fallback);
}

BpeResult learn_bpe(const std::vector<WordCount>& words, const TokenizerTraining& options, size_t reserved,
                    const std::string& prefix) {
  const std::vector<char32_t> alphabet = alphabet_of(words, options);
  const auto room = static_cast<size_t>(options.vocabulary) - reserved;
  check(room >= alphabet.size(),
        "train: a vocabulary of {} tokens has no room for {} characters; raise `vocabulary`, or limit the "
        "alphabet",
        options.vocabulary, alphabet.size());
  BpeTraining training;
  training.tokens = options.kind == ModelKind::character ? 0 : room;
  training.min_frequency = options.min_frequency;
  training.max_length = static_cast<size_t>(std::max(options.max_token_length, 1));
  training.prefix = prefix;
  training.suffix = options.kind == ModelKind::character ? std::string() : options.end_of_word_suffix;
  training.progress = options.progress;
  return train_bpe(words, alphabet, training);
}

ModelPtr train_bpe_model(const std::vector<WordCount>& words, const TokenizerTraining& options) {
  std::vector<std::string> tokens = reserved_tokens(options);
  const bool is_char = options.kind == ModelKind::character;
  BpeResult learned =
      learn_bpe(words, options, tokens.size(), is_char ? std::string() : options.continuing_subword_prefix);
  add_learned(tokens, std::move(learned.tokens), options.vocabulary);
  BpeOptions bpe;
  if (needs_unknown(options)) bpe.unk_token = options.unknown_token;
  if (!is_char) {
    bpe.continuing_subword_prefix = options.continuing_subword_prefix;
    bpe.end_of_word_suffix = options.end_of_word_suffix;
  }
  bpe.fuse_unk = !is_char && needs_unknown(options);
  bpe.byte_fallback = options.byte_fallback;
  return make_bpe(tokens, learned.merges, bpe);
}

ModelPtr train_word_piece_model(const std::vector<WordCount>& words, const TokenizerTraining& options) {
  std::vector<std::string> tokens = reserved_tokens(options);
  WordPieceOptions pieces;
  pieces.unk_token = options.unknown_token;
  if (!options.continuing_subword_prefix.empty())
    pieces.continuing_subword_prefix = options.continuing_subword_prefix;
  BpeResult learned = learn_bpe(words, options, tokens.size(), pieces.continuing_subword_prefix);
  add_learned(tokens, std::move(learned.tokens), options.vocabulary);
  return make_word_piece(tokens, pieces);
}

ModelPtr train_word_model(const std::vector<WordCount>& words, const TokenizerTraining& options) {
  std::vector<const WordCount*> order;
  for (const WordCount& word : words) {
    if (word.count >= options.min_frequency) order.push_back(&word);
  }
  std::sort(order.begin(), order.end(), [](const WordCount* a, const WordCount* b) {
    return a->count != b->count ? a->count > b->count : a->word < b->word;
  });
  std::vector<std::string> tokens = reserved_tokens(options), learned;
  for (const WordCount* word : order) {
    if (learned.size() == static_cast<size_t>(options.vocabulary)) break;
    learned.push_back(word->word);
  }
  add_learned(tokens, std::move(learned), options.vocabulary);
  return make_word_level(tokens, options.unknown_token);
}

ModelPtr train(std::vector<WordCount> words, const TokenizerTraining& options) {
  check(!words.empty(), "train: the corpus holds no words");
  switch (options.kind) {
    case ModelKind::unigram:
      return train_unigram_model(std::move(words), options);
    case ModelKind::bpe:
    case ModelKind::character:
      return train_bpe_model(words, options);
    case ModelKind::wordpiece:
      return train_word_piece_model(words, options);
    case ModelKind::word:
      return train_word_model(words, options);
  }
  fail("train: no such kind of model");
}

}  // namespace

ModelPtr train_model(const std::vector<WordCount>& words, const TokenizerTraining& options) {
  return train(words, options);
}

void train_tokenizer(Tokenizer& pipeline, const LineSource& lines, const TokenizerTraining& options) {
  ModelPtr model = train(count_words(pipeline, lines, options), options);
  std::vector<AddedToken> added = options.special_tokens;
  const auto is_unknown = [&](const AddedToken& token) { return token.content == options.unknown_token; };
  if (needs_unknown(options) && model->token_to_id(options.unknown_token) &&
      std::none_of(added.begin(), added.end(), is_unknown)) {
    added.push_back({.content = options.unknown_token, .normalized = false, .special = true});
  }
  pipeline.set_model(std::move(model), std::move(added));
}

}  // namespace hodhod::text
