// SPDX-License-Identifier: Apache-2.0
// For tests: what errors say.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "hodhod/base/error.h"

namespace hodhod {

// The message of the Error that `call` throws, or "no error".
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// `call` throws an Error that says `text` somewhere.
template <class Call>
void expect_error(Call&& call, const std::string& text) {
  EXPECT_THAT(error_of(call), testing::HasSubstr(text));
}

}  // namespace hodhod
