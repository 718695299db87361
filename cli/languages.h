// SPDX-License-Identifier: Apache-2.0
// The flags --source-language and --target-language of commands that translate.
#pragma once

#include "cli/arguments.h"
#include "hodhod/decode/options.h"
#include "hodhod/tasks/languages.h"

namespace hodhod::cli {

void add_languages(Command& command, LanguageChoice& choice);

// read_decoding (cli/decoding.h) for a translation between these languages.
void read_decoding(const Command& command, const ModelPath& path, const LanguageChoice& choice,
                   DecodeOptions& options);

// Lets the translator, and the options that its texts are decoded with, use these languages. Says so if the
// model knows several and nothing names the one to write.
void use_languages(const LanguageChoice& choice, Translator& translator, DecodeOptions& options);

}  // namespace hodhod::cli
