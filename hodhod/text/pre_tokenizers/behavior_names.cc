// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/behavior_names.h"

#include <array>

#include "hodhod/base/error.h"
#include "hodhod/text/unicode/utf8.h"

namespace hodhod::text {
namespace {

constexpr std::array<std::string_view, 5> kBehaviors = {"Removed", "Isolated", "MergedWithPrevious",
                                                        "MergedWithNext", "Contiguous"};
constexpr std::array<std::string_view, 3> kSchemes = {"always", "first", "never"};

}  // namespace

std::string_view behavior_name(SplitBehavior behavior) { return kBehaviors[static_cast<size_t>(behavior)]; }

SplitBehavior parse_behavior(std::string_view name, const std::string& where) {
  for (size_t i = 0; i < kBehaviors.size(); ++i) {
    if (name == kBehaviors[i]) return static_cast<SplitBehavior>(i);
  }
  fail("{}: behavior: expected Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", where);
}

std::string_view prepend_scheme_name(PrependScheme scheme) { return kSchemes[static_cast<size_t>(scheme)]; }

MetaspaceOptions read_metaspace_options(const Json& json, const std::string& where) {
  MetaspaceOptions options;
  options.replacement = json_get_or<std::string>(json, "replacement", options.replacement, where);
  check(
      !options.replacement.empty() && read_character(options.replacement).size == options.replacement.size(),
      "{}: replacement: expected one character", where);
  options.split = json_get_or<bool>(json, "split", true, where);
  const bool add_prefix_space = json_get_or<bool>(json, "add_prefix_space", true, where);
  const auto scheme =
      json_get_or<std::string>(json, "prepend_scheme", add_prefix_space ? "always" : "never", where);
  for (size_t i = 0; i < kSchemes.size(); ++i) {
    if (scheme != kSchemes[i]) continue;
    options.prepend_scheme = static_cast<PrependScheme>(i);
    check(add_prefix_space || options.prepend_scheme == PrependScheme::kNever,
          "{}: add_prefix_space is false but prepend_scheme is \"{}\"", where, scheme);
    return options;
  }
  fail("{}: prepend_scheme: expected always, first or never", where);
}

Json metaspace_to_json(const MetaspaceOptions& options) {
  return {{"type", "Metaspace"},
          {"replacement", options.replacement},
          {"prepend_scheme", prepend_scheme_name(options.prepend_scheme)},
          {"split", options.split}};
}

}  // namespace hodhod::text
