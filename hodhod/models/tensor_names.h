// SPDX-License-Identifier: Apache-2.0
// A table of names: how the tensors of a file correspond to a model's parameters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

enum class Layout {
  same,
  transposed,  // theirs is [in, out], ours [out, in]
  row,         // theirs is [1, n], ours [n]
};

// One pair of names: our parameter and their tensor. "{}" stands for a layer's number, the same on both
// sides.
//
// If one of their tensors holds several of our parameters (query, key and value packed along the output), its
// rows are `groups` groups of `parts` parts, and a parameter has the rows of `count` parts, from `part` on,
// of each group. If several rules apply to one parameter, it is saved under the first of them and loaded from
// the first whose tensor is in the file; the other tensors are copies.
struct NameRule {
  std::string ours;
  std::string theirs;
  Layout layout = Layout::same;
  int64_t part = 0;
  int64_t parts = 1;
  int64_t count = 1;
  int64_t groups = 1;
  std::string unless = {};      // the rule does not apply to a model that has this parameter
  std::string only_if = {};     // the rule applies only to a model that has this parameter
  bool zero_if_absent = false;  // the parameter is zero if the file lacks the tensor
};

struct TensorNames {
  std::vector<std::string_view> prefixes = {};  // names in a file may lack these ("transformer.")
  // If both lists are empty, parameters are stored under their own names.
  std::vector<NameRule> body = {};
  // Rules of all heads. A model has one head; a file may hold tensors of other heads.
  std::vector<NameRule> head = {};
  // Tensors in files that no model needs, such as masks and tables that are computed.
  std::vector<std::string> needless = {};
};

}  // namespace hodhod
