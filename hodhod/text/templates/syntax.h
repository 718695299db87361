// SPDX-License-Identifier: Apache-2.0
// A template after parsing: statements, and the expressions in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/templates/value.h"

namespace hodhod::text::templates {

// An expression. `parts` are its operands; what they are depends on the kind.
struct Expression {
  enum class Kind {
    literal,    // value
    name,       // name
    list,       // parts
    tuple,      // parts
    dict,       // parts: key, value, key, value …
    attribute,  // parts[0].name
    item,       // parts[0][parts[1]]
    slice,      // parts[0][parts[1]:parts[2]:parts[3]]; a bound that is left out is a literal none
    call,       // parts[0](parts[1], …, keywords); a keyword ** is a dict of them
    spread,     // *parts[0] among the arguments of a call
    filter,     // parts[0] | name(parts[1], …, keywords)
    test,       // parts[0] is name(parts[1], …)
    logical_not,
    logical_and,
    logical_or,
    choice,      // parts[0] if parts[1] else parts[2]; parts[2] may be missing
    comparison,  // parts[0] names[0] parts[1] names[1] parts[2] …, with ==, !=, <, <=, >, >=, in, not in
    negation,
    plus,
    arithmetic,  // parts[0] name parts[1], with + - * / // % ** ~
  };
  Kind kind;
  size_t at = 0;  // byte of the template
  std::string name = {};
  Value value = {};
  std::vector<Expression> parts = {};
  std::vector<std::string> names = {};                            // operators of a comparison
  std::vector<std::pair<std::string, Expression>> keywords = {};  // of a call, filter or test
};

struct Statement;

struct Statement {
  enum class Kind {
    text,       // text
    output,     // expressions[0]
    set,        // names (or name.member) = expressions[0]; without an expression the text of the body
    for_loop,   // for names in expressions[0] [if expressions[1]]: body, otherwise
    condition,  // if expressions[i]: branches[i]; otherwise
    macro,      // text(names): body; the last `expressions` are the defaults of the last parameters
    call,       // called[0] with a macro caller(names): body
    filtered,   // body through the filter expressions[0], whose first part is left out
    scope,      // with: names = expressions; body
    block,      // body, such as that of {% generation %}
    break_loop,
    continue_loop,
  };
  Kind kind;
  size_t at = 0;
  std::string text = {};
  std::string member = {};  // of `set name.member`
  std::vector<std::string> names = {};
  std::vector<Expression> expressions = {};
  std::vector<Expression> called = {};
  std::vector<Statement> body = {};
  std::vector<std::vector<Statement>> branches = {};
  std::vector<Statement> otherwise = {};
};

// The statements of a template in the syntax of Jinja 3, read with trim_blocks and lstrip_blocks, as
// Transformers reads chat templates. Errors say NAME:LINE:COLUMN. Nesting is limited.
std::vector<Statement> parse_template(std::string_view source, const std::string& name);

// "NAME:LINE:COLUMN", the column in characters from 1.
std::string place_in_template(std::string_view source, const std::string& name, size_t at);

}  // namespace hodhod::text::templates
