// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/sentencepiece_bpe.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/models/word_cache.h"

namespace hodhod::text {
namespace {

using PieceType = ScoredPiece::Type;

// Up to this many symbols, looking at every pair each time is faster than a heap.
constexpr size_t kFewSymbols = 40;

bool takes_part(PieceType type) {
  return type == PieceType::normal || type == PieceType::user_defined || type == PieceType::unused;
}

}  // namespace

void PieceMerges::reserve(size_t merges) {
  size_t size = 16;
  while (size < 2 * merges) size *= 2;
  if (size <= slots_.size()) return;
  std::vector<Merge> old(size);
  old.swap(slots_);
  mask_ = size - 1;
  for (const Merge& merge : old) {
    if (merge.pair == kEmpty) continue;
    size_t i = slot(merge.pair);
    while (slots_[i].pair != kEmpty) i = (i + 1) & mask_;
    slots_[i] = merge;
  }
}

void PieceMerges::insert(int32_t left, int32_t right, int32_t joined, uint32_t rank) {
  if (2 * (count_ + 1) > slots_.size()) reserve(std::max<size_t>(16, 2 * (count_ + 1)));
  const uint64_t pair = key(left, right);
  size_t i = slot(pair);
  while (slots_[i].pair != kEmpty && slots_[i].pair != pair) i = (i + 1) & mask_;
  count_ += slots_[i].pair == kEmpty;
  slots_[i] = {pair, joined, rank};
}

struct SentencePieceBpe::Buffers : Scratch {
  WordCache words;  // normalised
  WordCache raw;
  std::string word;
  std::vector<Token> tokens;
  std::vector<Token> found;
  std::vector<Symbol> symbols;
  std::vector<const PieceMerges::Merge*> pairs;  // merge_few: of each symbol with the next
  struct Candidate {
    uint32_t rank;
    int32_t left;
    int32_t left_id, right_id;
  };
  std::vector<Candidate> heap;
  std::map<int32_t, std::pair<int32_t, int32_t>> unused;  // an unused piece → what it was joined from
};

SentencePieceBpe::SentencePieceBpe(const std::vector<ScoredPiece>& all, int32_t unknown_id,
                                   bool byte_fallback, std::shared_ptr<const RawWords> raw_words,
                                   const std::string& where) {
  const size_t count = all.size();
  std::vector<std::string> tokens;
  WordCutFinder cuts;
  PieceIds piece_keys, user_keys;
  for (size_t id = 0; id < count; ++id) {
    const ScoredPiece& piece = all[id];
    tokens.push_back(piece.text);
    scores_.push_back(piece.score);
    types_.push_back(piece.type);
    if (!takes_part(piece.type)) continue;
    cuts.add(piece.text);
    piece_keys.emplace_back(piece.text, static_cast<int32_t>(id));
    if (piece.type == PieceType::user_defined) user_keys.emplace_back(piece.text, static_cast<int32_t>(id));
    has_unused_ |= piece.type == PieceType::unused;
  }
  vocabulary_ = Vocabulary(tokens, where);
  cut_ = has_unused_ ? WordCut::none : cuts.result();
  if (cut_ == WordCut::before_space) raw_words_ = std::move(raw_words);
  has_user_defined_ = !user_keys.empty();
  user_defined_ = DoubleArray(std::move(user_keys));
  unknown_ = UnknownPieces(vocabulary_, unknown_id, byte_fallback);
  find_symbols(piece_keys);
  find_merges(piece_keys);
}

// Symbols: the pieces, and then the characters that occur in pieces without being one.
void SentencePieceBpe::find_symbols(const PieceIds& pieces) {
  std::map<std::string_view, int32_t> characters;
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    outputs_.push_back(id);
    lengths_.push_back(static_cast<uint32_t>(vocabulary_.token(id).size()));
  }
  for (const auto& [text, id] : pieces) {
    if (read_character(text).size == text.size()) characters.emplace(text, id);
  }
  for (const auto& [text, id] : pieces) {
    for (size_t at = 0; at < text.size();) {
      const size_t size = read_character(text, at).size;
      if (characters.emplace(text.substr(at, size), static_cast<int32_t>(outputs_.size())).second) {
        outputs_.push_back(vocabulary_.find(text.substr(at, size)));  // a control piece, or −1
        lengths_.push_back(static_cast<uint32_t>(size));
      }
      at += size;
    }
  }
  characters_ = DoubleArray({characters.begin(), characters.end()});
}

// Every way to split a piece into two symbols is a merge; pieces with the same score have the same rank.
void SentencePieceBpe::find_merges(const PieceIds& pieces) {
  std::vector<size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto score = [&](size_t i) { return scores_[static_cast<size_t>(pieces[i].second)]; };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return score(a) > score(b); });
  const DoubleArray trie(pieces);
  const auto symbol = [&](std::string_view text) {
    return read_character(text).size == text.size() ? characters_.find(text) : trie.find(text);
  };
  uint32_t rank = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && score(order[i]) != score(order[i - 1])) ++rank;
    const auto& [text, id] = pieces[order[i]];
    const auto add = [&, whole = text, joined = id](size_t at, int32_t left) {
      const int32_t right = at < whole.size() && left >= 0 ? symbol(whole.substr(at)) : -1;
      if (right >= 0) merges_.insert(left, right, joined, rank);
    };
    const size_t first = read_character(text).size;
    add(first, characters_.find(text.substr(0, first)));
    trie.prefixes(text, [&](size_t at, int32_t left) {
      if (at > first) add(at, left);
    });
  }
}

std::unique_ptr<TokenizerModel::Scratch> SentencePieceBpe::make_scratch() const {
  return std::make_unique<Buffers>();
}

void SentencePieceBpe::encode(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const {
  auto& buffers = static_cast<Buffers&>(scratch);
  PieceOutput output(unknown_, piece, out);
  for (size_t begin = 0; begin < piece.size();) {
    const size_t end = word_end(piece, begin, cut_);
    const std::string_view word = piece.substr(begin, end - begin);
    const auto offset = static_cast<uint32_t>(begin);
    begin = end;
    const WordKey key(word);
    if (const WordCache::Entry* entry = buffers.words.find(key)) {
      buffers.words.for_each_token(*entry, [&](int32_t id, uint32_t from, uint32_t to) {
        output.add(id, offset + from, offset + to);
      });
      continue;
    }
    buffers.found.clear();
    merge_word(word, buffers, buffers.found);
    for (const Token& token : buffers.found) output.add(token.id, offset + token.begin, offset + token.end);
    buffers.words.insert(key, buffers.found);
  }
}

bool SentencePieceBpe::encode_raw(std::string_view text, Scratch& scratch, std::vector<int32_t>& ids) const {
  if (!raw_words_) return false;
  auto& buffers = static_cast<Buffers&>(scratch);
  IdWriter writer(ids);
  const bool differs = raw_words_->first_differs();
  const bool done = raw_words_->for_each(text, buffers.raw, [&](const WordKey& key, bool first) {
    const WordCache::Entry* entry = first && differs ? nullptr : buffers.raw.find(key);
    if (entry == nullptr) return encode_raw_word(key, first, buffers, writer.flush());
    writer.add(buffers.raw, *entry);
    return true;
  });
  done ? writer.flush() : writer.cancel();
  return done;
}

// Encodes a word that is not in the cache.
bool SentencePieceBpe::encode_raw_word(const WordKey& key, bool first, Buffers& buffers,
                                       std::vector<int32_t>& ids) const {
  if (!raw_words_->normalize(key.word, first, buffers.word)) return false;
  buffers.found.clear();
  if (!buffers.word.empty()) merge_word(buffers.word, buffers, buffers.found);
  // A run of unknown pieces is one token across words: the slow path handles that.
  if (!buffers.found.empty() && buffers.found[0].id == kUnknownPiece && !unknown_.as_bytes()) return false;
  buffers.tokens.clear();
  PieceOutput output(unknown_, buffers.word, buffers.tokens);
  for (const Token& token : buffers.found) output.add(token.id, token.begin, token.end);
  for (const Token& token : buffers.tokens) ids.push_back(token.id);
  if (!first || !raw_words_->first_differs()) buffers.raw.insert(key, buffers.tokens);
  return true;
}

void SentencePieceBpe::split(std::string_view word, std::vector<Symbol>& symbols) const {
  symbols.clear();
  for (uint32_t at = 0; at < word.size();) {
    Symbol symbol{-1, kUnknownPiece, at, static_cast<int32_t>(symbols.size()) - 1,
                  static_cast<int32_t>(symbols.size()) + 1};
    size_t size = 0;
    if (has_user_defined_) {
      user_defined_.prefixes(word.substr(at), [&](size_t length, int32_t id) {
        size = length;
        symbol.output = id;
      });
    }
    if (size == 0) {
      size = read_character(word, at).size;
      const int32_t id = characters_.find(word.substr(at, size));
      symbol.id = id;
      if (id >= 0) symbol.output = outputs_[static_cast<size_t>(id)];
    }
    symbols.push_back(symbol);
    at += static_cast<uint32_t>(size);
  }
  symbols.back().next = -1;
}

void SentencePieceBpe::merge_word(std::string_view word, Buffers& buffers, std::vector<Token>& found) const {
  auto& symbols = buffers.symbols;
  split(word, symbols);
  buffers.unused.clear();
  symbols.size() <= kFewSymbols ? merge_few(symbols, buffers) : merge_many(symbols, buffers);
  for (int32_t i = 0; i >= 0; i = symbols[static_cast<size_t>(i)].next) {
    const Symbol& symbol = symbols[static_cast<size_t>(i)];
    const uint32_t end = symbol.next >= 0 ? symbols[static_cast<size_t>(symbol.next)].begin
                                          : static_cast<uint32_t>(word.size());
    if (has_unused_ && symbol.id >= 0) {
      resegment(symbol.id, symbol.begin, end, buffers, found);
    } else {
      found.push_back({symbol.output, symbol.begin, end});
    }
  }
}

void SentencePieceBpe::merge_few(std::vector<Symbol>& symbols, Buffers& buffers) const {
  auto& pairs = buffers.pairs;
  pairs.clear();
  size_t count = symbols.size();
  const auto look = [&](size_t i) -> const PieceMerges::Merge* {
    const auto* merge = merges_.find(symbols[i].id, symbols[i + 1].id);
    if (merge != nullptr) note_merge(*merge, symbols[i].id, symbols[i + 1].id, buffers);
    return merge;
  };
  for (size_t i = 0; i + 1 < count; ++i) pairs.push_back(look(i));
  for (;;) {
    size_t best = count;
    uint32_t best_rank = UINT32_MAX;
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i] != nullptr && pairs[i]->rank < best_rank) {
        best = i;
        best_rank = pairs[i]->rank;
      }
    }
    if (best == count) break;
    const int32_t joined = pairs[best]->joined;
    symbols[best].id = joined;
    symbols[best].output = joined;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(best));
    --count;
    if (best > 0) pairs[best - 1] = look(best - 1);
    if (best + 1 < count) pairs[best] = look(best);
  }
  for (size_t i = 0; i < count; ++i) symbols[i].next = i + 1 < count ? static_cast<int32_t>(i) + 1 : -1;
}

void SentencePieceBpe::merge_many(std::vector<Symbol>& symbols, Buffers& buffers) const {
  using Candidate = Buffers::Candidate;
  auto& heap = buffers.heap;
  heap.clear();
  const auto at = [&](int32_t i) -> Symbol& { return symbols[static_cast<size_t>(i)]; };
  const auto later = [](const Candidate& a, const Candidate& b) {
    return std::tie(a.rank, a.left) > std::tie(b.rank, b.left);
  };
  const auto look = [&](int32_t left) {
    const int32_t right = left >= 0 ? at(left).next : -1;
    if (right < 0) return false;
    const auto* merge = merges_.find(at(left).id, at(right).id);
    if (merge == nullptr) return false;
    note_merge(*merge, at(left).id, at(right).id, buffers);
    heap.push_back({merge->rank, left, at(left).id, at(right).id});
    return true;
  };
  for (size_t i = 0; i < symbols.size(); ++i) look(static_cast<int32_t>(i));
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    const Candidate top = heap.back();
    heap.pop_back();
    Symbol& left = at(top.left);
    // Swallowed symbols have id −2; a candidate whose symbols have changed is stale.
    if (left.id != top.left_id || left.next < 0 || at(left.next).id != top.right_id) continue;
    const int32_t joined = merges_.find(top.left_id, top.right_id)->joined;
    at(left.next).id = -2;
    left.next = at(left.next).next;
    if (left.next >= 0) at(left.next).previous = top.left;
    left.id = joined;
    left.output = joined;
    if (look(left.previous)) std::push_heap(heap.begin(), heap.end(), later);
    if (look(top.left)) std::push_heap(heap.begin(), heap.end(), later);
  }
}

void SentencePieceBpe::note_merge(const PieceMerges::Merge& merge, int32_t left, int32_t right,
                                  Buffers& buffers) const {
  if (has_unused_ && types_[static_cast<size_t>(merge.joined)] == PieceType::unused) {
    buffers.unused[merge.joined] = {left, right};
  }
}

void SentencePieceBpe::resegment(int32_t id, uint32_t begin, uint32_t end, const Buffers& buffers,
                                 std::vector<Token>& found) const {
  const auto split = buffers.unused.find(id);
  if (split == buffers.unused.end()) {
    found.push_back({outputs_[static_cast<size_t>(id)], begin, end});
    return;
  }
  const auto [left, right] = split->second;
  const uint32_t middle = begin + lengths_[static_cast<size_t>(left)];
  resegment(left, begin, middle, buffers, found);
  resegment(right, middle, end, buffers, found);
}

std::string SentencePieceBpe::to_json() const {
  std::vector<std::pair<std::string_view, int32_t>> keys;
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (takes_part(types_[static_cast<size_t>(id)])) keys.emplace_back(vocabulary_.token(id), id);
  }
  const DoubleArray pieces(std::move(keys));
  std::vector<std::tuple<float, int32_t, int32_t>> merges;  // of the joined piece's score; left, right
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    if (types_[static_cast<size_t>(id)] != PieceType::normal) continue;
    const std::string_view text = vocabulary_.token(id);
    const size_t first = merges.size();
    pieces.prefixes(text, [&, joined = static_cast<size_t>(id)](size_t at, int32_t left) {
      const int32_t right = at < text.size() ? pieces.find(text.substr(at)) : -1;
      if (right >= 0) merges.emplace_back(scores_[joined], left, right);
    });
    std::sort(merges.begin() + static_cast<std::ptrdiff_t>(first), merges.end());
  }
  std::stable_sort(merges.begin(), merges.end(),
                   [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
  std::string out = "{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":";
  out += format_json(Json(std::string(vocabulary_.token(*unknown_.id()))), -1);
  out += fmt::format(
      ",\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":true,\"byte_fallback\":{}"
      ","
      "\"ignore_merges\":false,\"vocab\":",
      unknown_.byte_fallback());
  out += vocabulary_.to_json();
  out += ",\"merges\":[";
  bool first = true;
  for (const auto& [score, left, right] : merges) {
    if (!first) out += ',';
    first = false;
    out += '[' + format_json(Json(std::string(vocabulary_.token(left))), -1) + ',' +
           format_json(Json(std::string(vocabulary_.token(right))), -1) + ']';
  }
  return out + "]}";
}

}  // namespace hodhod::text
