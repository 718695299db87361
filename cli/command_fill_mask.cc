// SPDX-License-Identifier: Apache-2.0
// hodhod fill-mask DIR: what may stand where a text has [MASK].
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/input.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/fill_mask.h"

namespace hodhod::cli {
namespace {

struct Flags {
  std::string directory;
  TextInput input;
  int64_t top_k = 5;
  bool json = false;
};

void print(const std::string& text, const std::vector<std::vector<Filling>>& masks, bool as_json) {
  Json json = {{"text", text}, {"masks", Json::array()}};
  std::string out;
  for (const auto& fillings : masks) {
    Json list = Json::array();
    for (const Filling& filling : fillings) {
      list.push_back(
          {{"token", filling.token}, {"probability", filling.probability}, {"text", filling.text}});
      out += fmt::format("{:.4f}\t{}\t{}\n", filling.probability, filling.token, filling.text);
    }
    json["masks"].push_back(list);
  }
  print_text(as_json ? format_json(json, -1) + "\n" : out);
}

int run(const Flags& flags, const Session& session) {
  const MaskFiller filler = MaskFiller::load(flags.directory);
  for_each_block(flags.input, "Filling", session.quiet, [&](const std::vector<std::string>& lines) {
    const auto found = fill_mask(filler, lines, flags.top_k);
    for (size_t i = 0; i < lines.size(); ++i) print(lines[i], found[i], flags.json);
  });
  return 0;
}

}  // namespace

void add_fill_mask(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("fill-mask", "Guess hidden words with a model");
  auto flags = std::make_shared<Flags>();
  command->add_option("DIR", flags->directory, "The model's directory")->required();
  command->add_option("TEXT", flags->input.texts, "Texts with [MASK]; without any, standard input is read");
  command->add_option("--file", flags->input.files, "Files of texts, one a line");
  command->add_option("--top-k", flags->top_k, "How many guesses for each [5]")->check(CLI::Range(1, 1000));
  command->add_flag("--json", flags->json, "A JSON object a line");
  command->callback([flags, &session] { session.run = [flags, &session] { return run(*flags, session); }; });
}

}  // namespace hodhod::cli
