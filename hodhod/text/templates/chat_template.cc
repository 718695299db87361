// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/chat_template.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "hodhod/text/templates/evaluator.h"
#include "hodhod/text/templates/syntax.h"

namespace hodhod::text {

namespace {

using templates::Expression;
using templates::Statement;

bool names(const Expression& expression, std::string_view name) {
  if (expression.kind == Expression::Kind::name && expression.name == name) return true;
  const auto in = [&](const Expression& part) { return names(part, name); };
  return std::any_of(expression.parts.begin(), expression.parts.end(), in) ||
         std::any_of(expression.keywords.begin(), expression.keywords.end(),
                     [&](const auto& keyword) { return in(keyword.second); });
}

bool names(const Statement& statement, std::string_view name) {
  const auto in = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const auto& part) { return names(part, name); });
  };
  return in(statement.expressions) || in(statement.called) || in(statement.body) || in(statement.otherwise) ||
         std::any_of(statement.branches.begin(), statement.branches.end(), in);
}

}  // namespace

struct ChatTemplate::Parsed {
  std::string source, name;
  std::vector<templates::Statement> statements;
};

ChatTemplate::ChatTemplate(std::string source, std::string name) {
  std::vector<templates::Statement> statements = templates::parse_template(source, name);
  parsed_ = std::make_unique<const Parsed>(Parsed{std::move(source), std::move(name), std::move(statements)});
}

ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

std::string ChatTemplate::render(const Json& variables, const RenderOptions& options) const {
  return templates::evaluate(parsed_->statements, {parsed_->source, parsed_->name}, variables, options);
}

bool ChatTemplate::reads(std::string_view name) const {
  return std::any_of(parsed_->statements.begin(), parsed_->statements.end(),
                     [&](const Statement& statement) { return names(statement, name); });
}

const std::string& ChatTemplate::source() const { return parsed_->source; }

}  // namespace hodhod::text
