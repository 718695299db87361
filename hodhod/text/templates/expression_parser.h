// SPDX-License-Identifier: Apache-2.0
// The expressions of a template, by recursive descent in the order of precedence of Jinja's grammar: a
// choice, or, and, not, comparisons, + and −, ~, * / // %, **, filters and tests, signs, what follows a
// value.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "hodhod/text/templates/token_reader.h"

namespace hodhod::text::templates {

class ExpressionParser : public TokenReader {
 public:
  using TokenReader::TokenReader;

 protected:
  using Kind = Expression::Kind;

  // Expressions with commas between are a tuple.
  Expression sequence(bool choices = true);
  Expression expression();
  // Filters and tests behind a value. `first`: the first filter stands without "|", as in {% filter upper %}.
  Expression filters(Expression out, bool first);

 private:
  static Expression pair(Kind kind, std::string name, Expression left, Expression right);
  static Expression single(Kind kind, size_t at, Expression operand);
  Expression disjunction();
  Expression conjunction();
  Expression inversion();
  Expression comparison();
  // The operator of a comparison that stands here, or nothing.
  std::string comparing_sign() const;
  Expression operators(std::initializer_list<std::string_view> signs,
                       Expression (ExpressionParser::*operand)());
  Expression sum();
  Expression joined();
  Expression product();
  Expression power();
  // As in Jinja, a sign binds tighter than **, and a filter applies to what stands right before it, its sign
  // included.
  Expression signed_value();
  Expression without_filters();
  Expression postfix(Expression out);
  Expression subscript(Expression object, size_t at);
  // The byte behind "[]" at `at`, or 0.
  size_t peek_before_end(size_t at) const;
  // "(" has been taken.
  void arguments(Expression& call);
  std::string dotted_name(std::string_view what);
  // A test may take its one argument without parentheses: x is divisibleby 3.
  Expression test(Expression out);
  Expression integer(const SyntaxToken& token) const;
  Expression primary();
  Expression parenthesis(size_t at);
  Expression listed(Kind kind, std::string_view closing, size_t at);
  Expression dict(size_t at);
};

}  // namespace hodhod::text::templates
