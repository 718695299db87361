// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/error_rates.h"

#include <algorithm>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/edit_distance.h"

namespace hodhod::metrics {
namespace {

double rate_of(const Edits& edits) {
  if (edits.length == 0) return edits.edits == 0 ? 0 : 100;
  return 100 * static_cast<double>(edits.edits) / static_cast<double>(edits.length);
}

std::string_view without_outer_blanks(std::string_view text) {
  text = without_blanks_at_end(text);
  for (const std::string_view character : characters(text)) {
    if (!is_blank(character)) break;
    text.remove_prefix(character.size());
  }
  return text;
}

}  // namespace

Edits edits_of(std::string_view hypothesis, std::string_view reference, EditUnit unit) {
  const auto units = [&](std::string_view text) {
    return unit == EditUnit::word ? words(text) : characters(text);
  };
  const std::vector<std::string_view> found = units(hypothesis), wanted = units(reference);
  return {.edits = edit_distance(found, wanted), .length = static_cast<int64_t>(wanted.size())};
}

void ErrorRate::add(std::string_view hypothesis, std::span<const std::string> references) {
  check(!references.empty(), "an error rate: a segment without a reference; give one at least");
  Edits best = edits_of(hypothesis, references[0], unit_);
  for (const std::string& reference : references.subspan(1)) {
    const Edits edits = edits_of(hypothesis, reference, unit_);
    if (rate_of(edits) < rate_of(best)) best = edits;
  }
  total_.edits += best.edits;
  total_.length += best.length;
}

double ErrorRate::score() const { return rate_of(total_); }

void ExactMatch::add(std::string_view hypothesis, std::span<const std::string> references) {
  check(!references.empty(), "exact match: a segment without a reference; give one at least");
  const std::string_view found = without_outer_blanks(hypothesis);
  matches_ += std::any_of(references.begin(), references.end(), [&](const std::string& reference) {
    return found == without_outer_blanks(reference);
  });
  ++segments_;
}

double ExactMatch::score() const {
  return segments_ == 0 ? 0 : 100 * static_cast<double>(matches_) / static_cast<double>(segments_);
}

}  // namespace hodhod::metrics
