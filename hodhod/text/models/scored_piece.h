// SPDX-License-Identifier: Apache-2.0
// A piece of a SentencePiece model.
#pragma once

#include <cstdint>
#include <string>

namespace hodhod::text {

struct ScoredPiece {
  enum class Type : uint8_t {
    normal = 1,
    unknown = 2,
    control = 3,       // never found in a text
    user_defined = 4,  // always found, whatever its score
    unused = 5,        // split again into what it was joined from
    byte = 6
  };

  std::string text;
  float score = 0;
  Type type = Type::normal;
};

}  // namespace hodhod::text
