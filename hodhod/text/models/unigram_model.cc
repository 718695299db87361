// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/unigram_model.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"

namespace hodhod::text {
namespace {

constexpr double kUnknownPenalty = 10;

// How much two sums over a word of `size` bytes may differ by rounding to float, relative to the greatest
// sum: each piece rounds by at most 2⁻²⁴ in either. Twice that, since the sums are known approximately.
double rounding(size_t size) { return 0x1p-22 * static_cast<double>(size + 4); }

}  // namespace

struct UnigramModel::Buffers : Scratch {
  UnigramBuffers lattice;
  WordCache words;  // normalised
  WordCache raw;
  std::string word;
  std::vector<Token> tokens;
  std::vector<Token> found;
};

UnigramModel::UnigramModel(std::vector<std::pair<std::string, double>> pieces, std::optional<int32_t> unk_id,
                           UnigramOptions options, const std::string& where)
    : sentences_(options.sentences) {
  check(!pieces.empty(), "{}: Unigram: the vocabulary is empty", where);
  check(!unk_id || (*unk_id >= 0 && static_cast<size_t>(*unk_id) < pieces.size()),
        "{}: Unigram: unk_id {} is not the id of one of its {} tokens", where, unk_id.value_or(0),
        pieces.size());
  double lowest = pieces[0].second;
  std::vector<std::string> tokens;
  for (auto& [token, score] : pieces) {
    check(std::isfinite(score), "{}: Unigram: the score of token {} is not finite", where, tokens.size());
    lowest = std::min(lowest, score);
    scores_.push_back(score);
    tokens.push_back(std::move(token));
  }
  std::vector<std::pair<std::string_view, int32_t>> keys;
  WordCutFinder cuts;
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].empty() || (!options.used.empty() && !options.used[id])) continue;
    keys.emplace_back(tokens[id], static_cast<int32_t>(id));
    cuts.add(tokens[id]);
  }
  vocabulary_ = Vocabulary(tokens, where);
  table_.trie = DoubleArray(std::move(keys));
  table_.scores = options.used_scores.empty() ? scores_ : std::move(options.used_scores);
  table_.unknown_score = options.unknown_score.value_or(lowest - kUnknownPenalty);
  cut_ = cuts.result();
  if (cut_ == WordCut::before_space && options.sentences) raw_words_ = std::move(options.raw_words);
  unknown_ = UnknownPieces(vocabulary_, unk_id, options.byte_fallback);
}

std::unique_ptr<TokenizerModel::Scratch> UnigramModel::make_scratch() const {
  return std::make_unique<Buffers>();
}

void UnigramModel::encode(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const {
  auto& buffers = static_cast<Buffers&>(scratch);
  if (piece.empty()) return;
  PieceOutput output(unknown_, piece, out);
  if (sentences_) return encode_sentence(piece, buffers, output);
  const size_t before = out.size();
  for (size_t begin = 0; begin < piece.size();) {
    const size_t end = word_end(piece, begin, cut_);
    const std::string_view word = piece.substr(begin, end - begin);
    const auto offset = static_cast<uint32_t>(begin);
    begin = end;
    const WordCache::Entry* entry = lookup(word, buffers);
    // A near tie may be resolved differently in the sum over the whole piece, and a long word is not cached.
    if (entry == nullptr || (word.size() < piece.size() && entry->limit * rounding(word.size()) < 1e-6)) {
      out.resize(before);
      PieceOutput whole(unknown_, piece, out);
      buffers.found.clear();
      best_segmentation(table_, piece, buffers.lattice, buffers.found);
      for (const Token& token : buffers.found) whole.add(token.id, token.begin, token.end);
      return;
    }
    buffers.words.for_each_token(
        *entry, [&](int32_t id, uint32_t from, uint32_t to) { output.add(id, offset + from, offset + to); });
  }
}

// The word's entry in the cache, which is added if absent; nullptr if the word cannot be cached. Its limit is
// the sum up to which rounding to float cannot change the word's pieces.
const WordCache::Entry* UnigramModel::lookup(std::string_view word, Buffers& buffers) const {
  if (word.size() > WordCache::kLongestWord) return nullptr;
  const WordKey key(word);
  if (const WordCache::Entry* entry = buffers.words.find(key)) return entry;
  buffers.found.clear();
  const double gap = best_segmentation(table_, word, buffers.lattice, buffers.found);
  return buffers.words.insert(key, buffers.found, 0, static_cast<float>(gap / rounding(word.size())));
}

// A word's pieces do not depend on the words around it, except by rounding: SentencePiece sums in float from
// the beginning of the sentence, so a near tie may go either way. If the word's gap is within the rounding at
// the current size of the sum, the word is segmented again with that sum.
void UnigramModel::encode_sentence(std::string_view text, Buffers& buffers, PieceOutput& output) const {
  float sum = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = word_end(text, begin, cut_);
    const std::string_view word = text.substr(begin, end - begin);
    const auto offset = static_cast<uint32_t>(begin);
    begin = end;
    if (const WordCache::Entry* entry = lookup(word, buffers)) {
      float next = sum;
      buffers.words.for_each_token(*entry, [&](int32_t id, uint32_t, uint32_t) {
        next = static_cast<float>(static_cast<double>(next) + score_of(id));
      });
      if (std::max(std::fabs(sum), std::fabs(next)) < entry->limit) {
        buffers.words.for_each_token(*entry, [&](int32_t id, uint32_t from, uint32_t to) {
          output.add(id, offset + from, offset + to);
        });
        sum = next;
        continue;
      }
    }
    buffers.found.clear();
    sum = best_segmentation_in_float(table_, word, sum, buffers.lattice, buffers.found);
    for (const Token& token : buffers.found) output.add(token.id, offset + token.begin, offset + token.end);
  }
}

// The sum over a text from its beginning, computed only when needed: for most words an upper bound is enough.
struct UnigramModel::RawSum {
  float bound = 0;   // ≥ |sum|
  float exact = 0;   // the sum after ids[0, known)
  size_t known = 0;  // of the ids behind `bound`
};

bool UnigramModel::encode_raw(std::string_view text, Scratch& scratch, std::vector<int32_t>& ids) const {
  if (!raw_words_) return false;
  auto& buffers = static_cast<Buffers&>(scratch);
  IdWriter writer(ids);
  RawSum sum{.known = ids.size()};
  const bool differs = raw_words_->first_differs();
  const bool done = raw_words_->for_each(text, buffers.raw, [&](const WordKey& key, bool first) {
    const WordCache::Entry* entry = first && differs ? nullptr : buffers.raw.find(key);
    if (entry == nullptr || sum.bound + entry->weight >= entry->limit) {
      return encode_raw_word(key, first, sum, buffers, writer.flush());
    }
    sum.bound += entry->weight;
    writer.add(buffers.raw, *entry);
    return true;
  });
  done ? writer.flush() : writer.cancel();
  return done;
}

// Encodes a word that is not in the cache, or whose near tie depends on the sum so far.
bool UnigramModel::encode_raw_word(const WordKey& key, bool first, RawSum& sum, Buffers& buffers,
                                   std::vector<int32_t>& ids) const {
  if (!raw_words_->normalize(key.word, first, buffers.word)) return false;
  // Ids since the last call belong to words in the cache, which are known pieces.
  for (; sum.known < ids.size(); ++sum.known) {
    sum.exact = static_cast<float>(static_cast<double>(sum.exact) +
                                   table_.scores[static_cast<size_t>(ids[sum.known])]);
  }
  sum.bound = std::fabs(sum.exact);
  buffers.found.clear();
  const double gap = best_segmentation(table_, buffers.word, buffers.lattice, buffers.found);
  bool known = true;
  double weight = 0;
  float after = sum.exact;
  for (const Token& token : buffers.found) {
    known &= token.id != kUnknownPiece;
    const double score = score_of(token.id);
    weight += std::fabs(score);
    after = static_cast<float>(static_cast<double>(after) + score);
  }
  const double limit = gap / rounding(buffers.word.size());
  if (known && (!first || !raw_words_->first_differs())) {
    buffers.raw.insert(key, buffers.found, static_cast<float>(weight), static_cast<float>(limit));
  }
  if (static_cast<double>(sum.bound) + weight >= limit) {
    buffers.found.clear();
    after = best_segmentation_in_float(table_, buffers.word, sum.exact, buffers.lattice, buffers.found);
    known = std::none_of(buffers.found.begin(), buffers.found.end(),
                         [](const Token& token) { return token.id == kUnknownPiece; });
  }
  // A run of unknown pieces that continues over a space is one token: the slow path handles that.
  if (!known && !unknown_.as_bytes() && buffers.found[0].id == kUnknownPiece) return false;
  buffers.tokens.clear();
  PieceOutput output(unknown_, buffers.word, buffers.tokens);
  for (const Token& token : buffers.found) output.add(token.id, token.begin, token.end);
  for (const Token& token : buffers.tokens) ids.push_back(token.id);
  sum = {.bound = std::fabs(after), .exact = after, .known = ids.size()};
  return true;
}

std::vector<Token> UnigramModel::finish(std::string_view text, const std::vector<Token>& found) const {
  std::vector<Token> tokens;
  PieceOutput output(unknown_, text, tokens);
  for (const Token& token : found) output.add(token.id, token.begin, token.end);
  return tokens;
}

std::string UnigramModel::to_json() const {
  std::string out = "{\"type\":\"Unigram\",\"unk_id\":";
  out += unknown_.id() ? fmt::format("{}", *unknown_.id()) : "null";
  out += ",\"vocab\":[";
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (id > 0) out += ',';
    const double score = scores_[static_cast<size_t>(id)];
    out += '[';
    out += format_json(Json(std::string(vocabulary_.token(id))), -1);
    out += fmt::format(",{}{}]", score, score == std::floor(score) && std::fabs(score) < 1e15 ? ".0" : "");
  }
  out += fmt::format("],\"byte_fallback\":{}}}", unknown_.byte_fallback());
  return out;
}

}  // namespace hodhod::text
