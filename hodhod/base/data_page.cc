// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/data_page.h"

#include <fmt/format.h>
#include <zlib.h>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

constexpr std::string_view kPlace = "<!--hodhod:data-->";
constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string deflated(std::string_view bytes) {
  // Level 1: a third of the time of level 6 for 3 % more bytes.
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(size, '\0');
  const int result =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                static_cast<uLong>(bytes.size()), 1);
  check(result == Z_OK, "page: packing {} bytes failed", bytes.size());
  packed.resize(size);
  return packed;
}

// Besides <, characters that change how a page or an editor shows what stands around them: controls, marks of
// direction, separators of lines. Joiners are letters of Persian and stay.
bool is_escaped(char32_t code) {
  return code == '<' || (code >= 0x7F && code < 0xA0) || code == 0x61C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

// JSON that cannot end the script element that it stands in.
std::string script_json(const Json& value) {
  const std::string plain = format_json(value, -1);
  std::string text;
  for (size_t at = 0; at < plain.size();) {
    const Character character = read_character(plain, at);
    if (is_escaped(character.code)) {
      text += fmt::format("\\u{:04x}", static_cast<uint32_t>(character.code));
    } else {
      text.append(plain, at, character.size);
    }
    at += character.size;
  }
  return text;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])); };
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (const int shift : {18, 12, 6, 0}) text += kDigits[three >> shift & 63];
  }
  if (const size_t left = bytes.size() - i; left > 0) {
    const uint32_t some = byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0);
    text += kDigits[some >> 18 & 63];
    text += kDigits[some >> 12 & 63];
    text += left == 2 ? kDigits[some >> 6 & 63] : '=';
    text += '=';
  }
  return text;
}

std::string in_byte_planes(std::string_view bytes, size_t width) {
  const size_t count = bytes.size() / width;
  std::string planes(bytes.size(), '\0');
  for (size_t plane = 0; plane < width; ++plane) {
    for (size_t i = 0; i < count; ++i) planes[plane * count + i] = bytes[i * width + plane];
  }
  return planes;
}

PageBlock page_block(std::string_view bytes) {
  const std::string packed = deflated(bytes);
  const bool saves = static_cast<double>(packed.size()) <= 0.95 * static_cast<double>(bytes.size());
  return {.text = to_base64(saves ? std::string_view(packed) : bytes), .raw = bytes.size(), .deflate = saves};
}

std::string data_page(std::string_view page, std::string_view id, const Json& index,
                      std::span<const PageBlock> blocks) {
  const size_t place = page.find(kPlace);
  check(place != std::string_view::npos, "page: the template has no {}", kPlace);
  std::string text(page.substr(0, place));
  text += fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>", id, script_json(index));
  for (size_t i = 0; i < blocks.size(); ++i)
    text += fmt::format("\n<script type=\"text/plain\" id=\"b{}\">{}</script>", i, blocks[i].text);
  return text.append(page.substr(place + kPlace.size()));
}

}  // namespace hodhod
