// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/bpe.h"

#include <fmt/format.h>

#include <array>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/models/bpe_merges.h"
#include "hodhod/text/models/vocabulary.h"
#include "hodhod/text/models/word_cache.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::text {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

class Bpe : public TokenizerModel {
 public:
  Bpe(Vocabulary vocabulary, const Pairs& merges, BpeOptions options, const std::string& where)
      : vocabulary_(std::move(vocabulary)), options_(std::move(options)), merges_(merges.size()) {
    check(!options_.dropout || (*options_.dropout >= 0 && *options_.dropout <= 1),
          "{}: dropout: expected a number from 0 to 1", where);
    unk_ = options_.unk_token.empty() ? -1 : vocabulary_.find(options_.unk_token);
    order_.reserve(merges.size());
    for (size_t i = 0; i < merges.size(); ++i) add_merge(merges[i], i, where);
    for (unsigned byte = 0; byte < 256; ++byte) {
      fallback_[byte] = vocabulary_.find(fmt::format("<0x{:02X}>", byte));
      alphabet_[byte] = vocabulary_.find(byte_to_utf8(static_cast<uint8_t>(byte)));
      has_alphabet_ = has_alphabet_ && alphabet_[byte] >= 0;
    }
    plain_ = options_.continuing_subword_prefix.empty() && options_.end_of_word_suffix.empty();
  }

  std::string_view type() const override { return "BPE"; }
  std::unique_ptr<Scratch> make_scratch() const override { return std::make_unique<BpeScratch>(); }
  int32_t vocab_size() const override { return vocabulary_.size(); }
  std::optional<int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::string_view id_to_token(int32_t id) const override { return vocabulary_.token(id); }
  std::optional<int32_t> unknown_id() const override { return unk_ < 0 ? std::nullopt : std::optional(unk_); }

  void encode(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const override {
    run(piece, static_cast<BpeScratch&>(scratch), false, out);
  }

  void encode_bytes(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const override {
    if (!has_alphabet_ || !plain_) return TokenizerModel::encode_bytes(piece, scratch, out);
    run(piece, static_cast<BpeScratch&>(scratch), true, out);
  }

  std::string to_json() const override;

 private:
  struct BpeScratch : Scratch {
    WordCache characters, bytes;
    std::vector<Symbol> word;
    uint32_t lead = 0;  // bytes of the piece before the first symbol
    std::string spelling;
    MergeScratch merging;
  };

  void add_merge(const std::pair<std::string, std::string>& pair, size_t rank, const std::string& where) {
    const auto find = [&](std::string_view token) {
      const int32_t id = vocabulary_.find(token);
      check(id >= 0, "{}: merges[{}]: {} is not in the vocabulary", where, rank,
            quote_json(token.substr(0, 60)));
      return id;
    };
    const auto& [left, right] = pair;
    const size_t prefix = options_.continuing_subword_prefix.size();
    check(right.size() >= prefix, "{}: merges[{}]: {} lacks the prefix of continued words", where, rank,
          quote_json(right.substr(0, 60)));
    const int32_t a = find(left), b = find(right);
    merges_.set(a, b, {static_cast<uint32_t>(rank), find(left + right.substr(prefix))});
    order_.emplace_back(a, b);
  }

  void run(std::string_view piece, BpeScratch& scratch, bool bytes, std::vector<Token>& out) const {
    if (options_.ignore_merges && find_whole(piece, scratch, bytes, out)) return;
    WordCache& cache = bytes ? scratch.bytes : scratch.characters;
    const WordKey key(piece);
    if (const WordCache::Entry* entry = options_.dropout ? nullptr : cache.find(key)) {
      return cache.append_tokens(*entry, out);
    }
    const bool covered = bytes ? start_bytes(piece, scratch) : start_characters(piece, scratch);
    merge_symbols(merges_, scratch.word, options_.dropout.value_or(0), scratch.rng, scratch.merging);
    const size_t first = out.size();
    uint32_t begin = scratch.lead;
    for (const Symbol& symbol : scratch.word) {
      out.push_back({symbol.id, begin, begin + symbol.size});
      begin += symbol.size;
    }
    if (!options_.dropout && covered) cache.insert(key, std::span(out).subspan(first));
  }

  bool find_whole(std::string_view piece, BpeScratch& scratch, bool bytes, std::vector<Token>& out) const {
    std::string_view spelling = piece;
    if (bytes) {
      scratch.spelling.clear();
      for (const char c : piece) scratch.spelling.append(byte_to_utf8(static_cast<uint8_t>(c)));
      spelling = scratch.spelling;
    }
    const int32_t id = vocabulary_.find(spelling);
    if (id >= 0) out.push_back({id, 0, static_cast<uint32_t>(piece.size())});
    return id >= 0;
  }

  bool start_bytes(std::string_view piece, BpeScratch& scratch) const {
    scratch.word.clear();
    scratch.lead = 0;
    for (const char c : piece) scratch.word.push_back({alphabet_[static_cast<uint8_t>(c)], 1});
    return true;
  }

  // The characters of a piece as symbols. False if some were left out, so that the symbols do not cover the
  // piece.
  bool start_characters(std::string_view piece, BpeScratch& scratch) const {
    auto& word = scratch.word;
    word.clear();
    scratch.lead = 0;
    bool covered = true;
    bool after_unknown = false;  // the last symbol is an unknown token that more characters may join
    for (size_t i = 0; i < piece.size();) {
      const uint32_t size = read_character(piece, i).size;
      const std::string_view character = piece.substr(i, size);
      const int32_t id = find_character(character, i == 0, i + size == piece.size(), scratch.spelling);
      i += size;
      if (id >= 0) {
        word.push_back({id, size});
      } else if (options_.byte_fallback && push_bytes(character, word)) {
      } else if (unk_ >= 0) {
        if (after_unknown && options_.fuse_unk) {
          word.back().size += size;
        } else {
          word.push_back({unk_, size});
        }
        after_unknown = true;
        continue;
      } else {
        // As in the reference, a character without a token is dropped; its neighbour covers its bytes, so
        // that later ranges stay right.
        covered = false;
        (word.empty() ? scratch.lead : word.back().size) += size;
      }
      after_unknown = false;
    }
    return covered;
  }

  int32_t find_character(std::string_view character, bool first, bool last, std::string& spelling) const {
    if (plain_ || ((first || options_.continuing_subword_prefix.empty()) &&
                   (!last || options_.end_of_word_suffix.empty()))) {
      return vocabulary_.find(character);
    }
    spelling = first ? "" : options_.continuing_subword_prefix;
    spelling.append(character);
    if (last) spelling.append(options_.end_of_word_suffix);
    return vocabulary_.find(spelling);
  }

  bool push_bytes(std::string_view character, std::vector<Symbol>& word) const {
    for (const char c : character) {
      if (fallback_[static_cast<uint8_t>(c)] < 0) return false;
    }
    for (const char c : character) word.push_back({fallback_[static_cast<uint8_t>(c)], 1});
    return true;
  }

  Vocabulary vocabulary_;
  BpeOptions options_;
  MergeTable merges_;
  std::vector<std::pair<int32_t, int32_t>> order_;  // the merges by rank
  int32_t unk_ = -1;
  std::array<int32_t, 256> fallback_;  // <0xXX>
  std::array<int32_t, 256> alphabet_;  // the byte alphabet
  bool has_alphabet_ = true;
  bool plain_ = true;
};

std::string Bpe::to_json() const {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? "null" : quote_json(text); };
  std::string out = "{\"type\":\"BPE\",\"dropout\":";
  out += options_.dropout ? fmt::format("{}", *options_.dropout) : "null";
  out += ",\"unk_token\":" + text_or_null(options_.unk_token);
  out += ",\"continuing_subword_prefix\":" + text_or_null(options_.continuing_subword_prefix);
  out += ",\"end_of_word_suffix\":" + text_or_null(options_.end_of_word_suffix);
  out +=
      fmt::format(",\"fuse_unk\":{},\"byte_fallback\":{},\"ignore_merges\":{},\"vocab\":", options_.fuse_unk,
                  options_.byte_fallback, options_.ignore_merges);
  out += vocabulary_.to_json();
  out += ",\"merges\":[";
  for (size_t i = 0; i < order_.size(); ++i) {
    out += i == 0 ? "[" : ",[";
    append_quoted_json(out, vocabulary_.token(order_[i].first));
    out += ',';
    append_quoted_json(out, vocabulary_.token(order_[i].second));
    out += ']';
  }
  return out + "]}";
}

// ["a", "b"], or "a b" as older files have it.
std::pair<std::string, std::string> read_merge(const Json& merge, size_t rank, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  check(merge.is_string(), "{}: merges[{}]: expected a pair of tokens", where, rank);
  const auto& text = merge.text();
  const size_t blank = text.find(' ');
  check(blank != text.npos && text.find(' ', blank + 1) == text.npos,
        "{}: merges[{}]: expected two tokens in {}", where, rank, quote_json(text.substr(0, 60)));
  return {text.substr(0, blank), text.substr(blank + 1)};
}

}  // namespace

ModelPtr make_bpe(const std::vector<std::string>& tokens, const Pairs& merges, BpeOptions options,
                  const std::string& where) {
  return std::make_unique<Bpe>(Vocabulary(tokens, where), merges, std::move(options), where);
}

ModelPtr make_bpe(const std::vector<std::pair<std::string, int64_t>>& vocabulary, const Pairs& merges,
                  BpeOptions options, const std::string& where) {
  return std::make_unique<Bpe>(Vocabulary(vocabulary, where), merges, std::move(options), where);
}

ModelPtr bpe_from_json(const Json& json, const std::string& where) {
  BpeOptions options;
  const Json* dropout = json_find(json, "dropout");
  if (dropout != nullptr && !dropout->is_null())
    options.dropout = json_as<double>(*dropout, where + ": dropout");
  options.unk_token = json_get_or<std::string>(json, "unk_token", "", where);
  options.continuing_subword_prefix = json_get_or<std::string>(json, "continuing_subword_prefix", "", where);
  options.end_of_word_suffix = json_get_or<std::string>(json, "end_of_word_suffix", "", where);
  options.fuse_unk = json_get_or<bool>(json, "fuse_unk", false, where);
  options.byte_fallback = json_get_or<bool>(json, "byte_fallback", false, where);
  options.ignore_merges = json_get_or<bool>(json, "ignore_merges", false, where);
  const Json* vocab = json_find(json, "vocab");
  const Json* list = json_find(json, "merges");
  check(vocab != nullptr, "{}: the key \"vocab\" is missing", where);
  check(list != nullptr && list->is_array(), "{}: expected \"merges\" as a list", where);
  Pairs merges;
  merges.reserve(list->size());
  for (const Json& merge : *list) merges.push_back(read_merge(merge, merges.size(), where));
  return std::make_unique<Bpe>(Vocabulary::from_json(*vocab, where + ": vocab"), merges, std::move(options),
                               where);
}

}  // namespace hodhod::text
