// SPDX-License-Identifier: Apache-2.0
// hodhod translate DIR: translates its arguments, files, or standard input, a sentence a line.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/config_flags.h"
#include "cli/input.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/alignment.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::cli {
namespace {

struct Flags {
  std::string directory;
  std::vector<std::string> texts, files;
  bool json = false, alignments = false;
  int64_t alignment_layer = -1;
  int64_t batch_lines = 256;
  DecodeOptions decode;
};

Json to_json(const Alignment& alignment) {
  Json pairs = Json::array(), rows = Json::array();
  for (const auto& [source, target] : alignment.words) pairs.push_back({source, target});
  const auto columns = static_cast<int64_t>(alignment.source_tokens.size());
  for (size_t t = 0; t < alignment.target_tokens.size(); ++t) {
    const float* row = alignment.attention.data<float>() + static_cast<int64_t>(t) * columns;
    rows.push_back(std::vector<double>(row, row + columns));
  }
  return {{"alignment", pairs},
          {"source_tokens", alignment.source_tokens},
          {"tokens", alignment.target_tokens},
          {"attention", rows}};
}

std::string line_of(const Translator& translator, const std::string& source,
                    const std::vector<Translation>& found, const Flags& flags) {
  Json results = Json::array();
  std::string lines;
  for (const Translation& translation : found) {
    Alignment alignment;
    if (flags.alignments) alignment = align(translator, source, translation, flags.alignment_layer);
    if (flags.json) {
      Json result = {{"text", translation.text}, {"score", translation.score}};
      if (flags.alignments) result.update(to_json(alignment));
      results.push_back(result);
      continue;
    }
    if (found.size() > 1) lines += fmt::format("{:.4f}\t", translation.score);
    lines += translation.text;
    if (flags.alignments) lines += "\t" + pharaoh(alignment);
    lines += "\n";
  }
  if (flags.json) return format_json(Json{{"source", source}, {"translations", results}}, -1) + "\n";
  return lines;
}

int run(const Flags& flags, const Session& session) {
  const Translator translator = Translator::load(flags.directory);
  uint64_t done = 0;
  const auto work = [&](const std::vector<std::string>& block) {
    const auto found = translate(translator, block, flags.decode, kBatchTokens, done);
    done += block.size();
    std::string out;
    for (size_t i = 0; i < block.size(); ++i) out += line_of(translator, block[i], found[i], flags);
    print_text(out);
  };
  if (!flags.texts.empty()) {
    work(flags.texts);
    return 0;
  }
  Lines lines(flags.files, "Translating", session.quiet || flags.files.empty());
  std::vector<std::string> block;
  for (std::string line; lines.next(line);) {
    block.push_back(line);
    if (static_cast<int64_t>(block.size()) == flags.batch_lines) {
      work(block);
      block.clear();
    }
  }
  if (!block.empty()) work(block);
  lines.finish();
  return 0;
}

}  // namespace

void add_translate(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("translate", "Translate text with a model");
  auto flags = std::make_shared<Flags>();
  flags->decode.num_beams = 5;
  command->add_option("DIR", flags->directory, "The model's directory")->required();
  command->add_option("TEXT", flags->texts, "Sentences; without any, standard input is read");
  command->add_option("--file", flags->files, "Files to translate, a sentence a line");
  command->add_option("--batch-lines", flags->batch_lines, "Lines read before translating them [256]")
      ->check(CLI::Range(1, 1000000));
  command->add_flag("--json", flags->json, "A JSON object a line");
  command->add_flag(
      "--alignments", flags->alignments,
      "After a tab, which word became which: pairs i-j, counted from 0; with --json the attention too");
  command->add_option("--alignment-layer", flags->alignment_layer,
                      "Decoder layer whose attention tells, from 0; -1 for the last but one [-1]");
  add_config(*command, flags->decode, "Decoding");
  command->callback([command, flags, &session] {
    session.run = [command, flags, &session] {
      read_decoding(*command, flags->directory, flags->decode);
      return run(*flags, session);
    };
  });
}

}  // namespace hodhod::cli
