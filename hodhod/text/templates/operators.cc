// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/operators.h"

#include <cmath>
#include <cstdint>

#include "hodhod/base/error.h"
#include "hodhod/text/templates/functions.h"

namespace hodhod::text::templates {
namespace {

[[noreturn]] void not_defined(std::string_view sign, const Value& a, const Value& b) {
  for (const Value* side : {&a, &b})
    check(!side->is_undefined(), "\"{}\" is undefined", side->is_undefined() ? side->undefined().name : "");
  fail("{} is not defined between values of kind {} and {}", sign, a.kind(), b.kind());
}

Value repeated(const Value& value, int64_t times) {
  times = std::max<int64_t>(times, 0);
  if (value.is_string()) {
    check_length(static_cast<double>(value.string().size()) * static_cast<double>(times));
    std::string out;
    for (int64_t i = 0; i < times && !value.string().empty(); ++i) out += value.string();
    return out;
  }
  const auto& elements = value.list().elements;
  check(static_cast<double>(elements.size()) * static_cast<double>(times) <= kLongestList,
        "a list of more than {} elements", kLongestList);
  List out{.elements = {}, .tuple = value.list().tuple};
  for (int64_t i = 0; i < times && !elements.empty(); ++i)
    out.elements.insert(out.elements.end(), elements.begin(), elements.end());
  return out;
}

Value of_reals(std::string_view sign, double a, double b) {
  if (sign == "+") return a + b;
  if (sign == "-") return a - b;
  if (sign == "*") return a * b;
  if (sign == "**") return std::pow(a, b);
  check(b != 0, "division by zero");
  if (sign == "/") return a / b;
  if (sign == "//") return std::floor(a / b);
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Value whole_power(int64_t base, int64_t exponent) {
  if (exponent < 0) return std::pow(static_cast<double>(base), static_cast<double>(exponent));
  int64_t out = 1;
  // A base of −1, 0 or 1 never overflows; any other does within 63 steps.
  if (base >= -1 && base <= 1) return base == -1 && exponent % 2 == 0 ? 1 : exponent == 0 ? 1 : base;
  for (int64_t i = 0; i < exponent; ++i)
    check(!__builtin_mul_overflow(out, base, &out), "the result of ** is too large");
  return out;
}

Value of_integers(std::string_view sign, int64_t a, int64_t b) {
  int64_t out = 0;
  bool overflows = false;
  if (sign == "+") overflows = __builtin_add_overflow(a, b, &out);
  if (sign == "-") overflows = __builtin_sub_overflow(a, b, &out);
  if (sign == "*") overflows = __builtin_mul_overflow(a, b, &out);
  if (sign == "**") return whole_power(a, b);
  if (sign == "/" || sign == "//" || sign == "%") {
    check(b != 0, "division by zero");
    if (sign == "/") return static_cast<double>(a) / static_cast<double>(b);
    overflows = a == INT64_MIN && b == -1;
    if (!overflows) {
      const int64_t quotient = a / b, rest = a % b;
      const bool down = rest != 0 && (rest < 0) != (b < 0);
      out = sign == "%" ? (down ? rest + b : rest) : quotient - (down ? 1 : 0);
    }
  }
  check(!overflows, "the result of {} is too large", sign);
  return out;
}

}  // namespace

Value arithmetic(std::string_view sign, const Value& a, const Value& b) {
  if (sign == "~") {
    std::string left = a.to_text(), right = b.to_text();
    check_length(static_cast<double>(left.size() + right.size()));
    return left + right;
  }
  if (a.is_number() && b.is_number()) {
    if (a.is_float() || b.is_float()) return of_reals(sign, a.number(), b.number());
    return of_integers(sign, a.integer(), b.integer());
  }
  if (sign == "+" && a.is_string() && b.is_string()) {
    check_length(static_cast<double>(a.string().size() + b.string().size()));
    return a.string() + b.string();
  }
  if (sign == "+" && a.is_list() && b.is_list() && a.list().tuple == b.list().tuple) {
    List out = a.list();
    const auto& more = b.list().elements;
    out.elements.insert(out.elements.end(), more.begin(), more.end());
    check(out.elements.size() <= kLongestList, "a list of more than {} elements", kLongestList);
    return out;
  }
  const auto repeats = [](const Value& x, const Value& n) {
    return (x.is_string() || x.is_list()) && (n.is_integer() || n.is_boolean());
  };
  if (sign == "*" && repeats(a, b)) return repeated(a, b.integer());
  if (sign == "*" && repeats(b, a)) return repeated(b, a.integer());
  not_defined(sign, a, b);
}

Value negative(const Value& a) {
  check(a.is_number(), "− is not defined for a value of kind {}", a.kind());
  if (a.is_float()) return -a.number();
  return of_integers("-", 0, a.integer());
}

bool compare(std::string_view sign, const Value& a, const Value& b) {
  if (sign == "==") return a == b;
  if (sign == "!=") return !(a == b);
  if (sign == "in") return contains(b, a);
  if (sign == "not in") return !contains(b, a);
  if (a.is_undefined() || b.is_undefined()) not_defined(sign, a, b);
  if (sign == "<") return less(a, b);
  if (sign == ">") return less(b, a);
  if (sign == "<=") return less(a, b) || a == b;
  return less(b, a) || a == b;
}

}  // namespace hodhod::text::templates
