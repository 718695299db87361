// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/precompiled.h"

#include <utf8proc.h>

#include <array>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/normalizers/charsmap.h"

namespace hodhod::text {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      out.push_back(i + j <= bytes.size() ? kBase64[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  return out;
}

std::string from_base64(std::string_view text, const std::string& where) {
  std::array<int8_t, 256> values;
  values.fill(-1);
  for (size_t i = 0; i < kBase64.size(); ++i)
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<int8_t>(i);
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const int value = int{
        values[static_cast<unsigned char>(text[i])]};  // NOLINT(bugprone-signed-char-misuse): −1 is no digit
    check(value >= 0, "{}: precompiled_charsmap: character {} is not base64", where, i);
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return out;
}

// The extended grapheme cluster (UAX #29) that `text` begins with.
size_t grapheme_length(std::string_view text) {
  size_t at = 0;
  utf8proc_int32_t state = 0;
  Character last = read_character(text);
  for (at = last.size; at < text.size();) {
    const Character next = read_character(text, at);
    if (last.code == kIllFormed || next.code == kIllFormed ||
        utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(last.code),
                                         static_cast<utf8proc_int32_t>(next.code), &state)) {
      return at;
    }
    last = next;
    at += next.size;
  }
  return at;
}

// Hugging Face replaces a whole grapheme cluster of up to five bytes by the replacement of the shortest key
// that it begins with; longer clusters are replaced character by character.
class Precompiled final : public Normalizer {
 public:
  Precompiled(std::string_view blob, const std::string& where) : charsmap_(blob, where) {}

  void apply(NormalizedText& text) const override {
    NormalizedText::Editor edit(text);
    while (!edit.rest().empty()) {
      const std::string_view rest = edit.rest();
      if (const size_t plain = ascii_prefix(rest); plain > 0) {
        edit.keep(plain);
        continue;
      }
      const size_t cluster = grapheme_length(rest);
      if (cluster < 6) {
        if (const auto match = charsmap_.shortest(rest.substr(0, cluster)); match.length > 0) {
          edit.replace(cluster, match.replacement);
          continue;
        }
      }
      for (size_t at = 0; at < cluster;) {
        const size_t size = read_character(rest, at).size;
        const auto match = charsmap_.shortest(rest.substr(at, size));
        match.length > 0 ? edit.replace(size, match.replacement) : edit.keep(size);
        at += size;
      }
    }
    edit.finish();
  }

  Json to_json() const override {
    return {{"type", "Precompiled"}, {"precompiled_charsmap", to_base64(charsmap_.blob())}};
  }

 private:
  // Printable ASCII characters that no rule touches, each followed by another: clusters of their own.
  size_t ascii_prefix(std::string_view text) const {
    size_t size = charsmap_.untouched(text);
    size_t at = 0;
    while (at < size && text[at] >= ' ' && text[at] <= '~') ++at;
    if (at < text.size() && at > 0 && static_cast<unsigned char>(text[at]) >= 0x80) --at;
    return at;
  }

  Charsmap charsmap_;
};

}  // namespace

NormalizerPtr make_precompiled(const std::string& charsmap, const std::string& where) {
  return std::make_unique<Precompiled>(charsmap, where);
}

NormalizerPtr precompiled_from_json(const Json& json, const std::string& where) {
  return make_precompiled(from_base64(json_get<std::string>(json, "precompiled_charsmap", where), where),
                          where);
}

}  // namespace hodhod::text
