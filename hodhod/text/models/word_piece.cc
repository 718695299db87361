// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_piece.h"

#include <fmt/format.h>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/models/vocabulary.h"
#include "hodhod/text/models/word_cache.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::text {
namespace {

class WordPiece : public TokenizerModel {
 public:
  WordPiece(Vocabulary vocabulary, WordPieceOptions options, const std::string& where)
      : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
    unk_ = vocabulary_.find(options_.unk_token);
    check(options_.max_input_chars_per_word >= 0, "{}: max_input_chars_per_word is negative", where);
    for (int32_t id = 0; id < vocabulary_.size(); ++id) {
      longest_ = std::max(longest_, vocabulary_.token(id).size());
    }
  }

  std::string_view type() const override { return "WordPiece"; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<WordPieceScratch>(); }
  int32_t vocab_size() const override { return vocabulary_.size(); }
  std::optional<int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::string_view id_to_token(int32_t id) const override { return vocabulary_.token(id); }
  std::optional<int32_t> unknown_id() const override { return unk_ < 0 ? std::nullopt : std::optional(unk_); }

  void encode(std::string_view piece, Scratch& base, std::vector<Token>& out) const override {
    auto& scratch = static_cast<WordPieceScratch&>(base);
    const WordKey key(piece);
    if (const WordCache::Entry* entry = scratch.cache.find(key))
      return scratch.cache.append_tokens(*entry, out);
    const size_t first = out.size();
    if (!cut(piece, scratch.spelling, out)) {
      out.resize(first);
      check(unk_ >= 0, "WordPiece: the unknown token {} is not in the vocabulary",
            quote_json(options_.unk_token));
      out.push_back({unk_, 0, static_cast<uint32_t>(piece.size())});
    }
    scratch.cache.insert(key, std::span(out).subspan(first));
  }

  std::string to_json() const override {
    return fmt::format(
        R"({{"type":"WordPiece","unk_token":{},"continuing_subword_prefix":{},"max_input_chars_per_word":{},"vocab":{}}})",
        quote_json(options_.unk_token), quote_json(options_.continuing_subword_prefix),
        options_.max_input_chars_per_word, vocabulary_.to_json());
  }

 private:
  struct WordPieceScratch : Scratch {
    WordCache cache;
    std::string spelling;
  };

  bool cut(std::string_view piece, std::string& spelling, std::vector<Token>& out) const {
    const auto limit = static_cast<size_t>(options_.max_input_chars_per_word);
    if (piece.size() > limit && count_characters(piece) > limit) return false;
    for (size_t begin = 0; begin < piece.size();) {
      spelling = begin == 0 ? "" : options_.continuing_subword_prefix;
      const size_t prefix = spelling.size();
      // No token is longer than `longest_`, so a long word is not searched from its end every time.
      size_t end = longest_ > prefix ? std::min(piece.size(), begin + longest_ - prefix) : begin;
      while (end < piece.size() && end > begin && is_continuation(piece[end])) --end;
      spelling.append(piece.substr(begin, end - begin));
      int32_t id = -1;
      while (end > begin && (id = vocabulary_.find(spelling)) < 0) {
        end -= read_character_before(piece.substr(begin), end - begin).size;
        spelling.resize(prefix + end - begin);
      }
      if (id < 0) return false;
      out.push_back({id, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
      begin = end;
    }
    return true;
  }

  Vocabulary vocabulary_;
  WordPieceOptions options_;
  int32_t unk_ = -1;
  size_t longest_ = 0;  // bytes of the longest token
};

}  // namespace

ModelPtr make_word_piece(const std::vector<std::string>& tokens, WordPieceOptions options,
                         const std::string& where) {
  return std::make_unique<WordPiece>(Vocabulary(tokens, where), std::move(options), where);
}

ModelPtr word_piece_from_json(const Json& json, const std::string& where) {
  WordPieceOptions options;
  options.unk_token = json_get_or<std::string>(json, "unk_token", options.unk_token, where);
  options.continuing_subword_prefix =
      json_get_or<std::string>(json, "continuing_subword_prefix", options.continuing_subword_prefix, where);
  options.max_input_chars_per_word =
      json_get_or<int>(json, "max_input_chars_per_word", options.max_input_chars_per_word, where);
  const Json* vocab = json_find(json, "vocab");
  check(vocab != nullptr, "{}: the key \"vocab\" is missing", where);
  return std::make_unique<WordPiece>(Vocabulary::from_json(*vocab, where + ": vocab"), std::move(options),
                                     where);
}

}  // namespace hodhod::text
