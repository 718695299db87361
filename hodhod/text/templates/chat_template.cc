// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/chat_template.h"

#include <utility>
#include <vector>

#include "hodhod/text/templates/evaluator.h"
#include "hodhod/text/templates/syntax.h"

namespace hodhod::text {

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

const std::string& ChatTemplate::source() const { return parsed_->source; }

}  // namespace hodhod::text
