// SPDX-License-Identifier: Apache-2.0
// Normalisers that replace every occurrence of a string, or every match of a pattern.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod::text {

NormalizerPtr make_replace(std::string_view what, std::string_view with);
// The pattern is in Oniguruma's syntax (`pattern.h`). Error, which begins with `where`, for one that is not.
NormalizerPtr make_replace_pattern(std::string_view pattern, std::string_view with,
                                   const std::string& where = "Replace");

}  // namespace hodhod::text
