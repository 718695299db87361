// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/metaspace.h"

#include <array>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/pre_tokenizers/split_pieces.h"

namespace hodhod::text {
namespace {

constexpr std::array<std::string_view, 3> kSchemes = {"always", "first", "never"};

class Metaspace : public PreTokenizer {
 public:
  explicit Metaspace(MetaspaceOptions options) : options_(std::move(options)) {}

  void apply(SplitText& split) const override {
    rewrite_pieces(split, [&](const Piece& piece, NormalizedText::Editor& edit) {
      const std::string_view text = edit.source().substr(piece.range.begin, piece.range.size());
      const bool marked = text[0] == ' ' || text.starts_with(options_.replacement);
      if (!marked && prepends(split.text, piece.range)) edit.insert(options_.replacement);
      const size_t end = piece.range.end;
      for (size_t at; (at = edit.source().substr(0, end).find(' ', edit.read())) != text.npos;) {
        edit.keep(at - edit.read());
        edit.replace(1, options_.replacement);
      }
      edit.keep(end - edit.read());
    });
    if (!options_.split) return;
    split_pieces(split, SplitBehavior::merged_with_next, false,
                 [&](std::string_view piece, uint32_t base, auto&& found) {
                   const auto size = static_cast<uint32_t>(options_.replacement.size());
                   for (size_t at = 0; (at = piece.find(options_.replacement, at)) != piece.npos;
                        at += size) {
                     const auto begin = static_cast<uint32_t>(base + at);
                     found(Range{begin, begin + size});
                   }
                 });
  }

  Json to_json() const override { return metaspace_to_json(options_); }

 private:
  bool prepends(const NormalizedText& text, Range piece) const {
    if (options_.prepend_scheme == PrependScheme::first) {
      return text.original_range(piece.begin, piece.begin + 1).begin == 0;
    }
    return options_.prepend_scheme == PrependScheme::always;
  }

  MetaspaceOptions options_;
};

}  // namespace

PreTokenizerPtr make_metaspace(MetaspaceOptions options) {
  return std::make_unique<Metaspace>(std::move(options));
}

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
    check(add_prefix_space || options.prepend_scheme == PrependScheme::never,
          "{}: add_prefix_space is false but prepend_scheme is \"{}\"", where, scheme);
    return options;
  }
  fail("{}: prepend_scheme: expected always, first or never", where);
}

Json metaspace_to_json(const MetaspaceOptions& options) {
  return {{"type", "Metaspace"},
          {"replacement", options.replacement},
          {"prepend_scheme", kSchemes[static_cast<size_t>(options.prepend_scheme)]},
          {"split", options.split}};
}

}  // namespace hodhod::text
