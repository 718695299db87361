// SPDX-License-Identifier: Apache-2.0
// Which examples are held out for validation. The choice is a function of the examples and the share alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hodhod {

// Error when the share is not a number from 0 to below 1.
void check_share(double share);

// ⌊count · share⌋ of the examples, evenly over the whole. True for those that are held out.
std::vector<bool> held_out(size_t count, double share);

// The same for labelled examples, of which `labels` has the labels of each: evenly over the examples of every
// label (or set of labels), and never the last one that is left of a label, so that each label is trained on.
// Fewer are held out when only such are left.
std::vector<bool> held_out(std::span<const std::vector<std::string>> labels, double share);

// Takes those that are held out from the examples, and gives them.
template <class Example>
std::vector<Example> take_out(std::vector<Example>& examples, const std::vector<bool>& out) {
  std::vector<Example> rest, taken;
  for (size_t i = 0; i < examples.size(); ++i) (out[i] ? taken : rest).push_back(std::move(examples[i]));
  examples = std::move(rest);
  return taken;
}

}  // namespace hodhod
