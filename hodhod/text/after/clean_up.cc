// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/after/clean_up.h"

#include <utility>

namespace hodhod::text {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  if (what.empty()) return;
  size_t at = text.find(what);
  if (at == text.npos) return;
  std::string out;
  size_t done = 0;
  for (; at != text.npos; at = text.find(what, done)) {
    out.append(text, done, at - done).append(with);
    done = at + what.size();
  }
  text = out.append(text, done);
}

void clean_up(std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> kRules[] = {
      {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
      {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [what, with] : kRules) replace_all(text, what, with);
}

}  // namespace hodhod::text
