// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_arpa.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/io/arpa.h"
#include "hodhod/models/ngram_trie_writer.h"

namespace hodhod {
namespace {

constexpr float kMissingWord = -100;  // log10 p of a special word that the file lacks, as in KenLM
constexpr auto kUnknownYet = std::numeric_limits<float>::quiet_NaN();

// The n-grams of one order, which sort() puts in the order of their words.
struct ArpaLevel {
  size_t order = 1;
  std::vector<uint32_t> words = {};  // `order` for each n-gram
  std::vector<float> probabilities = {}, backoffs = {};

  WordScatter scatter{1};

  size_t count() const { return probabilities.size(); }
  // The order of the file.
  bool before(std::span<const uint32_t> a, std::span<const uint32_t> b) const {
    if (a[0] != b[0]) return a[0] < b[0];
    for (size_t i = 1; i < a.size(); ++i) {
      if (a[i] != b[i]) return scatter(a[i]) < scatter(b[i]);
    }
    return false;
  }
  std::span<const uint32_t> words_of(size_t i) const { return std::span(words).subspan(i * order, order); }

  void add(std::span<const uint32_t> ngram, float probability, float backoff) {
    words.insert(words.end(), ngram.begin(), ngram.end());
    probabilities.push_back(probability);
    backoffs.push_back(backoff);
  }

  void sort() {
    const auto less = [this](size_t a, size_t b) { return before(words_of(a), words_of(b)); };
    std::vector<size_t> sorted(count());
    std::iota(sorted.begin(), sorted.end(), size_t{0});
    if (std::is_sorted(sorted.begin(), sorted.end(), less)) return;
    std::sort(sorted.begin(), sorted.end(), less);
    ArpaLevel other{.order = order, .scatter = scatter};
    other.words.reserve(words.size());
    other.probabilities.reserve(count());
    other.backoffs.reserve(count());
    for (const size_t i : sorted) other.add(words_of(i), probabilities[i], backoffs[i]);
    *this = std::move(other);
  }

  // The place of an n-gram in the sorted level.
  std::optional<size_t> find(std::span<const uint32_t> ngram) const {
    size_t begin = 0, end = count();
    while (begin < end) {
      const size_t middle = begin + (end - begin) / 2;
      if (before(words_of(middle), ngram)) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    if (begin == count() || !std::ranges::equal(words_of(begin), ngram)) return std::nullopt;
    return begin;
  }
};

class ArpaImport {
 public:
  explicit ArpaImport(const std::string& path) : reader_(path) {
    for (const std::string_view word : {kArpaUnknown, kArpaBegin, kArpaEnd}) id_of_new(word);
    levels_.resize(reader_.order());
    for (size_t n = 0; n < levels_.size(); ++n) levels_[n].order = n + 1;
  }

  void read() {
    ArpaLevel& unigrams = levels_[0];
    const uint32_t specials[] = {0, 1, 2};
    for (const uint32_t& id : specials) unigrams.add(std::span(&id, 1), kUnknownYet, 0);
    std::vector<uint32_t> ids;
    while (const auto ngram = reader_.next()) {
      ids.clear();
      if (ngram->words.size() == 1) {
        read_unigram(*ngram);
        continue;
      }
      for (const std::string_view word : ngram->words) ids.push_back(id_of(word));
      levels_[ids.size() - 1].add(ids, ngram->log10_probability, ngram->log10_backoff);
    }
    vocabulary_.warnings = reader_.warnings();
    for (size_t id = 0; id < 3; ++id) {
      if (unigrams.probabilities[id] == unigrams.probabilities[id]) continue;
      unigrams.probabilities[id] = kMissingWord;
      vocabulary_.warnings.push_back(fmt::format("the file has no {}; it gets the log10 probability {}",
                                                 vocabulary_.words[id], kMissingWord));
    }
    for (ArpaLevel& level : levels_) {
      level.scatter = WordScatter(vocabulary_.words.size());
      level.sort();
    }
    check_distinct();
  }

  // Adds the n-grams that others need: their first and their last words.
  void complete() {
    size_t added = 0;
    for (size_t n = levels_.size(); n > 2; --n) {
      ArpaLevel& below = levels_[n - 2];
      std::vector<std::vector<uint32_t>> missing;
      for (size_t i = 0; i < levels_[n - 1].count(); ++i) {
        const auto words = levels_[n - 1].words_of(i);
        for (const auto part : {words.first(n - 1), words.last(n - 1)}) {
          if (!below.find(part)) missing.emplace_back(part.begin(), part.end());
        }
      }
      std::sort(missing.begin(), missing.end());
      missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
      for (const auto& words : missing) below.add(words, kUnknownYet, 0);
      below.sort();
      added += missing.size();
    }
    if (added == 0) return;
    for (size_t n = 2; n < levels_.size(); ++n) fill(n);
    vocabulary_.warnings.push_back(
        fmt::format("{} n-grams that longer ones need are missing in the file; they are added", added));
  }

  void write(const std::string& path, int64_t bits) const {
    std::vector<uint64_t> counts;
    std::vector<NgramLevelCodebooks> codebooks;
    for (const ArpaLevel& level : levels_) {
      counts.push_back(level.count());
      if (bits == 8) {
        codebooks.push_back(
            {NgramCodebook::of(level.probabilities, false), NgramCodebook::of(level.backoffs, true)});
      }
    }
    NgramTrieWriter writer(path, std::move(counts), std::move(codebooks));
    for (size_t n = 1; n <= levels_.size(); ++n) {
      const ArpaLevel& level = levels_[n - 1];
      size_t child = 0;  // in the next level
      for (size_t i = 0; i < level.count(); ++i) {
        const auto words = level.words_of(i);
        if (n < levels_.size()) {
          const ArpaLevel& next = levels_[n];
          while (child < next.count() && next.before(next.words_of(child).first(n), words)) ++child;
        }
        writer.add(words.back(), level.probabilities[i], level.backoffs[i], child);
      }
    }
    writer.finish();
  }

  ArpaVocabulary vocabulary() && { return std::move(vocabulary_); }

 private:
  uint32_t id_of_new(std::string_view word) {
    const auto id = static_cast<uint32_t>(vocabulary_.words.size());
    check(ids_.emplace(word, id).second, "{}: the unigram '{}' occurs twice", reader_.place(), word);
    vocabulary_.words.emplace_back(word);
    return id;
  }
  uint32_t id_of(std::string_view word) const {
    const auto found = ids_.find(std::string(word));
    check(found != ids_.end(), "{}: '{}' is not among the unigrams", reader_.place(), word);
    return found->second;
  }

  void read_unigram(const ArpaNgram& ngram) {
    ArpaLevel& unigrams = levels_[0];
    const std::string_view word = ngram.words[0];
    // Some programs write <UNK>.
    const auto special = ids_.find(word == "<UNK>" ? std::string(kArpaUnknown) : std::string(word));
    if (special != ids_.end() && special->second < 3) {
      const uint32_t id = special->second;
      check(unigrams.probabilities[id] != unigrams.probabilities[id], "{}: the unigram '{}' occurs twice",
            reader_.place(), word);
      // <s> is never predicted, though KenLM writes that its probability is 1.
      unigrams.probabilities[id] = id == kArpaBeginId ? kNeverLog10 : ngram.log10_probability;
      unigrams.backoffs[id] = ngram.log10_backoff;
      if (word == "<UNK>") ids_.emplace(word, id);
      return;
    }
    const uint32_t id = id_of_new(word);
    unigrams.add(std::span(&id, 1), ngram.log10_probability, ngram.log10_backoff);
  }

  void check_distinct() const {
    for (const ArpaLevel& level : levels_) {
      for (size_t i = 1; i < level.count(); ++i) {
        if (!std::ranges::equal(level.words_of(i - 1), level.words_of(i))) continue;
        std::string text;
        for (const uint32_t word : level.words_of(i))
          text += (text.empty() ? "" : " ") + vocabulary_.words[word];
        fail("{}: the n-gram '{}' occurs twice", reader_.place().substr(0, reader_.place().rfind(':')), text);
      }
    }
  }

  // Probabilities of added n-grams of order n, whose shorter ones are known.
  void fill(size_t n) {
    ArpaLevel& level = levels_[n - 1];
    const ArpaLevel& below = levels_[n - 2];
    for (size_t i = 0; i < level.count(); ++i) {
      if (level.probabilities[i] == level.probabilities[i]) continue;
      const auto words = level.words_of(i);
      const auto context = below.find(words.first(n - 1)), shorter = below.find(words.last(n - 1));
      level.probabilities[i] = std::min(0.0F, below.backoffs[*context] + below.probabilities[*shorter]);
    }
  }

  ArpaReader reader_;
  ArpaVocabulary vocabulary_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::vector<ArpaLevel> levels_;
};

void check_spelling(const ArpaSpelling& spelling, const std::string& path) {
  std::unordered_set<std::string_view> seen;
  for (size_t id = 0; id < spelling.words.size(); ++id) {
    if (static_cast<int64_t>(id) == spelling.pad) continue;
    const std::string& word = spelling.words[id];
    check(!word.empty() && word.find_first_of(std::string_view(" \t\r\n\0", 5)) == std::string::npos,
          "{}: word {} ('{}') cannot be written, as it is empty or holds what parts words", path, id, word);
    check(seen.insert(word).second, "{}: two words are spelt '{}'", path, word);
  }
}

}  // namespace

ArpaVocabulary write_ngrams_of_arpa(const std::string& arpa, const std::string& trie, int64_t bits) {
  ArpaImport import(arpa);
  import.read();
  import.complete();
  import.write(trie, bits);
  return std::move(import).vocabulary();
}

void write_arpa(const NgramTrie& trie, const ArpaSpelling& spelling, const std::string& arpa) {
  check(spelling.words.size() == trie.vocabulary(), "{}: {} words for a model of {}", arpa,
        spelling.words.size(), trie.vocabulary());
  check_spelling(spelling, arpa);
  const bool shared = spelling.begin == spelling.end && spelling.begin >= 0;
  std::vector<uint64_t> counts = trie.counts();
  counts[0] += (shared ? 1 : 0) - (spelling.pad >= 0 ? 1 : 0);
  ArpaWriter writer(arpa, counts);
  std::vector<std::string_view> words;
  const std::string_view begin = kArpaBegin;
  trie.for_each(1, [&](const NgramEntry& entry) {
    const int64_t id = entry.words[0];
    if (id == spelling.pad) return;
    const bool is_begin = id == spelling.begin, is_end = id == spelling.end;
    if (is_begin) writer.add({std::span(&begin, 1), 0, entry.log10_backoff});
    if (is_begin && !is_end) return;
    const std::string_view word = is_end ? kArpaEnd : std::string_view(spelling.words[entry.words[0]]);
    writer.add({std::span(&word, 1), entry.log10_probability, shared && is_end ? 0 : entry.log10_backoff});
  });
  for (size_t n = 2; n <= trie.order(); ++n) {
    trie.for_each(n, [&](const NgramEntry& entry) {
      words.clear();
      for (const uint32_t id : entry.words) {
        words.push_back(id == spelling.end && !(shared && words.empty()) ? kArpaEnd
                        : id == spelling.begin                           ? kArpaBegin
                                               : std::string_view(spelling.words[id]));
      }
      writer.add({words, entry.log10_probability, entry.log10_backoff});
    });
  }
  writer.finish();
}

}  // namespace hodhod
