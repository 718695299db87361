// SPDX-License-Identifier: Apache-2.0
// A piece of a SentencePiece model.
#pragma once

#include <cstdint>
#include <string>

namespace hodhod::text {

struct ScoredPiece {
  enum class Type : uint8_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 3,      // never found in a text
    kUserDefined = 4,  // always found, whatever its score
    kUnused = 5,       // split again into what it was joined from
    kByte = 6
  };

  std::string text;
  float score = 0;
  Type type = Type::kNormal;
};

}  // namespace hodhod::text
