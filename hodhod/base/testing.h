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

// `call` throws an Error that says each of `parts` somewhere.
template <class Call, class... Parts>
void expect_error(Call&& call, const Parts&... parts) {
  const std::string message = error_of(call);
  for (const std::string& part : {std::string(parts)...}) EXPECT_THAT(message, testing::HasSubstr(part));
}

}  // namespace hodhod
