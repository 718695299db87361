// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalized_text.h"

#include <limits>

#include "hodhod/base/error.h"

namespace hodhod::text {

NormalizedText::NormalizedText(std::string_view original, bool track, size_t base)
    : original_(original), base_(base), track_(track) {
  check(original.size() + base < std::numeric_limits<uint32_t>::max(),
        "encode: a text of {} bytes is too long; split it into parts of less than 4 GiB",
        original.size() + base);
}

Range NormalizedText::original_range(size_t begin, size_t end) const {
  const auto base = static_cast<uint32_t>(base_);
  if (!changed_) return {static_cast<uint32_t>(base_ + begin), static_cast<uint32_t>(base_ + end)};
  if (begin < end) return {base + origins_[begin].begin, base + origins_[end - 1].end};
  const uint32_t at =
      begin < origins_.size() ? origins_[begin].begin : static_cast<uint32_t>(original_.size());
  return {base + at, base + at};
}

Range NormalizedText::Editor::source_range(size_t begin, size_t end) const {
  if (!target_.changed_) return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  if (begin < end) return {target_.origins_[begin].begin, target_.origins_[end - 1].end};
  const auto& origins = target_.origins_;
  const uint32_t at =
      begin < origins.size() ? origins[begin].begin : static_cast<uint32_t>(target_.original_.size());
  return {at, at};
}

void NormalizedText::Editor::begin_change() {
  changed_ = true;
  out_.reserve(source_.size() + source_.size() / 8 + 16);
  if (target_.track_) origins_.reserve(out_.capacity());
  const size_t read = read_;
  read_ = 0;
  copy(read);
  read_ = read;
}

void NormalizedText::Editor::copy(size_t n) {
  out_.append(source_.substr(read_, n));
  if (!target_.track_) return;
  if (target_.changed_) {
    const auto first = target_.origins_.begin() + static_cast<std::ptrdiff_t>(read_);
    origins_.insert(origins_.end(), first, first + static_cast<std::ptrdiff_t>(n));
  } else {
    for (size_t i = read_; i < read_ + n; ++i) {
      origins_.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(i + 1)});
    }
  }
}

void NormalizedText::Editor::replace(size_t n, std::string_view with) {
  if (source_.substr(read_, n) == with) return keep(n);
  if (!changed_) begin_change();
  out_.append(with);
  if (target_.track_) origins_.resize(origins_.size() + with.size(), source_range(read_, read_ + n));
  read_ += n;
}

void NormalizedText::Editor::insert(std::string_view what) {
  if (what.empty()) return;
  if (!changed_) begin_change();
  out_.append(what);
  if (target_.track_) {
    const uint32_t at = source_range(read_, read_).begin;
    origins_.resize(origins_.size() + what.size(), Range{at, at});
  }
}

void NormalizedText::Editor::finish() {
  keep(source_.size() - read_);
  if (!changed_) return;
  target_.text_ = std::move(out_);
  target_.origins_ = std::move(origins_);
  target_.changed_ = true;
}

}  // namespace hodhod::text
