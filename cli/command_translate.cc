// SPDX-License-Identifier: Apache-2.0
// hodhod translate DIR: translates its arguments, files, or standard input, a sentence a line.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/decoding.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/alignment.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::cli {
namespace {

struct TranslateFlags {
  std::string directory;
  std::vector<std::string> texts, files;
  bool json = false, alignments = false;
  int64_t alignment_layer = -1;
  int64_t batch_lines = 256;
  DecodeOptions decode;
};

Json alignment_to_json(const Alignment& alignment) {
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

std::string translated_line(const Translator& translator, const std::string& source,
                            const std::vector<Translation>& found, const TranslateFlags& flags) {
  Json results = Json::array();
  std::string lines;
  for (const Translation& translation : found) {
    Alignment alignment;
    if (flags.alignments) alignment = align(translator, source, translation, flags.alignment_layer);
    if (flags.json) {
      Json result = {{"text", translation.text}, {"score", translation.score}};
      if (flags.alignments) result.update(alignment_to_json(alignment));
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

int run_translate(const TranslateFlags& flags, const Session& session) {
  const Translator translator = warned(Translator::load(flags.directory));
  uint64_t done = 0;
  const auto work = [&](const std::vector<std::string>& block) {
    const auto found = translate(translator, block, flags.decode, kBatchTokens, done);
    done += block.size();
    std::string out;
    for (size_t i = 0; i < block.size(); ++i) out += translated_line(translator, block[i], found[i], flags);
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

void add_translate(Command& program) {
  Command& command = program.add_command("translate", "Translate text with a model");
  auto flags = std::make_shared<TranslateFlags>();
  flags->decode.num_beams = 5;
  command.add("DIR", flags->directory, "The model's directory").required();
  command.add("TEXT", flags->texts, "Sentences; without any, standard input is read");
  command.add("--file", flags->files, "Files to translate, a sentence a line").called("FILE");
  command.add("--batch-lines", flags->batch_lines, "Lines that are read before they are translated",
              in(1, 1000000));
  command.add("--json", flags->json, "Print a JSON object for each line");
  command.add(
      "--alignments", flags->alignments,
      "Add, after a tab, which word became which: pairs i-j, counted from 0; with --json the attention "
      "too");
  command.add("--alignment-layer", flags->alignment_layer,
              "Decoder layer whose attention tells the alignment, from 0; -1 is the last but one",
              in(-1, 1000));
  add_decoding(command, flags->decode);
  command.on_prepare([flags, &command] { read_decoding(command, flags->directory, flags->decode); });
  command.on_run([flags](const Session& session) { return run_translate(*flags, session); });
}

}  // namespace hodhod::cli
