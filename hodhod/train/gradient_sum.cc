// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/gradient_sum.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

struct PartRange {
  int64_t first, end;
  bool operator==(const PartRange&) const = default;
};

PartRange range_of(const PartialSum& sum) { return {sum.first, sum.end}; }

// The node of the tree above `node`, which is not the root. Nodes are the aligned blocks of 2^k parts, cut
// off at the last part.
PartRange parent_of(PartRange node, int64_t parts) {
  for (int64_t width = 2;; width *= 2) {
    const int64_t first = node.first / width * width;
    const PartRange block{first, std::min(first + width, parts)};
    if (block.first < node.first || block.end > node.end) return block;
  }
}

bool is_node(PartRange range, int64_t parts) {
  if (range.first < 0 || range.first >= range.end || range.end > parts) return false;
  PartRange node{range.first, range.first + 1};
  while (node.end < range.end) node = parent_of(node, parts);
  return node == range;
}

// left ← left + right
void join(PartialSum& left, const PartialSum& right) {
  left.end = right.end;
  left.loss += right.loss;
  left.items += right.items;
  for (size_t i = 0; i < left.gradients.size(); ++i) {
    if (right.gradients[i].defined()) add_gradient(left.gradients[i], right.gradients[i]);
  }
}

}  // namespace

GradientSum::GradientSum(int64_t parts) : parts_(parts) {
  check(parts >= 1, "gradient sum: {} parts; an update has at least one", parts);
}

void GradientSum::add(PartialSum part) {
  check(is_node(range_of(part), parts_), "gradient sum: parts {} to {} of {} are no node of the tree",
        part.first, part.end - 1, parts_);
  const auto comes_before = [](const PartialSum& sum, int64_t first) { return sum.first < first; };
  auto place = std::lower_bound(nodes_.begin(), nodes_.end(), part.first, comes_before);
  check((place == nodes_.end() || part.end <= place->first) &&
            (place == nodes_.begin() || (place - 1)->end <= part.first),
        "gradient sum: parts {} to {} are added twice", part.first, part.end - 1);
  check(nodes_.empty() || nodes_[0].gradients.size() == part.gradients.size(),
        "gradient sum: parts {} to {} have {} gradients and others {}", part.first, part.end - 1,
        part.gradients.size(), nodes_.empty() ? 0 : nodes_[0].gradients.size());
  place = nodes_.insert(place, std::move(part));
  while (range_of(*place) != PartRange{0, parts_}) {
    const PartRange parent = parent_of(range_of(*place), parts_);
    if (place->first > parent.first) {  // the sibling is on the left
      if (place == nodes_.begin() || range_of(*(place - 1)) != PartRange{parent.first, place->first}) return;
      --place;
    } else if (place + 1 == nodes_.end() || range_of(*(place + 1)) != PartRange{place->end, parent.end}) {
      return;
    }
    join(*place, *(place + 1));
    nodes_.erase(place + 1);
  }
}

PoolVector<PartialSum> GradientSum::take() { return std::exchange(nodes_, {}); }

PoolVector<Gradient> take_gradients(const NamedParameters& parameters) {
  PoolVector<Gradient> gradients;
  gradients.reserve(parameters.size());
  for (const auto& [name, parameter] : parameters) {
    gradients.push_back(parameter.gradient());
    parameter.clear_grad();
  }
  return gradients;
}

void set_gradients(const NamedParameters& parameters, const PoolVector<Gradient>& gradients) {
  check(parameters.size() == gradients.size(), "gradient sum: {} gradients for {} parameters",
        gradients.size(), parameters.size());
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].defined()) parameters[i].second.set_gradient(gradients[i]);
  }
}

}  // namespace hodhod
