// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/held_out.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <tuple>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// Goes through `order` and holds out an example whenever the share of the examples so far requires one more.
// If `may` refuses an example, the next one takes its place.
template <class May>
std::vector<bool> choose(const std::vector<size_t>& order, double share, const May& may) {
  std::vector<bool> out(order.size(), false);
  size_t taken = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const auto wanted = static_cast<size_t>(static_cast<double>(i + 1) * share);
    if (taken >= wanted || !may(order[i])) continue;
    out[order[i]] = true;
    ++taken;
  }
  return out;
}

std::vector<size_t> in_order(size_t count) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  return order;
}

}  // namespace

void check_share(double share) {
  check(share >= 0 && share < 1,
        "`dev_share` is {}; give the share of the data to hold out for validation, from 0 to below 1", share);
}

std::vector<bool> held_out(size_t count, double share) {
  check_share(share);
  return choose(in_order(count), share, [](size_t) { return true; });
}

std::vector<bool> held_out(std::span<const std::vector<std::string>> labels, double share) {
  check_share(share);
  std::vector<std::set<std::string_view>> sets;
  std::map<std::set<std::string_view>, size_t> alike;  // examples of the same labels
  std::map<std::string_view, size_t> left;             // examples of a label that are trained on
  for (const auto& those : labels) {
    for (std::string_view label : sets.emplace_back(those.begin(), those.end())) ++left[label];
    ++alike[sets.back()];
  }
  // Examples with the same labels are adjacent, so that evenly over the whole is evenly over each. Rare
  // labels come last, so that nothing has to replace the examples that must stay.
  std::vector<size_t> order = in_order(labels.size());
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(alike[sets[b]], sets[a]) < std::tie(alike[sets[a]], sets[b]);
  });
  return choose(order, share, [&](size_t example) {
    const auto& those = sets[example];
    if (std::any_of(those.begin(), those.end(), [&](auto label) { return left[label] < 2; })) return false;
    for (std::string_view label : those) --left[label];
    return true;
  });
}

}  // namespace hodhod
