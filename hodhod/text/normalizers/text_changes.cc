// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/text_changes.h"

#include <algorithm>

#include "hodhod/base/error.h"

namespace hodhod::text {

std::vector<TextChange> list_changes(const NormalizedText& text) {
  check(text.tracks(), "list_changes: the text does not track where its bytes come from");
  std::vector<TextChange> changes;
  if (!text.changed()) return changes;
  const std::string_view original = text.original(), view = text.view();
  const auto base = static_cast<uint32_t>(text.base());
  uint32_t done = 0;  // bytes of the original that are accounted for
  bool open = false;  // the last change may still grow
  const auto grow = [&](uint32_t end, std::string_view after) {
    if (!open) changes.push_back({{base + done, base + done}, "", ""});
    open = true;
    TextChange& change = changes.back();
    if (end > done) {
      change.before.append(original.substr(done, end - done));
      change.where.end = base + end;
      done = end;
    }
    change.after.append(after);
  };
  for (size_t i = 0; i < view.size(); ++i) {
    const Range absolute = text.original_range(i, i + 1);
    const Range from = {absolute.begin - base, absolute.end - base};
    if (from.begin > done) grow(from.begin, "");
    if (from.begin == done && from.size() == 1 && original[done] == view[i]) {
      ++done;
      open = false;
    } else {
      grow(from.end, view.substr(i, 1));
    }
  }
  if (done < original.size()) grow(static_cast<uint32_t>(original.size()), "");
  // A character that was replaced by itself is not a change.
  std::erase_if(changes, [](const TextChange& change) { return change.before == change.after; });
  return changes;
}

}  // namespace hodhod::text
