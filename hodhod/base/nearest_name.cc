// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace hodhod {
namespace {

constexpr size_t kMostNames = 3;

// Optimal string alignment: Levenshtein's distance, and a swap of two neighbours counts once.
size_t letters_between(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

// The smallest distance of `name` to a part of `other` between dashes or underscores.
size_t letters_from_part(std::string_view name, std::string_view other) {
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  size_t least = std::string_view::npos;
  for (size_t begin = 0; begin < other.size();
       begin = std::min(other.find_first_of("-_", begin), other.size()) + 1) {
    for (size_t end = begin; end < other.size(); ++end) {
      end = std::min(other.find_first_of("-_", end), other.size());
      if (end > begin) least = std::min(least, letters_between(name, other.substr(begin, end - begin)));
    }
  }
  return least;
}

// Those at the smallest distance, if that is at most `most`.
template <class Distance>
std::vector<std::string> nearest(const std::vector<std::string>& known, size_t most, Distance distance) {
  for (const std::string& other : known) most = std::min(most, distance(other));
  std::vector<std::string> found;
  for (const std::string& other : known) {
    if (distance(other) == most && found.size() < kMostNames) found.push_back(other);
  }
  return found;
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known) {
  const auto letters = [&](const std::string& other) { return letters_between(name, other); };
  const auto from_part = [&](const std::string& other) { return letters_from_part(name, other); };
  for (const size_t most : {name.size() / 5, name.size() / 3}) {
    for (auto found : {nearest(known, most, letters), nearest(known, most, from_part)}) {
      if (!found.empty()) return found;
    }
  }
  return {};
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const std::vector<std::string> names = nearest_names(name, known);
  return names.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(names, " or "));
}

}  // namespace hodhod
