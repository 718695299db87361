// SPDX-License-Identifier: Apache-2.0
// TemplateProcessing: templates say which special tokens are put around one text, and around a pair.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/after/post_processor.h"

namespace hodhod::text {

// Templates as strings: "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", where :1 is the type id.
PostProcessorPtr make_template_processing(std::string_view single, std::string_view pair,
                                          std::vector<SpecialToken> special_tokens);

PostProcessorPtr template_processing_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
