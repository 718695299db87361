// SPDX-License-Identifier: Apache-2.0
// The forms in which a page keeps a tensor, from the least exact to the exact one (web/src/look/format.ts).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hodhod::look {

// none: left out. top: the K largest of each row, as f16. sqrt8: p = (u8 / 255)². i8: a row's values in steps
// of its largest magnitude / 127. f16: IEEE half. f32: exact. i32: whole numbers, exact.
enum class Form { none, top, sqrt8, i8, f16, f32, i32 };
constexpr std::array<std::string_view, 7> names_of(Form) {
  return {"no", "top", "sqrt8", "i8", "f16", "f32", "i32"};
}

// Values of each row that the form `top` keeps.
inline constexpr int64_t kTop = 16;

}  // namespace hodhod::look
