// SPDX-License-Identifier: Apache-2.0
// Recursive descent, in the order of precedence of Jinja's grammar: a choice, or, and, not, comparisons,
// + and −, ~, * / // %, **, filters and tests, signs, what follows a value.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/text/templates/scanner.h"
#include "hodhod/text/templates/syntax.h"

namespace hodhod::text::templates {
namespace {

using Kind = Expression::Kind;
using TokenKind = SyntaxToken::Kind;

constexpr int kDeepestNesting = 64;
constexpr std::array<std::string_view, 9> kRefusedStatements = {
    "include", "import", "from", "extends", "block", "autoescape", "do", "trans", "debug"};

class Parser {
 public:
  Parser(std::string_view source, const std::string& name)
      : source_(source), name_(name), segments_(scan_template(source, name)) {}

  std::vector<Statement> run() {
    std::vector<Statement> all = statements({});
    return all;
  }

 private:
  // ---- tokens ----

  [[noreturn]] void complain(size_t at, const std::string& what) const {
    fail("{}: {}", place_in_template(source_, name_, at), what);
  }
  const SyntaxToken& peek(size_t ahead = 0) const {
    const auto& tokens = segments_[segment_].tokens;
    return tokens[std::min(token_ + ahead, tokens.size() - 1)];
  }
  SyntaxToken take() {
    SyntaxToken token = peek();
    if (token.kind != TokenKind::end) ++token_;
    return token;
  }
  bool is(TokenKind kind, std::string_view text, size_t ahead = 0) const {
    return peek(ahead).kind == kind && peek(ahead).text == text;
  }
  bool take_if(TokenKind kind, std::string_view text) {
    if (!is(kind, text)) return false;
    take();
    return true;
  }
  bool take_sign(std::string_view text) { return take_if(TokenKind::sign, text); }
  bool take_word(std::string_view text) { return take_if(TokenKind::name, text); }
  void expect(TokenKind kind, std::string_view text) {
    if (!take_if(kind, text)) complain(peek().at, fmt::format("expected \"{}\" {}", text, found()));
  }
  std::string expect_name(std::string_view what) {
    if (peek().kind != TokenKind::name) complain(peek().at, fmt::format("expected {} {}", what, found()));
    return take().text;
  }
  std::string found() const {
    return peek().kind == TokenKind::end ? "before the end of the tag"
                                         : fmt::format("before \"{}\"", peek().text);
  }
  void expect_end() {
    if (peek().kind != TokenKind::end) complain(peek().at, fmt::format("unexpected \"{}\"", peek().text));
  }

  // Counts nesting while it lives.
  struct Nesting {
    Parser& parser;
    explicit Nesting(Parser& p) : parser(p) {
      if (++parser.depth_ > kDeepestNesting)
        parser.complain(parser.peek_at(), fmt::format("nests deeper than {} levels", kDeepestNesting));
    }
    ~Nesting() { --parser.depth_; }
  };
  size_t peek_at() const {
    if (segment_ >= segments_.size()) return source_.size();
    return segments_[segment_].tokens.empty() ? segments_[segment_].at : peek().at;
  }

  // ---- statements ----

  // Until a tag that begins with one of `ends`, which is not taken; without any, to the end of the template.
  std::vector<Statement> statements(std::initializer_list<std::string_view> ends) {
    const Nesting nesting(*this);
    const size_t begin = segment_ == 0 ? 0 : segments_[segment_ - 1].at;
    std::vector<Statement> out;
    for (; segment_ < segments_.size(); ++segment_) {
      Segment& segment = segments_[segment_];
      token_ = 0;
      if (segment.kind == Segment::Kind::text) {
        out.push_back({.kind = Statement::Kind::text, .at = segment.at, .text = std::move(segment.text)});
      } else if (segment.kind == Segment::Kind::output) {
        Statement statement{.kind = Statement::Kind::output, .at = segment.at};
        statement.expressions.push_back(sequence());
        expect_end();
        out.push_back(std::move(statement));
      } else {
        const std::string_view word = peek().text;
        if (std::find(ends.begin(), ends.end(), word) != ends.end()) return out;
        out.push_back(statement());
      }
    }
    if (ends.size() > 0) complain(begin, fmt::format("this tag needs {{% {} %}}", *(ends.end() - 1)));
    return out;
  }

  // Goes on behind the tag that has been read.
  void next_segment() {
    expect_end();
    ++segment_;
    token_ = 0;
  }
  // A body up to {% end %}.
  std::vector<Statement> body(std::string_view end) {
    next_segment();
    std::vector<Statement> out = statements({end});
    take();
    // {% endmacro name %} and {% endset %} may say what they close.
    if (peek().kind == TokenKind::name) take();
    expect_end();
    return out;
  }

  Statement statement() {
    const size_t at = segments_[segment_].at;
    const std::string word = expect_name("a statement");
    if (word == "set") return set(at);
    if (word == "for") return for_loop(at);
    if (word == "if") return condition(at);
    if (word == "macro") return macro(at);
    if (word == "with") return with(at);
    if (word == "call") return call(at);
    if (word == "break" || word == "continue") {
      if (loops_ == 0) complain(at, fmt::format("{} stands outside a loop", word));
      expect_end();
      return {.kind = word == "break" ? Statement::Kind::break_loop : Statement::Kind::continue_loop,
              .at = at};
    }
    if (word == "generation")
      return {.kind = Statement::Kind::block, .at = at, .body = body("endgeneration")};
    if (word == "filter") {
      Statement filtered{.kind = Statement::Kind::filtered, .at = at};
      filtered.expressions.push_back(filter_chain(at, true));
      filtered.body = body("endfilter");
      return filtered;
    }
    const bool known =
        std::find(kRefusedStatements.begin(), kRefusedStatements.end(), word) != kRefusedStatements.end();
    if (known) complain(at, fmt::format("{{% {} %}} is not supported in a chat template", word));
    complain(at, fmt::format("there is no statement \"{}\" that could stand here", word));
  }

  // The filters of {% filter a|b %} and {% set name | a %}, on a literal that stands for the text.
  Expression filter_chain(size_t at, bool first) {
    Expression out = filters({.kind = Kind::literal, .at = at}, first);
    const Expression* inner = &out;
    while (inner->kind == Kind::filter) inner = &inner->parts[0];
    if (inner->kind != Kind::literal) complain(at, "only filters can stand here");
    return out;
  }

  std::vector<std::string> targets() {
    std::vector<std::string> names;
    const bool parenthesis = take_sign("(");
    do {
      if (!names.empty() && peek().kind != TokenKind::name) break;
      names.push_back(expect_name("a name"));
    } while (take_sign(","));
    if (parenthesis) expect(TokenKind::sign, ")");
    return names;
  }

  Statement set(size_t at) {
    Statement out{.kind = Statement::Kind::set, .at = at};
    out.names = targets();
    if (out.names.size() == 1 && take_sign(".")) out.member = expect_name("a member's name");
    if (take_sign("=")) {
      out.expressions.push_back(sequence());
      expect_end();
      return out;
    }
    if (take_sign("|")) {
      // {% set name | filter %}…{% endset %}
      --token_;
      Statement inner{.kind = Statement::Kind::filtered, .at = at};
      inner.expressions.push_back(filter_chain(at, false));
      inner.body = body("endset");
      out.body.push_back(std::move(inner));
      return out;
    }
    out.body = body("endset");
    return out;
  }

  Statement for_loop(size_t at) {
    Statement out{.kind = Statement::Kind::for_loop, .at = at};
    out.names = targets();
    expect(TokenKind::name, "in");
    out.expressions.push_back(sequence(false));
    if (take_word("if")) out.expressions.push_back(expression());
    if (is(TokenKind::name, "recursive")) complain(peek().at, "recursive loops are not supported");
    next_segment();
    ++loops_;
    out.body = statements({"else", "endfor"});
    --loops_;
    if (take_word("else")) {
      next_segment();
      out.otherwise = statements({"endfor"});
    }
    take_word("endfor");
    expect_end();
    return out;
  }

  Statement condition(size_t at) {
    Statement out{.kind = Statement::Kind::condition, .at = at};
    while (true) {
      out.expressions.push_back(sequence());
      next_segment();
      out.branches.push_back(statements({"elif", "else", "endif"}));
      if (!take_word("elif")) break;
    }
    if (take_word("else")) {
      next_segment();
      out.otherwise = statements({"endif"});
    }
    take_word("endif");
    expect_end();
    return out;
  }

  Statement macro(size_t at) {
    Statement out{.kind = Statement::Kind::macro, .at = at};
    out.text = expect_name("the macro's name");
    expect(TokenKind::sign, "(");
    parameters(out);
    macro_body(out, "endmacro");
    return out;
  }

  // {% call(parameters) macro(arguments) %}
  Statement call(size_t at) {
    Statement out{.kind = Statement::Kind::call, .at = at};
    if (take_sign("(")) parameters(out);
    out.called.push_back(expression());
    if (out.called[0].kind != Kind::call) complain(at, "{% call %} needs the call of a macro");
    macro_body(out, "endcall");
    return out;
  }

  // "(" has been taken.
  void parameters(Statement& out) {
    bool first = true;
    while (!take_sign(")")) {
      if (!std::exchange(first, false)) {
        expect(TokenKind::sign, ",");
        if (take_sign(")")) break;
      }
      out.names.push_back(expect_name("a parameter"));
      if (take_sign("=")) {
        out.expressions.push_back(expression());
      } else if (!out.expressions.empty()) {
        complain(peek().at, "a parameter without a default follows one that has a default");
      }
    }
  }

  void macro_body(Statement& out, std::string_view end) {
    const int outside = std::exchange(loops_, 0);
    out.body = body(end);
    loops_ = outside;
  }

  Statement with(size_t at) {
    Statement out{.kind = Statement::Kind::scope, .at = at};
    while (peek().kind == TokenKind::name) {
      out.names.push_back(take().text);
      expect(TokenKind::sign, "=");
      out.expressions.push_back(expression());
      if (!take_sign(",")) break;
    }
    out.body = body("endwith");
    return out;
  }

  // ---- expressions ----

  // Expressions with commas between are a tuple.
  Expression sequence(bool choices = true) {
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

  Expression expression() {
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

  static Expression pair(Kind kind, std::string name, Expression left, Expression right) {
    Expression out{.kind = kind, .at = left.at, .name = std::move(name)};
    out.parts.push_back(std::move(left));
    out.parts.push_back(std::move(right));
    return out;
  }
  static Expression single(Kind kind, size_t at, Expression operand) {
    Expression out{.kind = kind, .at = at};
    out.parts.push_back(std::move(operand));
    return out;
  }

  Expression disjunction() {
    Expression out = conjunction();
    while (take_word("or")) out = pair(Kind::logical_or, {}, std::move(out), conjunction());
    return out;
  }
  Expression conjunction() {
    Expression out = inversion();
    while (take_word("and")) out = pair(Kind::logical_and, {}, std::move(out), inversion());
    return out;
  }
  Expression inversion() {
    const size_t at = peek().at;
    if (!take_word("not")) return comparison();
    const Nesting nesting(*this);
    return single(Kind::logical_not, at, inversion());
  }

  Expression comparison() {
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

  // The operator of a comparison that stands here, or nothing.
  std::string comparing_sign() const {
    for (const char* sign : {"==", "!=", "<=", ">=", "<", ">"})
      if (is(TokenKind::sign, sign)) return sign;
    if (is(TokenKind::name, "in")) return "in";
    return is(TokenKind::name, "not") && is(TokenKind::name, "in", 1) ? "not in" : "";
  }

  Expression operators(std::initializer_list<std::string_view> signs, Expression (Parser::*operand)()) {
    Expression out = (this->*operand)();
    while (peek().kind == TokenKind::sign &&
           std::find(signs.begin(), signs.end(), std::string_view(peek().text)) != signs.end()) {
      std::string sign = take().text;
      out = pair(Kind::arithmetic, std::move(sign), std::move(out), (this->*operand)());
    }
    return out;
  }
  Expression sum() { return operators({"+", "-"}, &Parser::joined); }
  Expression joined() { return operators({"~"}, &Parser::product); }
  Expression product() { return operators({"*", "/", "//", "%"}, &Parser::power); }
  Expression power() { return operators({"**"}, &Parser::signed_value); }

  // As in Jinja, a sign binds tighter than **, and a filter applies to what stands right before it, its sign
  // included.
  Expression signed_value() { return filters(without_filters(), false); }
  Expression without_filters() {
    const Nesting nesting(*this);
    const size_t at = peek().at;
    if (take_sign("-")) return single(Kind::negation, at, without_filters());
    if (take_sign("+")) return single(Kind::plus, at, without_filters());
    return postfix(primary());
  }

  Expression postfix(Expression out) {
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

  Expression subscript(Expression object, size_t at) {
    const Nesting nesting(*this);
    const auto bound = [&]() -> Expression {
      if (is(TokenKind::sign, ":") || is(TokenKind::sign, "]"))
        return {.kind = Kind::literal, .at = peek().at};
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
  // The byte behind "[]" at `at`, or 0.
  size_t peek_before_end(size_t at) const {
    const size_t inside = source_.find_first_not_of(" \t\n\r", at + 1);
    return inside != std::string_view::npos && source_[inside] == ']' ? inside + 1 : 0;
  }

  // "(" has been taken.
  void arguments(Expression& call) {
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

  // Filters and tests behind a value. `first`: the first filter stands without "|", as in {% filter upper %}.
  Expression filters(Expression out, bool first) {
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

  std::string dotted_name(std::string_view what) {
    std::string name = expect_name(what);
    while (take_sign(".")) name.append(".").append(expect_name("a name"));
    return name;
  }

  // A test may take its one argument without parentheses: x is divisibleby 3.
  Expression test(Expression out) {
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

  Expression integer(const SyntaxToken& token) const {
    int64_t value = 0;
    const char* end = token.text.data() + token.text.size();
    if (std::from_chars(token.text.data(), end, value).ec != std::errc())
      complain(token.at, fmt::format("{} is too large", token.text));
    return {.kind = Kind::literal, .at = token.at, .value = value};
  }

  Expression primary() {
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

  Expression parenthesis(size_t at) {
    if (take_sign(")")) return {.kind = Kind::tuple, .at = at};
    Expression first = expression();
    if (take_sign(")")) return first;
    expect(TokenKind::sign, ",");
    Expression out = listed(Kind::tuple, ")", at);
    out.parts.insert(out.parts.begin(), std::move(first));
    return out;
  }

  Expression listed(Kind kind, std::string_view closing, size_t at) {
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

  Expression dict(size_t at) {
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

  std::string_view source_;
  const std::string& name_;
  std::vector<Segment> segments_;
  size_t segment_ = 0, token_ = 0;
  int depth_ = 0;
  int loops_ = 0;
};

}  // namespace

std::vector<Statement> parse_template(std::string_view source, const std::string& name) {
  return Parser(source, name).run();
}

}  // namespace hodhod::text::templates
