// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/expression_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hodhod::text::templates {

Expression ExpressionParser::sequence(bool choices) {
  Expression first = choices ? expression() : disjunction();
  if (!is(TokenKind::sign, ",")) return first;
  Expression out{.kind = Kind::tuple, .at = first.at};
  out.parts.push_back(std::move(first));
  while (take_sign(",")) {
    if (peek().kind == TokenKind::end) break;
    out.parts.push_back(choices ? expression() : disjunction());
  }
  return out;
}

Expression ExpressionParser::expression() {
  const Nesting nesting(*this);
  Expression out = disjunction();
  while (take_word("if")) {
    Expression choice{.kind = Kind::choice, .at = out.at};
    choice.parts.push_back(std::move(out));
    choice.parts.push_back(disjunction());
    if (take_word("else")) choice.parts.push_back(expression());
    out = std::move(choice);
  }
  return out;
}

Expression ExpressionParser::pair(Kind kind, std::string name, Expression left, Expression right) {
  Expression out{.kind = kind, .at = left.at, .name = std::move(name)};
  out.parts.push_back(std::move(left));
  out.parts.push_back(std::move(right));
  return out;
}

Expression ExpressionParser::single(Kind kind, size_t at, Expression operand) {
  Expression out{.kind = kind, .at = at};
  out.parts.push_back(std::move(operand));
  return out;
}

Expression ExpressionParser::disjunction() {
  Expression out = conjunction();
  while (take_word("or")) out = pair(Kind::logical_or, {}, std::move(out), conjunction());
  return out;
}

Expression ExpressionParser::conjunction() {
  Expression out = inversion();
  while (take_word("and")) out = pair(Kind::logical_and, {}, std::move(out), inversion());
  return out;
}

Expression ExpressionParser::inversion() {
  const size_t at = peek().at;
  if (!take_word("not")) return comparison();
  const Nesting nesting(*this);
  return single(Kind::logical_not, at, inversion());
}

Expression ExpressionParser::comparison() {
  Expression out = sum();
  bool begun = false;  // out may be a comparison in parentheses, which is an operand
  for (std::string sign = comparing_sign(); !sign.empty(); sign = comparing_sign()) {
    take();
    if (sign == "not in") take();
    if (!std::exchange(begun, true)) {
      Expression first = std::exchange(out, {.kind = Kind::comparison});
      out.at = first.at;
      out.parts.push_back(std::move(first));
    }
    out.names.push_back(std::move(sign));
    out.parts.push_back(sum());
  }
  return out;
}

std::string ExpressionParser::comparing_sign() const {
  for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"})
    if (is(TokenKind::sign, sign)) return sign;
  if (is(TokenKind::name, "in")) return "in";
  return is(TokenKind::name, "not") && is(TokenKind::name, "in", 1) ? "not in" : "";
}

Expression ExpressionParser::operators(std::initializer_list<std::string_view> signs,
                                       Expression (ExpressionParser::*operand)()) {
  Expression out = (this->*operand)();
  while (peek().kind == TokenKind::sign &&
         std::find(signs.begin(), signs.end(), std::string_view(peek().text)) != signs.end()) {
    std::string sign = take().text;
    out = pair(Kind::arithmetic, std::move(sign), std::move(out), (this->*operand)());
  }
  return out;
}

Expression ExpressionParser::sum() { return operators({"+", "-"}, &ExpressionParser::joined); }

Expression ExpressionParser::joined() { return operators({"~"}, &ExpressionParser::product); }

Expression ExpressionParser::product() { return operators({"*", "/", "//", "%"}, &ExpressionParser::power); }

Expression ExpressionParser::power() { return operators({"**"}, &ExpressionParser::signed_value); }

Expression ExpressionParser::signed_value() { return filters(without_filters(), false); }

Expression ExpressionParser::without_filters() {
  const Nesting nesting(*this);
  const size_t at = peek().at;
  if (take_sign("-")) return single(Kind::negation, at, without_filters());
  if (take_sign("+")) return single(Kind::plus, at, without_filters());
  return postfix(primary());
}

Expression ExpressionParser::postfix(Expression out) {
  while (true) {
    const size_t at = peek().at;
    if (take_sign(".")) {
      const SyntaxToken token = take();
      if (token.kind == TokenKind::integer) {
        out = pair(Kind::item, {}, std::move(out), integer(token));
      } else if (token.kind == TokenKind::name) {
        out = single(Kind::attribute, at, std::move(out));
        out.name = token.text;
      } else {
        complain(token.at, "expected a name after \".\"");
      }
    } else if (take_sign("[")) {
      out = subscript(std::move(out), at);
    } else if (take_sign("(")) {
      out = single(Kind::call, at, std::move(out));
      arguments(out);
    } else {
      return out;
    }
  }
}

Expression ExpressionParser::subscript(Expression object, size_t at) {
  const Nesting nesting(*this);
  const auto bound = [&]() -> Expression {
    if (is(TokenKind::sign, ":") || is(TokenKind::sign, "]")) return {.kind = Kind::literal, .at = peek().at};
    return expression();
  };
  Expression first = bound();
  if (take_sign("]")) {
    if (first.kind == Kind::literal && first.value.is_none() && first.at + 1 == peek_before_end(at))
      complain(at, "expected an index between \"[\" and \"]\"");
    return pair(Kind::item, {}, std::move(object), std::move(first));
  }
  Expression out{.kind = Kind::slice, .at = at};
  out.parts.push_back(std::move(object));
  out.parts.push_back(std::move(first));
  for (int i = 0; i < 2; ++i)
    out.parts.push_back(take_sign(":") ? bound() : Expression{.kind = Kind::literal, .at = at});
  expect(TokenKind::sign, "]");
  return out;
}

size_t ExpressionParser::peek_before_end(size_t at) const {
  const size_t inside = source_.find_first_not_of(" \t\n\r", at + 1);
  return inside != std::string_view::npos && source_[inside] == ']' ? inside + 1 : 0;
}

void ExpressionParser::arguments(Expression& call) {
  const Nesting nesting(*this);
  bool first = true;
  while (!take_sign(")")) {
    if (!std::exchange(first, false)) {
      expect(TokenKind::sign, ",");
      if (take_sign(")")) break;
    }
    if (take_sign("**")) {
      call.keywords.emplace_back("**", expression());
      continue;
    }
    if (is(TokenKind::sign, "*")) {
      const size_t at = take().at;
      call.parts.push_back(single(Kind::spread, at, expression()));
      continue;
    }
    if (peek().kind == TokenKind::name && is(TokenKind::sign, "=", 1)) {
      std::string name = take().text;
      take();
      call.keywords.emplace_back(std::move(name), expression());
    } else if (call.keywords.empty()) {
      call.parts.push_back(expression());
    } else {
      complain(peek().at, "an argument without a name follows one with a name");
    }
  }
}

Expression ExpressionParser::filters(Expression out, bool first) {
  while (true) {
    const size_t at = peek().at;
    if (first || take_sign("|")) {
      first = false;
      out = single(Kind::filter, at, std::move(out));
      out.name = dotted_name("a filter");
      if (take_sign("(")) arguments(out);
    } else if (take_word("is")) {
      const bool negated = take_word("not");
      out = test(single(Kind::test, at, std::move(out)));
      if (negated) out = single(Kind::logical_not, at, std::move(out));
    } else {
      return out;
    }
  }
}

std::string ExpressionParser::dotted_name(std::string_view what) {
  std::string name = expect_name(what);
  while (take_sign(".")) name.append(".").append(expect_name("a name"));
  return name;
}

Expression ExpressionParser::test(Expression out) {
  if (peek().kind == TokenKind::sign && peek().text == "==") {
    out.name = take().text;
  } else {
    out.name = expect_name("a test");
  }
  if (take_sign("(")) {
    arguments(out);
    return out;
  }
  const bool word = peek().kind == TokenKind::name;
  const bool stops =
      peek().kind == TokenKind::end || peek().kind == TokenKind::sign ||
      (word && (is(TokenKind::name, "else") || is(TokenKind::name, "or") || is(TokenKind::name, "and") ||
                is(TokenKind::name, "if") || is(TokenKind::name, "is") || is(TokenKind::name, "in") ||
                is(TokenKind::name, "not")));
  const bool opens = is(TokenKind::sign, "[") || is(TokenKind::sign, "{");
  if (!stops || opens) out.parts.push_back(postfix(primary()));
  return out;
}

Expression ExpressionParser::integer(const SyntaxToken& token) const {
  int64_t value = 0;
  const char* end = token.text.data() + token.text.size();
  if (std::from_chars(token.text.data(), end, value).ec != std::errc())
    complain(token.at, fmt::format("{} is too large", token.text));
  return {.kind = Kind::literal, .at = token.at, .value = value};
}

Expression ExpressionParser::primary() {
  const Nesting nesting(*this);
  const SyntaxToken token = take();
  const auto literal = [&](Value value) {
    return Expression{.kind = Kind::literal, .at = token.at, .value = std::move(value)};
  };
  if (token.kind == TokenKind::string) {
    std::string text = token.text;
    while (peek().kind == TokenKind::string) text += take().text;
    return literal(std::move(text));
  }
  if (token.kind == TokenKind::integer) return integer(token);
  if (token.kind == TokenKind::real) {
    double value = 0;
    std::from_chars(token.text.data(), token.text.data() + token.text.size(), value);
    return literal(value);
  }
  if (token.kind == TokenKind::name) {
    if (token.text == "true" || token.text == "True") return literal(true);
    if (token.text == "false" || token.text == "False") return literal(false);
    if (token.text == "none" || token.text == "None") return literal({});
    return {.kind = Kind::name, .at = token.at, .name = token.text};
  }
  if (token.text == "(") return parenthesis(token.at);
  if (token.text == "[") return listed(Kind::list, "]", token.at);
  if (token.text == "{") return dict(token.at);
  if (token.kind == TokenKind::end) complain(token.at, "expected an expression before the end of the tag");
  complain(token.at, fmt::format("expected an expression before \"{}\"", token.text));
}

Expression ExpressionParser::parenthesis(size_t at) {
  if (take_sign(")")) return {.kind = Kind::tuple, .at = at};
  Expression first = expression();
  if (take_sign(")")) return first;
  expect(TokenKind::sign, ",");
  Expression out = listed(Kind::tuple, ")", at);
  out.parts.insert(out.parts.begin(), std::move(first));
  return out;
}

Expression ExpressionParser::listed(Kind kind, std::string_view closing, size_t at) {
  Expression out{.kind = kind, .at = at};
  while (!take_sign(closing)) {
    if (!out.parts.empty()) {
      expect(TokenKind::sign, ",");
      if (take_sign(closing)) break;
    }
    out.parts.push_back(expression());
  }
  return out;
}

Expression ExpressionParser::dict(size_t at) {
  Expression out{.kind = Kind::dict, .at = at};
  while (!take_sign("}")) {
    if (!out.parts.empty()) {
      expect(TokenKind::sign, ",");
      if (take_sign("}")) break;
    }
    out.parts.push_back(expression());
    expect(TokenKind::sign, ":");
    out.parts.push_back(expression());
  }
  return out;
}

}  // namespace hodhod::text::templates
