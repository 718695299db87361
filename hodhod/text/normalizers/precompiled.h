// SPDX-License-Identifier: Apache-2.0
// SentencePiece's compiled character map: a double-array trie from prefixes of the text to their
// replacements.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod::text {

// `charsmap` is the blob of the .model file: size of the trie (4 bytes, little endian), the trie, the
// replacements. Error for a trie or replacement that reaches outside the blob, and for a cycle.
NormalizerPtr make_precompiled(const std::string& charsmap, const std::string& where = "Precompiled");

// {"type": "Precompiled", "precompiled_charsmap": base64}.
NormalizerPtr precompiled_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
