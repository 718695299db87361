// SPDX-License-Identifier: Apache-2.0
// The statements of a template.
#include <algorithm>
#include <array>
#include <utility>

#include "hodhod/text/templates/expression_parser.h"

namespace hodhod::text::templates {
namespace {

constexpr std::array<std::string_view, 9> kRefusedStatements = {
    "include", "import", "from", "extends", "block", "autoescape", "do", "trans", "debug"};

class Parser : ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  std::vector<Statement> run() { return statements({}); }

 private:
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

  int loops_ = 0;
};

}  // namespace

std::vector<Statement> parse_template(std::string_view source, const std::string& name) {
  return Parser(source, name).run();
}

}  // namespace hodhod::text::templates
