// SPDX-License-Identifier: Apache-2.0
// How the tensors of a file correspond to a model's parameters: a table of names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

enum class Layout {
  same,
  transposed,  // theirs is [in, out], ours [out, in]
  row,         // theirs is [1, n], ours [n]
};

// "{}" stands for a layer's number, the same on both sides. Where one of their tensors holds several of ours
// (query, key and value packed along the output), each of ours is part `part` of `parts`. Of several rules
// for one of ours, it is stored by the first that holds, and read by the first whose tensor is there; the
// others are copies of it.
struct NameRule {
  std::string ours;
  std::string theirs;
  Layout layout = Layout::same;
  int part = 0;
  int parts = 1;
  std::string unless = {};      // the rule does not hold for a model that has this parameter
  std::string only_if = {};     // nor for one that lacks this one
  bool zero_if_absent = false;  // a file without the tensor means zeros
};

struct TensorNames {
  std::vector<std::string_view> prefixes = {};  // that names in a file may lack ("transformer.")
  // None in both lists: parameters are stored under their own names.
  std::vector<NameRule> body = {};
  // Of heads. A model has one of them; a file may hold tensors of others.
  std::vector<NameRule> head = {};
  // Tensors that files hold and no model needs: masks and tables that are computed.
  std::vector<std::string> needless = {};
};

}  // namespace hodhod
