// SPDX-License-Identifier: Apache-2.0
// Word vectors: those of the words that are asked for, their neighbours, and a map of them among common
// words.
#pragma once

#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/look/look.h"
#include "hodhod/look/subject.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

struct VectorsView {
  Json json;       // `vectors`
  Tensor vectors;  // [N, C] of the known words; undefined if there are none
};

inline constexpr int64_t kWordsOfMap = 2000, kNeighbours = 20;

// The model of the subject is used up.
VectorsView vectors_view(Subject& subject, const std::vector<std::string>& words);

}  // namespace hodhod::look
