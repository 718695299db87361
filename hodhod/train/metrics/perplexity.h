// SPDX-License-Identifier: Apache-2.0
// How well a language model predicts a text, in figures that do (perplexity) and do not (bits per character,
// bits per byte) depend on its vocabulary.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace hodhod::metrics {

// Sums over a text; all figures are 0 for an empty one.
struct LanguageScore {
  double negative_log_likelihood = 0;  // in nats
  int64_t tokens = 0;                  // that were predicted
  // Of these, the known ones, and the number of the others: words that the tokenizer does not know. The sum
  // is kept by itself, since both may be infinite.
  double known_negative_log_likelihood = 0;
  int64_t unknown = 0;
  // What the letters of the unknown words cost beyond that, in nats (tasks/spelling.h). Counted in the
  // figures of bits, which are of the text, and not in those of tokens.
  double spelling = 0;
  int64_t characters = 0, bytes = 0;  // of the text that they stand for

  void add(double negative_log_probability, bool known) {
    negative_log_likelihood += negative_log_probability;
    if (known) known_negative_log_likelihood += negative_log_probability;
    unknown += known ? 0 : 1;
    ++tokens;
  }
  double loss() const { return tokens > 0 ? negative_log_likelihood / static_cast<double>(tokens) : 0; }
  double perplexity() const { return tokens > 0 ? std::exp(loss()) : 0; }
  // Of the tokens that are known, each after whatever stands before it.
  double perplexity_without_unknown() const {
    const int64_t known = tokens - unknown;
    return known > 0 ? std::exp(known_negative_log_likelihood / static_cast<double>(known)) : 0;
  }
  double bits_per_character() const { return bits_per(characters); }
  double bits_per_byte() const { return bits_per(bytes); }
  // The part of bits_per_character() that is for the letters of unknown words.
  double spelling_bits_per_character() const {
    return characters > 0 ? spelling / std::numbers::ln2 / static_cast<double>(characters) : 0;
  }

  LanguageScore& operator+=(const LanguageScore& other) {
    negative_log_likelihood += other.negative_log_likelihood;
    tokens += other.tokens;
    known_negative_log_likelihood += other.known_negative_log_likelihood;
    unknown += other.unknown;
    spelling += other.spelling;
    characters += other.characters;
    bytes += other.bytes;
    return *this;
  }

 private:
  double bits_per(int64_t units) const {
    return units > 0 ? (negative_log_likelihood + spelling) / std::numbers::ln2 / static_cast<double>(units)
                     : 0;
  }
};

}  // namespace hodhod::metrics
