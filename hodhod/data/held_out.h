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

// The same for labelled examples, with the labels of each in `labels`: evenly over the examples of every
// label (or set of labels). The last remaining example of a label is never held out, so that each label is
// trained on; then fewer are held out.
std::vector<bool> held_out(std::span<const std::vector<std::string>> labels, double share);

// Removes the held-out examples and returns them.
template <class Example>
std::vector<Example> take_out(std::vector<Example>& examples, const std::vector<bool>& out) {
  std::vector<Example> rest, taken;
  for (size_t i = 0; i < examples.size(); ++i) (out[i] ? taken : rest).push_back(std::move(examples[i]));
  examples = std::move(rest);
  return taken;
}

}  // namespace hodhod
