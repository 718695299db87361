// SPDX-License-Identifier: Apache-2.0
// Metaspace: spaces become ▁, and a text is cut before each.
#pragma once

#include <string>

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

namespace hodhod::text {

enum class PrependScheme { kAlways, kFirst, kNever };

struct MetaspaceOptions {
  std::string replacement = "\xE2\x96\x81";  // U+2581
  // Where the replacement is put before a piece that does not begin with it: before each, or before the one
  // that begins the caller's text.
  PrependScheme prepend_scheme = PrependScheme::kAlways;
  bool split = true;
};
PreTokenizerPtr make_metaspace(MetaspaceOptions options = {});

// The options as a pre-tokeniser or a decoder of tokenizer.json has them; older files say add_prefix_space.
MetaspaceOptions read_metaspace_options(const Json& json, const std::string& where);
Json metaspace_to_json(const MetaspaceOptions& options);

}  // namespace hodhod::text
