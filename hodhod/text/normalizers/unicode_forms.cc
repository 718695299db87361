// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/unicode_forms.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

enum : uint8_t { kBoundary = 1, kUnchanged = 2 };

bool is_compatibility(UnicodeForm form) { return form == UnicodeForm::nfkc || form == UnicodeForm::nfkd; }
bool composes(UnicodeForm form) { return form == UnicodeForm::nfc || form == UnicodeForm::nfkc; }

void decompose(UnicodeForm form, char32_t c, std::vector<utf8proc_int32_t>& out) {
  // The longest decomposition (U+FDFA) has 18 characters.
  std::array<utf8proc_int32_t, 32> buffer;
  const int options = UTF8PROC_DECOMPOSE | UTF8PROC_STABLE | (is_compatibility(form) ? UTF8PROC_COMPAT : 0);
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer.data(), buffer.size(),
                                             static_cast<utf8proc_option_t>(options), nullptr);
  check(count >= 0 && count <= static_cast<utf8proc_ssize_t>(buffer.size()),
        "normalise: U+{:04X} has no decomposition", static_cast<uint32_t>(c));
  out.insert(out.end(), buffer.begin(), buffer.begin() + count);
}

int combining_class(utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; }

// Sorts a run of marks by class, keeping equals in order.
void order_run(utf8proc_int32_t* begin, utf8proc_int32_t* end) {
  const auto before = [](utf8proc_int32_t a, utf8proc_int32_t b) {
    return combining_class(a) < combining_class(b);
  };
  // Insertion needs no memory, and few runs are longer than two.
  constexpr std::ptrdiff_t kShortRun = 32;
  if (end - begin > kShortRun) {
    std::stable_sort(begin, end, before);
    return;
  }
  for (auto* i = begin; i < end; ++i) std::rotate(std::upper_bound(begin, i, *i, before), i, i + 1);
}

// utf8proc's own ordering is quadratic in a run of marks.
void order_marks(std::vector<utf8proc_int32_t>& text) {
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (combining_class(text[i]) != 0) {
      while (end < text.size() && combining_class(text[end]) != 0) ++end;
      order_run(text.data() + i, text.data() + end);
    }
    i = end;
  }
}

// Normalises the decomposed text of a segment.
void finish_segment(UnicodeForm form, std::vector<utf8proc_int32_t>& text) {
  order_marks(text);
  if (!composes(form)) return;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  const auto size =
      utf8proc_normalize_utf32(text.data(), static_cast<utf8proc_ssize_t>(text.size()), options);
  check(size >= 0, "normalise: {}", utf8proc_errmsg(size));
  text.resize(static_cast<size_t>(size));
}

// Whether no composition or reordering involves `c` and the text before it.
bool is_boundary(char32_t c) {
  const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  if (property->combining_class != 0) return false;
  if (property->comb_index != UINT16_MAX && property->comb_index >= 0x8000) return false;
  return !((c >= 0x1161 && c <= 0x1175) || (c >= 0x11A8 && c <= 0x11C2));
}

uint8_t compute_flags(UnicodeForm form, char32_t c) {
  if (c >= 0x110000) return kBoundary | kUnchanged;  // an ill-formed byte
  const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  const bool hangul = c >= 0xAC00 && c <= 0xD7A3;
  if (property->decomp_seqindex == UINT16_MAX && !hangul) {
    return static_cast<uint8_t>(kUnchanged | (is_boundary(c) ? kBoundary : 0));
  }
  std::vector<utf8proc_int32_t> text;
  decompose(form, c, text);
  // A character is a boundary when the first of its parts is one.
  const bool boundary = is_boundary(c) && is_boundary(static_cast<char32_t>(text[0]));
  finish_segment(form, text);
  const bool unchanged = text.size() == 1 && text[0] == static_cast<utf8proc_int32_t>(c);
  return static_cast<uint8_t>((unchanged ? kUnchanged : 0) | (boundary ? kBoundary : 0));
}

using Flags = std::array<uint8_t, 0x10000>;

const Flags& flags_of(UnicodeForm form) {
  const auto make = [](UnicodeForm of) {
    auto flags = std::make_unique<Flags>();
    for (char32_t c = 0; c < flags->size(); ++c) (*flags)[c] = compute_flags(of, c);
    return flags;
  };
  // A table is made when its form is first asked for.
  switch (form) {
    case UnicodeForm::nfc: {
      static const auto kTable = make(form);
      return *kTable;
    }
    case UnicodeForm::nfd: {
      static const auto kTable = make(form);
      return *kTable;
    }
    case UnicodeForm::nfkc: {
      static const auto kTable = make(form);
      return *kTable;
    }
    default: {
      static const auto kTable = make(UnicodeForm::nfkd);
      return *kTable;
    }
  }
}

bool is_ascii(std::string_view text) {
  uint64_t bits = 0, word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    bits |= word;
  }
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return (bits & 0x8080808080808080) == 0;
}

class UnicodeNormalizer : public Normalizer {
 public:
  explicit UnicodeNormalizer(UnicodeForm form) : form_(form), flags_(flags_of(form)) {}

  void apply(NormalizedText& text) const override {
    const std::string_view source = text.view();
    if (is_ascii(source)) return;  // no form changes it
    NormalizedText::Editor edit(text);
    std::vector<utf8proc_int32_t> parts;
    std::string result;
    size_t at = 0;
    while (at < source.size()) {
      // The segment [at, end), and whether it is one character that stays as it is.
      Character c = read_character(source, at);
      bool plain = (flags(c.code) & kUnchanged) != 0;
      size_t end = at + c.size;
      size_t next = end;
      while (next < source.size()) {
        const Character follower = read_character(source, next);
        if (flags(follower.code) & kBoundary) break;
        plain = false;
        next = end = next + follower.size;
      }
      if (plain) {
        edit.keep(end - at);
      } else {
        parts.clear();
        result.clear();
        for (size_t i = at; i < end; i += c.size) {
          c = read_character(source, i);
          if (c.code == kIllFormed) {
            flush(parts, result);
            result.append(source.substr(i, 1));
          } else {
            decompose(form_, c.code, parts);
          }
        }
        flush(parts, result);
        edit.replace(end - at, result);
      }
      at = end;
    }
    edit.finish();
  }

  Json to_json() const override {
    constexpr const char* kNames[] = {"NFC", "NFD", "NFKC", "NFKD"};
    return {{"type", kNames[static_cast<int>(form_)]}};
  }

 private:
  uint8_t flags(char32_t c) const { return c < 0x10000 ? flags_[c] : compute_flags(form_, c); }

  void flush(std::vector<utf8proc_int32_t>& parts, std::string& result) const {
    if (parts.empty()) return;
    finish_segment(form_, parts);
    for (const auto c : parts) append_utf8(result, static_cast<char32_t>(c));
    parts.clear();
  }

  UnicodeForm form_;
  const Flags& flags_;
};

}  // namespace

NormalizerPtr make_unicode_normalizer(UnicodeForm form) { return std::make_unique<UnicodeNormalizer>(form); }

}  // namespace hodhod::text
