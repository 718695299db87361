// SPDX-License-Identifier: Apache-2.0
// What the subcommands of `hodhod tokenize` share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "hodhod/text/normalizers/persian.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::cli {

void add_tokenize_encode(Command& tokenize);
void add_tokenize_normalize(Command& tokenize);
void add_tokenize_describe(Command& tokenize);
void add_tokenize_train(Command& tokenize);

// FILE…
void add_text_files(Command& action, std::vector<std::string>& files);

// Loads the tokenizer from a file or directory and prints warnings about unused settings on stderr.
text::Tokenizer load_tokenizer(const std::string& path);

// Options for the rules of the Persian normaliser, each with a switch. persian_options() parses `digits`.
struct PersianFlags {
  text::PersianOptions options;
  std::string digits = "persian";
};
void add_persian_flags(Command& action, PersianFlags& flags);
// Error when one of them was given, which has no effect for the reason `why`.
void refuse_persian_flags(const Command& command, std::string_view why);
text::PersianOptions persian_options(const PersianFlags& flags);

// The text for one line of a terminal: spaces, line breaks and joiners become visible (␣, ⏎, ⟨ZWNJ⟩).
std::string visible(std::string_view text);

}  // namespace hodhod::cli
