// SPDX-License-Identifier: Apache-2.0
#include "cli/languages.h"

#include "cli/output.h"

namespace hodhod::cli {

void add_languages(Command& command, LanguageChoice& choice) {
  command
      .add("--source-language", choice.source,
           "Language of the texts, for models that know many: its token (en_XX), or the beginning of it (en)")
      .called("NAME");
  command.add("--target-language", choice.target, "Language to translate into, in the same form")
      .called("NAME");
}

void use_languages(const LanguageChoice& choice, Translator& translator, DecodeOptions& options) {
  choose_languages(translator, choice);
  if (!choice.target.empty()) {
    options.forced_bos = translator.decoding.forced_bos;
    options.decoder_start = translator.decoding.decoder_start;
  }
  tell(language_notes(translator));
}

}  // namespace hodhod::cli
