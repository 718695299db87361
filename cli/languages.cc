// SPDX-License-Identifier: Apache-2.0
#include "cli/languages.h"

#include "cli/decoding.h"
#include "cli/output.h"
#include "hodhod/models/directory.h"

namespace hodhod::cli {

void add_languages(Command& command, LanguageChoice& choice) {
  command
      .add(
          "--source-language", choice.source,
          "Language of the texts, for models that know many: its token (en_XX), the beginning of it (en), or "
          "its name in config.json (T5)")
      .called("NAME");
  command.add("--target-language", choice.target, "Language to translate into, in the same form")
      .called("NAME");
  command.add(
      "--prefix", choice.prefix,
      "What is put before each text, such as 'translate English to Persian: ' for T5; by default what "
      "config.json says of the languages");
}

void read_decoding(const Command& command, const ModelPath& path, const LanguageChoice& choice,
                   DecodeOptions& options) {
  const std::string task = choice.names_none() ? std::string(kTranslation)
                                               : translation_task(ModelDirectory::open(path).json, choice);
  read_decoding(command, path, options, task);
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
