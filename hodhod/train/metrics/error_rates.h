// SPDX-License-Identifier: Apache-2.0
// Exact match, word error rate and character error rate, as transliteration, pronunciation and speech are
// scored.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hodhod::metrics {

enum class EditUnit { word, character };

// The fewest insertions, deletions and substitutions that make the reference out of the hypothesis
// (Levenshtein 1966), and the units of the reference.
struct Edits {
  int64_t edits = 0, length = 0;
};
// Words are what stands between blanks; of characters every one counts, blanks too.
Edits edits_of(std::string_view hypothesis, std::string_view reference, EditUnit unit);

// 100 Σ edits / Σ length over segments: 0 is best, and above 100 is possible. Of several references, the one
// of a segment with the lowest rate.
class ErrorRate {
 public:
  explicit ErrorRate(EditUnit unit) : unit_(unit) {}
  void add(std::string_view hypothesis, std::span<const std::string> references);
  // A reference without any unit: 0 when nothing was to be changed, else 100.
  double score() const;
  const Edits& total() const { return total_; }

 private:
  EditUnit unit_;
  Edits total_;
};

// 100 times the share of segments that are equal to one of their references, but for blanks at both ends.
class ExactMatch {
 public:
  void add(std::string_view hypothesis, std::span<const std::string> references);
  double score() const;
  int64_t matches() const { return matches_; }
  int64_t segments() const { return segments_; }

 private:
  int64_t matches_ = 0, segments_ = 0;
};

}  // namespace hodhod::metrics
