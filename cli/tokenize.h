// SPDX-License-Identifier: Apache-2.0
// What the actions of `hodhod tokenize` share.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "hodhod/text/persian.h"

namespace hodhod::cli {

void add_tokenize_encode(CLI::App& tokenize, Session& session);
void add_tokenize_normalize(CLI::App& tokenize, Session& session);
void add_tokenize_describe(CLI::App& tokenize, Session& session);
void add_tokenize_train(CLI::App& tokenize, Session& session);

// Options for the rules of the Persian normaliser, each with its switch. `digits` is parsed by
// persian_options.
struct PersianFlags {
  text::PersianOptions options;
  std::string digits = "persian";
};
void add_persian_flags(CLI::App& action, PersianFlags& flags);
text::PersianOptions persian_options(const PersianFlags& flags);

// A text for one line of a terminal: blanks, line ends and joiners made visible (␣, ⏎, ⟨ZWNJ⟩).
std::string visible(std::string_view text);

}  // namespace hodhod::cli
