// SPDX-License-Identifier: Apache-2.0
// Which rows of the table of embeddings lie nearest to those of a text's tokens.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

struct NearToken {
  int64_t id = 0;
  double cosine = 0;
  friend bool operator==(const NearToken&, const NearToken&) = default;
};

// For each id the `count` other rows of a table [V, C] with the greatest cosine
//   cos(a, b) = a·b / (‖a‖ ‖b‖),
// the greatest first, of equal ones the smaller id. Rows that are zero or not finite have no direction: they
// are near to nothing, and nothing is near to them. Error for an id that the table does not have.
std::vector<std::vector<NearToken>> nearest_rows(const Tensor& table, std::span<const int64_t> ids,
                                                 int64_t count);

// Rows for each token, and how many different tokens of a text have them: the first ones.
inline constexpr int64_t kNearest = 10, kNearestTokens = 256;

// Index of `nearest`, of a model whose parameters have a table of embeddings; otherwise null. Of each list of
// neighbours the ids are added to those that the encoder's, or the decoder's, vocabulary has to name.
Json nearest_json(const Subject& subject, const Reading& reading, std::set<int64_t>& of_encoder,
                  std::set<int64_t>& of_decoder);

}  // namespace hodhod::look
