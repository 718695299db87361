// SPDX-License-Identifier: Apache-2.0
// Metaspace: spaces become ▁, and the text is split before each.
#pragma once

#include <string>

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

namespace hodhod::text {

enum class PrependScheme { always, first, never };

struct MetaspaceOptions {
  std::string replacement = "\xE2\x96\x81";  // U+2581
  // Which pieces get the replacement in front if they do not begin with it: all, or the one at the beginning
  // of the caller's text.
  PrependScheme prepend_scheme = PrependScheme::always;
  bool split = true;
};
PreTokenizerPtr make_metaspace(MetaspaceOptions options = {});

// The options in a pre-tokeniser or decoder of tokenizer.json; older files have add_prefix_space.
MetaspaceOptions read_metaspace_options(const Json& json, const std::string& where);
Json metaspace_to_json(const MetaspaceOptions& options);

}  // namespace hodhod::text
