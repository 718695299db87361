// SPDX-License-Identifier: Apache-2.0
// hodhod generate DIR: continues texts.
#include <fmt/core.h>

#include <memory>

#include "cli/commands.h"
#include "cli/decoding.h"
#include "cli/input.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
namespace {

struct WriteFlags {
  std::string directory;
  std::vector<std::string> prompts;
  bool json = false;
  DecodeOptions decode;
};

int run_generate(const WriteFlags& flags) {
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

void add_generate(Command& program) {
  Command& command = program.add_command("generate", "Continue a text with a language model");
  auto flags = std::make_shared<WriteFlags>();
  flags->decode.do_sample = true;
  flags->decode.temperature = 0.8;
  command.add("DIR", flags->directory, "The model's directory").required();
  command.add("PROMPT", flags->prompts, "What the text begins with");
  command.add("--json", flags->json, "Print a JSON object for each text");
  command.add_config(flags->decode, "Decoding");
  command.on_run([flags, &command](const Session&) {
    read_decoding(command, flags->directory, flags->decode);
    return run_generate(*flags);
  });
}

}  // namespace hodhod::cli
