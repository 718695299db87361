// SPDX-License-Identifier: Apache-2.0
// hodhod embed DIR: vectors of its arguments, files, or standard input, a text a line.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/config_flags.h"
#include "cli/input.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/embed.h"

namespace hodhod::cli {
namespace {

struct Flags {
  std::string directory;
  TextInput input;
  EmbedOptions options;
  bool tsv = false;
};

int run(const Flags& flags, const Session& session) {
  const TextModel embedder = load_embedder(flags.directory);
  for_each_block(flags.input, "Embedding", session.quiet, [&](const std::vector<std::string>& lines) {
    const auto vectors = embed(embedder, lines, flags.options);
    std::string out;
    for (size_t i = 0; i < lines.size(); ++i) {
      out += flags.tsv ? fmt::format("{}\n", fmt::join(vectors[i], "\t"))
                       : fmt::format("{{\"text\":{},\"embedding\":[{}]}}\n", format_json(Json(lines[i]), -1),
                                     fmt::join(vectors[i], ","));
    }
    print_text(out);
  });
  return 0;
}

}  // namespace

void add_embed(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("embed", "Turn texts into vectors with any model");
  auto flags = std::make_shared<Flags>();
  command->add_option("DIR", flags->directory, "The model's directory")->required();
  command->add_option("TEXT", flags->input.texts, "Texts; without any, standard input is read");
  command->add_option("--file", flags->input.files, "Files of texts, one a line");
  command->add_flag("--tsv", flags->tsv, "Numbers with tabs between, a line for each text, rather than JSON");
  add_config(*command, flags->options, "Vectors");
  command->callback([flags, &session] { session.run = [flags, &session] { return run(*flags, session); }; });
}

}  // namespace hodhod::cli
