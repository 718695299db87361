// SPDX-License-Identifier: Apache-2.0
// hodhod generate DIR: continues texts.
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/config_flags.h"
#include "cli/input.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
namespace {

struct Flags {
  std::string directory;
  std::vector<std::string> prompts;
  bool json = false;
  DecodeOptions decode;
};

int run(const Flags& flags) {
  const Writer writer = Writer::load(flags.directory);
  const std::vector<std::string> prompts =
      flags.prompts.empty() ? std::vector<std::string>{""} : flags.prompts;
  const bool live = prompts.size() == 1 && flags.decode.num_return_sequences == 1 &&
                    flags.decode.num_beams == 1 && !flags.json;
  if (live) {
    print_text(prompts[0]);
    generate_text(writer, prompts, flags.decode, [](std::string_view text) {
      print_text(text);
      std::fflush(stdout);
    });
    print_text("\n");
    return 0;
  }
  const auto texts = generate_text(writer, prompts, flags.decode);
  for (size_t i = 0; i < prompts.size(); ++i) {
    for (const std::string& text : texts[i]) {
      print_text(flags.json ? format_json(Json{{"prompt", prompts[i]}, {"text", text}}, -1) + "\n"
                            : prompts[i] + text + "\n\n");
    }
  }
  return 0;
}

}  // namespace

void add_generate(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("generate", "Continue a text with a language model");
  auto flags = std::make_shared<Flags>();
  flags->decode.do_sample = true;
  flags->decode.temperature = 0.8;
  command->add_option("DIR", flags->directory, "The model's directory")->required();
  command->add_option("PROMPT", flags->prompts, "What the text begins with");
  command->add_flag("--json", flags->json, "A JSON object a line");
  add_config(*command, flags->decode, "Decoding");
  command->callback([command, flags, &session] {
    session.run = [command, flags] {
      read_decoding(*command, flags->directory, flags->decode);
      return run(*flags);
    };
  });
}

}  // namespace hodhod::cli
