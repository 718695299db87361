// SPDX-License-Identifier: Apache-2.0
// The one exception type, and the check that throws it.
//
// A message says what was wrong, where (file, line, tensor, byte) and what to do about it.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace hodhod {

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

// Throws Error with the formatted message.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> message, Args&&... args) {
  throw Error(fmt::vformat(message, fmt::make_format_args(args...)));
}

// Throws Error with the formatted message unless `condition` holds. The arguments are formatted only then.
template <class... Args>
inline void check(bool condition, fmt::format_string<Args...> message, Args&&... args) {
  if (!condition) [[unlikely]] {
    throw Error(fmt::vformat(message, fmt::make_format_args(args...)));
  }
}

}  // namespace hodhod
