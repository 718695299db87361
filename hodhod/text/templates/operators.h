// SPDX-License-Identifier: Apache-2.0
// The operators of a template's language, with Python's meaning.
#pragma once

#include <string_view>

#include "hodhod/text/templates/value.h"

namespace hodhod::text::templates {

// a sign b, with + - * / // % ** ~. Whole numbers that leave 64 bits are an error.
Value arithmetic(std::string_view sign, const Value& a, const Value& b);
// −a
Value negative(const Value& a);
// a sign b, with == != < <= > >= in, not in.
bool compare(std::string_view sign, const Value& a, const Value& b);

}  // namespace hodhod::text::templates
