// SPDX-License-Identifier: Apache-2.0
// The name of an enumerator, from the list that `names_of` gives for its type (base/visit.h).
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace hodhod {

template <class Enum>
requires std::is_enum_v<Enum> && requires(Enum value) { names_of(value); }
constexpr std::string_view name_of(Enum value) { return names_of(value)[static_cast<size_t>(value)]; }

}  // namespace hodhod
