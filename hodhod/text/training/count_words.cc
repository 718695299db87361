// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/count_words.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/models/word_cut.h"
#include "hodhod/text/training/word_counter.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/scripts.h"

namespace hodhod::text {
namespace {

constexpr size_t kBatchBytes = size_t{4} << 20;

// Lines on their way to the threads.
struct Batch {
  std::string text;
  std::vector<size_t> ends;

  size_t size() const { return ends.size(); }
  std::string_view line(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(text).substr(begin, ends[i] - begin);
  }
};

class Counting {
 public:
  Counting(const Tokenizer& pipeline, const TokenizerTraining& options)
      : pipeline_(pipeline), options_(options) {
    // A prefix or suffix marks the position in a word, which is lost if the word is split.
    splits_scripts_ = options.split_scripts && options.continuing_subword_prefix.empty() &&
                      options.end_of_word_suffix.empty() &&
                      (options.kind == ModelKind::unigram || options.kind == ModelKind::bpe);
  }

  void add(const Batch& batch) {
    for (size_t i = 0; i < batch.size(); ++i)
      bytes_[stratum_of_line(batch.line(i), options_.seed)] += batch.line(i).size();
    parallel_for(static_cast<int64_t>(batch.size()), 16, [&](int64_t begin, int64_t end) {
      const std::unique_ptr<WordCounter> counter = take();
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
        count_line(batch.line(i), *counter);
      give(*counter);
    });
    uint64_t waiting = 0;
    for (const auto& counter : free_) waiting += counter->memory();
    const auto budget = static_cast<uint64_t>(std::max<int64_t>(options_.max_memory, 0));
    if (waiting > std::min(std::max<uint64_t>(total_.memory(), uint64_t{64} << 20), budget / 8)) collect();
  }

  std::vector<WordCount> finish() {
    collect();
    if (options_.plan) options_.plan(static_cast<int64_t>(estimate()), share());
    free_.clear();
    std::vector<WordCount> words;
    words.reserve(total_.entries().size());
    for (const WordCounter::Entry& entry : total_.entries()) {
      int64_t count = 0;
      for (size_t i = first_; i < kStrata; ++i) count += entry.counts[i];
      const std::string_view word = total_.word(entry);
      if (is_lost(word)) continue;
      words.push_back({is_bytes_ ? to_byte_alphabet(word) : std::string(word), count});
    }
    total_ = WordCounter();
    std::sort(words.begin(), words.end(),
              [](const WordCount& a, const WordCount& b) { return a.word < b.word; });
    return words;
  }

 private:
  // A whole word is a token, and a vocabulary is stored as UTF-8: one with other bytes would come back as
  // another word, which no text has. It stays unknown.
  bool is_lost(std::string_view word) const {
    const bool whole = options_.kind == ModelKind::word || options_.kind == ModelKind::character;
    return whole && !is_bytes_ && !is_utf8(word);
  }

  void count_line(std::string_view line, WordCounter& counter) {
    const size_t stratum = stratum_of_line(line, options_.seed);
    if (stratum < first_) return;
    pipeline_.for_each_piece(line, [&](std::string_view piece, bool bytes) {
      if (bytes) is_bytes_ = true;
      if (options_.kind == ModelKind::character) return count_characters(piece, stratum, counter);
      if (bytes) return counter.add(piece, stratum);
      // A pipeline that keeps spaces (as SentencePiece's) still has words.
      for (size_t begin = 0; begin < piece.size();) {
        const size_t end = word_end(piece, begin, WordCut::before_space);
        while (begin < end) {
          const std::string_view rest = piece.substr(begin, end - begin);
          const size_t size = splits_scripts_ ? script_end(rest) : rest.size();
          counter.add(rest.substr(0, size), stratum);
          begin += size;
        }
      }
    });
  }

  // For a character model each character is a word.
  static void count_characters(std::string_view piece, size_t stratum, WordCounter& counter) {
    for (size_t at = 0; at < piece.size();) {
      const size_t size = read_character(piece, at).size;
      counter.add(piece.substr(at, size), stratum);
      at += size;
    }
  }

  // One counter a thread.
  std::unique_ptr<WordCounter> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<WordCounter>();
    auto counter = std::move(free_.back());
    free_.pop_back();
    return counter;
  }
  void give(WordCounter& counter) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::make_unique<WordCounter>(std::move(counter)));
  }

  // Moves what the threads counted into the total, and drops strata until the rest can be trained on.
  void collect() {
    for (const auto& counter : free_) {
      if (total_.entries().empty() && first_ == 0) {
        std::swap(total_, *counter);
      } else {
        total_.merge(*counter, first_);
      }
    }
    free_.clear();
    const auto budget = static_cast<uint64_t>(std::max<int64_t>(options_.max_memory, 0));
    while (estimate() > budget) {
      check(first_ + 1 < kStrata,
            "train: {} MB of memory are too little for this corpus, even for {:.2g} of it; raise "
            "`max_memory` to {} MB",
            budget >> 20, share(), (estimate() >> 20) + 1);
      total_.drop_before(++first_);
    }
  }

  // The peak memory of the process in bytes: fitted to `hodhod tokenize train` on English and Persian text,
  // slightly above the measured peaks.
  uint64_t estimate() const {
    constexpr uint64_t kProgram = uint64_t{20} << 20, kToken = 400;
    const uint64_t words = total_.entries().size();
    uint64_t characters = words + total_.word_bytes(), bytes = total_.word_bytes();
    if (is_bytes_) {
      bytes *= 2;  // in the byte alphabet most take two
    } else {
      for (const WordCounter::Entry& entry : total_.entries()) {
        for (const char c : total_.word(entry)) characters -= is_continuation(c);
      }
    }
    uint64_t tokens = kToken * static_cast<uint64_t>(std::max(options_.vocabulary, 0));
    if (options_.kind == ModelKind::word || options_.kind == ModelKind::character)
      tokens = std::min(tokens, kToken * words);
    const uint64_t counting = words * (sizeof(WordCounter::Entry) + 80) + 2 * total_.word_bytes() + tokens;
    uint64_t training = words * 88 + bytes + tokens;
    if (options_.kind == ModelKind::unigram) training = 52 * characters + 16 * words;
    if (options_.kind == ModelKind::bpe || options_.kind == ModelKind::wordpiece) training += 24 * characters;
    return kProgram + std::max(counting, training);
  }

  double share() const {
    uint64_t kept = 0, all = 0;
    for (size_t i = 0; i < kStrata; ++i) {
      all += bytes_[i];
      if (i >= first_) kept += bytes_[i];
    }
    return all == 0 ? 1.0 : static_cast<double>(kept) / static_cast<double>(all);
  }

  const Tokenizer& pipeline_;
  const TokenizerTraining& options_;
  bool splits_scripts_ = false;
  WordCounter total_;
  size_t first_ = 0;  // the strata before this one are dropped
  std::array<uint64_t, kStrata> bytes_{};
  std::atomic<bool> is_bytes_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<WordCounter>> free_;
};

}  // namespace

std::vector<WordCount> count_words(const Tokenizer& pipeline, const LineSource& lines,
                                   const TokenizerTraining& options) {
  Counting counting(pipeline, options);
  if (options.progress) options.progress("counting words", 0);
  Batch batch;
  std::string line;
  while (lines(line)) {
    batch.text += line;
    batch.ends.push_back(batch.text.size());
    if (batch.text.size() < kBatchBytes) continue;
    counting.add(batch);
    batch.text.clear();
    batch.ends.clear();
  }
  if (batch.size() > 0) counting.add(batch);
  if (options.progress) options.progress("counting words", 1);
  return counting.finish();
}

}  // namespace hodhod::text
