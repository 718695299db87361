// SPDX-License-Identifier: Apache-2.0
// Carries out a template that has been parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/templates/chat_template.h"
#include "hodhod/text/templates/syntax.h"

namespace hodhod::text::templates {

// A template and what errors call it.
struct TemplateSource {
  std::string_view text;
  const std::string& name;
};

// What the statements write, with the members of `variables` as names. Errors say NAME:LINE:COLUMN.
std::string evaluate(const std::vector<Statement>& statements, const TemplateSource& source,
                     const Json& variables, const RenderOptions& options);

}  // namespace hodhod::text::templates
