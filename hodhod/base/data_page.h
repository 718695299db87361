// SPDX-License-Identifier: Apache-2.0
// Pages that hold their data: a template, an index in JSON, and blocks of bytes.
//
// The template holds the line <!--hodhod:data-->. The data take its place:
//   <script type="application/json" id="ID">…</script>    the index, with every < written as \u003c, and marks of
//                                                          direction in the same way
//   <script type="text/plain" id="b0">…</script>           block 0 in base64; then b1, b2, …
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod {

// Base64 with padding (RFC 4648, section 4).
std::string to_base64(std::string_view bytes);

// Elements of `width` bytes with their first bytes together, then their second bytes, and so on: numbers that
// are near each other pack better so. bytes.size() is a multiple of `width`.
std::string in_byte_planes(std::string_view bytes, size_t width);

// Bytes as a page holds them.
struct PageBlock {
  std::string text;      // base64
  uint64_t raw = 0;      // bytes
  bool deflate = false;  // packed by zlib (RFC 1950) before base64
};
// Packs where that saves 5 % or more.
PageBlock page_block(std::string_view bytes);

// The template with an index and blocks in it, to be written to a file. Error if it has no place for data.
std::string data_page(std::string_view page, std::string_view id, const Json& index,
                      std::span<const PageBlock> blocks);

}  // namespace hodhod
