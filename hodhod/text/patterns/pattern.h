// SPDX-License-Identifier: Apache-2.0
// Patterns of tokenizer.json: written in Oniguruma's dialect, run by PCRE2 with limits.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

class Pattern {
 public:
  // Error, naming `where` and the place in the pattern, if it is not well formed.
  Pattern(std::string_view pattern, const std::string& where);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  const std::string& source() const { return source_; }

  // Calls found(range) for the matches in `text`, from left to right, without overlap. An empty match at the
  // end of the match before it is left out. An ill-formed byte never matches: the text on each side of it is
  // matched separately. Error when a match needs more steps than the limit. Several threads may call it at
  // once.
  template <class Found>
  void for_each_match(std::string_view text, Found&& found) const {
    run(
        text,
        [](void* context, Range range) { (*static_cast<std::remove_reference_t<Found>*>(context))(range); },
        const_cast<void*>(static_cast<const void*>(std::addressof(found))));
  }

 private:
  struct Compiled;
  void run(std::string_view text, void (*found)(void*, Range), void* context) const;
  void run_well_formed(std::string_view text, size_t begin, size_t end, void (*found)(void*, Range),
                       void* context) const;

  std::string source_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace hodhod::text
