// SPDX-License-Identifier: Apache-2.0
// How exactly a page keeps each tensor within its size. Upgrades stand in one fixed order, and the plan is
// the longest beginning of that order that fits: so a larger page keeps nothing less exactly, and the plan
// depends on shapes alone.
//
// The order. First what is small, the strongest keys of very long rows, and what was asked for; then, in the
// cheapest form, class by class in the order of Priority, with the strongest keys of long rows before all;
// then the same classes in f16, and exactly; and at last the same for whole matrices of very long rows, which
// are too large for pictures. Where the strongest keys of a layer do not fit, its first heads are kept, as
// many as do.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/look/form.h"
#include "hodhod/look/visible.h"
#include "hodhod/nn/trace.h"

namespace hodhod::look {

enum class Priority {
  small,
  stream,
  probabilities,
  embedding,
  scores,
  queries,
  sub_layers,
  hidden,
  gradients
};

// A tensor that a page could keep.
struct PlanItem {
  Priority priority = Priority::small;
  bool whole_numbers = false;
  bool probabilities = false;  // from 0 to 1
  bool asked = false;          // to be kept exactly, before all others
  int64_t rows = 0, columns = 0;
  int64_t cells = 0;  // that are stored: without the masked ones
  int64_t heads = 1;  // that the rows are of, head by head
};

struct Planned {
  Form form = Form::none;
  int64_t heads = 0;  // the first so many are kept; 0: all

  bool operator==(const Planned&) const = default;
};

// The item with its first heads alone.
PlanItem first_heads(const PlanItem& item, int64_t heads);

// An item of this shape without the dimension B; `axes` as in a trace.
PlanItem plan_item(std::string_view name, std::string_view axes, const Shape& shape, const Visible& visible);

// What a form is expected to take in the file, in bytes: measured on models of different kinds. Real numbers
// can take more (see Recorder).
int64_t expected_bytes(const PlanItem& item, Form form);

// What a tensor that is kept takes in the page's index.
inline constexpr int64_t kIndexBytes = 320;

// The form of each item. The expected bytes of those that are kept, with kIndexBytes for each, add up to
// `limit` at most.
std::vector<Planned> plan(std::span<const PlanItem> items, int64_t limit);

}  // namespace hodhod::look
