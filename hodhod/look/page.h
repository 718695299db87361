// SPDX-License-Identifier: Apache-2.0
// A page of `hodhod look`: web/dist/look.html with an index and blocks of numbers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/data_page.h"
#include "hodhod/base/json.h"
#include "hodhod/look/recorder.h"

namespace hodhod::look {

// A number for JSON: where it is not finite, "NaN", "Infinity" or "-Infinity". Of a float the shortest digits
// that give it back, of a double seven.
Json number(float value);
Json number(double value);

// The tensors for the index, and their blocks, numbered from 0; equal blocks are one.
struct PackedPage {
  Json tensors = Json::array();
  std::vector<PageBlock> blocks = {};
};
PackedPage page_tensors(std::span<const RecordedTensor> tensors);

// The page for an index and blocks. `summary` is HTML, for browsers without scripts.
std::string look_page(const Json& index, std::span<const PageBlock> blocks, std::string_view summary);
// Bytes of a page without data.
size_t bytes_of_bare_page();
// A text as HTML.
std::string escaped_html(std::string_view text);

}  // namespace hodhod::look
