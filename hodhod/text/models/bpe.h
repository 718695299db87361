// SPDX-License-Identifier: Apache-2.0
// Byte-pair encoding (Sennrich et al. 2016): start from characters, join the adjacent pair whose merge ranks
// first (leftmost among equals) until none applies. Without merges it is the character model.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/text/models/model.h"

namespace hodhod::text {

// Options with the names and meanings of Hugging Face's.
struct BpeOptions {
  std::optional<double> dropout = {};  // a merge is skipped with this probability (Provilkov et al. 2020)
  std::string unk_token = {};          // empty: none
  std::string continuing_subword_prefix = {};
  std::string end_of_word_suffix = {};
  bool fuse_unk = false;       // one unknown token for a run of unknown characters
  bool byte_fallback = false;  // <0xXX> tokens for characters outside the vocabulary
  bool ignore_merges = false;  // a piece that is a token is not split, whatever the merges
};

// `tokens[i]` has id i. Merges are in order of rank, as (left, right) spellings; their concatenation (right
// without its continuing_subword_prefix) must be a token, else Error.
ModelPtr make_bpe(const std::vector<std::string>& tokens,
                  const std::vector<std::pair<std::string, std::string>>& merges, BpeOptions options = {},
                  const std::string& where = "BPE");
// The same with given ids.
ModelPtr make_bpe(const std::vector<std::pair<std::string, int64_t>>& vocabulary,
                  const std::vector<std::pair<std::string, std::string>>& merges, BpeOptions options = {},
                  const std::string& where = "BPE");

ModelPtr bpe_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
