// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/bpe_trainer.h"

#include <algorithm>
#include <unordered_map>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

constexpr uint32_t kOutside = UINT32_MAX;  // a character that is not in the alphabet

struct Pair {
  uint32_t left;
  uint32_t right;
  uint64_t key() const { return uint64_t{left} << 32 | right; }
};

// Counts of adjacent pairs, and the words where each may be found.
class PairTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Entry {
    Pair pair;
    int64_t count = 0;
    uint32_t last_word = kNone;    // the one added last
    uint32_t first_block = kNone;  // of the list of words
    uint32_t last_block = kNone;
    bool joined = false;
  };

  uint32_t find_or_add(Pair pair) {
    if (2 * (entries_.size() + 1) > slots_.size()) grow();
    const uint64_t key = pair.key();
    for (size_t i = hash(key) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i] == 0) {
        entries_.push_back({.pair = pair});
        slots_[i] = static_cast<uint32_t>(entries_.size());
        return static_cast<uint32_t>(entries_.size() - 1);
      }
      if (entries_[slots_[i] - 1].pair.key() == key) return slots_[i] - 1;
    }
  }

  Entry& operator[](uint32_t index) { return entries_[index]; }
  size_t size() const { return entries_.size(); }

  void add_word(uint32_t index, uint32_t word) {
    Entry& entry = entries_[index];
    if (entry.last_word == word) return;
    entry.last_word = word;
    if (entry.last_block == kNone || blocks_[entry.last_block].used == kBlockWords) {
      const uint32_t fresh = new_block();
      (entry.last_block == kNone ? entry.first_block : blocks_[entry.last_block].next) = fresh;
      entry.last_block = fresh;
    }
    Block& block = blocks_[entry.last_block];
    block.words[block.used++] = word;
  }

  // Takes the words of an entry, which has none after that.
  void take_words(uint32_t index, std::vector<uint32_t>& words) {
    words.clear();
    Entry& entry = entries_[index];
    for (uint32_t at = entry.first_block; at != kNone;) {
      Block& block = blocks_[at];
      words.insert(words.end(), block.words, block.words + block.used);
      const uint32_t next = block.next;
      block.next = free_block_;
      free_block_ = at;
      at = next;
    }
    entry.first_block = entry.last_block = entry.last_word = kNone;
  }

 private:
  static constexpr uint32_t kBlockWords = 6;
  struct Block {
    uint32_t words[kBlockWords];
    uint32_t used;
    uint32_t next;
  };

  uint32_t new_block() {
    uint32_t at = free_block_;
    if (at == kNone) {
      at = static_cast<uint32_t>(blocks_.size());
      blocks_.emplace_back();
    } else {
      free_block_ = blocks_[at].next;
    }
    blocks_[at].used = 0;
    blocks_[at].next = kNone;
    return at;
  }

  static size_t hash(uint64_t key) {
    key *= 0x9E3779B97F4A7C15u;
    return key ^ key >> 32;
  }

  void grow() {
    slots_.assign(slots_.empty() ? 4096 : 2 * slots_.size(), 0);
    mask_ = slots_.size() - 1;
    for (size_t at = 0; at < entries_.size(); ++at) {
      size_t i = hash(entries_[at].pair.key()) & mask_;
      while (slots_[i] != 0) i = (i + 1) & mask_;
      slots_[i] = static_cast<uint32_t>(at + 1);
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;
  size_t mask_ = 0;
  std::vector<Block> blocks_;
  uint32_t free_block_ = kNone;
};

class BpeTrainer {
 public:
  BpeTrainer(const std::vector<WordCount>& words, const std::vector<char32_t>& alphabet,
             const BpeTraining& options)
      : options_(options) {
    read_words(words, alphabet);
    for (uint32_t word = 0; word < lengths_.size(); ++word) {
      for (uint32_t i = 0; i + 1 < lengths_[word]; ++i)
        change(word, begins_[word] + i, begins_[word] + i + 1, 1);
    }
    queue_.reserve(pairs_.size());
    for (uint32_t i = 0; i < pairs_.size(); ++i) queue_.push_back({pairs_[i].count, pairs_[i].pair, i});
    touched_.clear();
    std::make_heap(queue_.begin(), queue_.end(), worse);
  }

  BpeResult run() {
    const size_t first = result_.tokens.size();
    while (result_.tokens.size() < options_.tokens && !queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end(), worse);
      const Candidate top = queue_.back();
      queue_.pop_back();
      if (top.count != pairs_[top.index].count) {
        // The count has decreased since the candidate was added; if it had increased there would be another
        // candidate.
        if (pairs_[top.index].count < top.count) push(top.index);
        continue;
      }
      if (top.count < std::max<int64_t>(options_.min_frequency, 1)) break;
      join(top.index);
      if (options_.progress && result_.tokens.size() % 256 == 0) {
        options_.progress("joining pairs", static_cast<double>(result_.tokens.size() - first) /
                                               static_cast<double>(options_.tokens - first));
      }
    }
    return std::move(result_);
  }

 private:
  struct Candidate {
    int64_t count;
    Pair pair;
    uint32_t index;
  };
  static bool worse(const Candidate& a, const Candidate& b) {
    return a.count != b.count ? a.count < b.count : a.pair.key() > b.pair.key();
  }

  void read_words(const std::vector<WordCount>& words, std::vector<char32_t> alphabet) {
    std::sort(alphabet.begin(), alphabet.end());
    alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
    for (const char32_t code : alphabet) add_token(to_utf8(code), 1);
    const auto code_of = [&](char32_t code) {
      const auto found = std::lower_bound(alphabet.begin(), alphabet.end(), code);
      return found != alphabet.end() && *found == code ? static_cast<uint32_t>(found - alphabet.begin())
                                                       : kOutside;
    };
    std::vector<uint32_t> small(0x800);
    for (char32_t code = 0; code < 0x800; ++code) small[code] = code_of(code);

    for (const WordCount& word : words) {
      begins_.push_back(static_cast<uint32_t>(symbols_.size()));
      counts_.push_back(word.count);
      for (size_t at = 0; at < word.word.size();) {
        const Character c = read_character(word.word, at);
        at += c.size;
        const uint32_t plain = c.code < 0x800 ? small[c.code] : code_of(c.code);
        const bool is_first = symbols_.size() == begins_.back(), is_last = at == word.word.size();
        symbols_.push_back(plain == kOutside ? plain : decorated(plain, is_first, is_last));
      }
      check(symbols_.size() < UINT32_MAX / 2, "train: the corpus has too many different words; sample it");
      lengths_.push_back(static_cast<uint32_t>(symbols_.size()) - begins_.back());
    }
  }

  // The symbol of a character with the prefix or suffix that its place in the word asks for.
  uint32_t decorated(uint32_t plain, bool is_first, bool is_last) {
    const bool prefixed = !is_first && !options_.prefix.empty(),
               suffixed = is_last && !options_.suffix.empty();
    if (!prefixed && !suffixed) return plain;
    std::string text = result_.tokens[plain];
    if (prefixed) text = options_.prefix + text;
    if (suffixed) text += options_.suffix;
    return add_token(std::move(text), 1);
  }

  uint32_t add_token(std::string text, size_t characters) {
    const auto [found, is_new] = ids_.emplace(std::move(text), static_cast<uint32_t>(result_.tokens.size()));
    if (is_new) {
      result_.tokens.push_back(found->first);
      characters_.push_back(static_cast<uint32_t>(characters));
    }
    return found->second;
  }

  // Adds `times` × the word's count to the pair of symbols at two places.
  void change(uint32_t word, uint32_t left, uint32_t right, int times) {
    change(word, Pair{symbols_[left], symbols_[right]}, times);
  }
  void change(uint32_t word, Pair pair, int times) {
    if (pair.left == kOutside || pair.right == kOutside) return;
    if (characters_[pair.left] + characters_[pair.right] > options_.max_length) return;
    const uint32_t index = pairs_.find_or_add(pair);
    pairs_[index].count += times * counts_[word];
    if (times > 0) {
      pairs_.add_word(index, word);
      touched_.push_back(index);
    }
  }

  void push(uint32_t index) {
    if (pairs_[index].count < std::max<int64_t>(options_.min_frequency, 1)) return;
    queue_.push_back({pairs_[index].count, pairs_[index].pair, index});
    std::push_heap(queue_.begin(), queue_.end(), worse);
  }

  void join(uint32_t index) {
    const Pair pair = pairs_[index].pair;
    if (!pairs_[index].joined) {
      result_.merges.emplace_back(result_.tokens[pair.left], result_.tokens[pair.right]);
      result_.counts.push_back(pairs_[index].count);
      pairs_[index].joined = true;
    }
    std::string_view right = result_.tokens[pair.right];
    if (!options_.prefix.empty() && right.starts_with(options_.prefix))
      right.remove_prefix(options_.prefix.size());
    // Two ways may lead to one spelling; then it is the same token.
    const uint32_t joined = add_token(result_.tokens[pair.left] + std::string(right),
                                      characters_[pair.left] + characters_[pair.right]);
    pairs_.take_words(index, words_);
    touched_.clear();
    for (const uint32_t word : words_) join_in_word(word, pair, joined);
    pairs_[index].count = 0;
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const uint32_t changed : touched_) {
      if (changed != index) push(changed);
    }
  }

  void join_in_word(uint32_t word, Pair pair, uint32_t joined) {
    uint32_t* symbols = symbols_.data() + begins_[word];
    const uint32_t length = lengths_[word];
    uint32_t out = 0;
    for (uint32_t i = 0; i < length;) {
      if (i + 1 == length || symbols[i] != pair.left || symbols[i + 1] != pair.right) {
        symbols[out++] = symbols[i++];
        continue;
      }
      if (out > 0) {
        change(word, {symbols[out - 1], pair.left}, -1);
        change(word, {symbols[out - 1], joined}, 1);
      }
      if (i + 2 < length) {
        change(word, {pair.right, symbols[i + 2]}, -1);
        change(word, {joined, symbols[i + 2]}, 1);
      }
      symbols[out++] = joined;
      i += 2;
    }
    lengths_[word] = out;
  }

  const BpeTraining& options_;
  BpeResult result_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::vector<uint32_t> characters_;  // of each token

  std::vector<uint32_t> symbols_;  // of all words, one after the other
  std::vector<uint32_t> begins_, lengths_;
  std::vector<int64_t> counts_;

  PairTable pairs_;
  std::vector<Candidate> queue_;  // a heap
  std::vector<uint32_t> touched_, words_;
};

}  // namespace

BpeResult train_bpe(const std::vector<WordCount>& words, const std::vector<char32_t>& alphabet,
                    const BpeTraining& options) {
  return BpeTrainer(words, alphabet, options).run();
}

}  // namespace hodhod::text
