// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/error_rates.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/train/metrics/characters.h"

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
  // fewest[j]: from what was read of the hypothesis to j units of the reference.
  std::vector<int64_t> fewest(wanted.size() + 1);
  std::iota(fewest.begin(), fewest.end(), int64_t{0});
  for (const std::string_view one : found) {
    int64_t diagonal = fewest[0]++;
    for (size_t j = 1; j < fewest.size(); ++j) {
      const int64_t changed = diagonal + (one == wanted[j - 1] ? 0 : 1);
      diagonal = fewest[j];
      fewest[j] = std::min({changed, fewest[j] + 1, fewest[j - 1] + 1});
    }
  }
  return {.edits = fewest.back(), .length = static_cast<int64_t>(wanted.size())};
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
