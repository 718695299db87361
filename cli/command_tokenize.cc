// SPDX-License-Identifier: Apache-2.0
// hodhod tokenize: the list of its subcommands, and `decode`.
#include <fmt/format.h>

#include <charconv>
#include <memory>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::cli {
namespace {

using text::Tokenizer;

struct DecodeFlags {
  std::string tokenizer;
  std::vector<std::string> files;
  bool json = false, special = false;
};

// Reads ids: numbers separated by spaces or commas, a JSON list, or a JSON object with "ids".
std::vector<int32_t> parse_ids(const std::string& line, const std::string& place) {
  const size_t first = line.find_first_not_of(" \t");
  if (first != line.npos && (line[first] == '[' || line[first] == '{')) {
    const Json json = parse_json(line, place);
    const Json* list = json.is_object() ? json_find(json, "ids") : &json;
    check(list != nullptr, "{}: the key \"ids\" is missing", place);
    std::vector<int32_t> ids;
    for (const int64_t id : json_as<std::vector<int64_t>>(*list, place)) {
      check(std::in_range<int32_t>(id), "{}: {} is not an id", place, id);
      ids.push_back(static_cast<int32_t>(id));
    }
    return ids;
  }
  std::vector<int32_t> ids;
  const char* p = line.data();
  const char* end = p + line.size();
  while (p < end) {
    if (*p == ' ' || *p == ',' || *p == '\t') {
      ++p;
      continue;
    }
    int32_t id = 0;
    const auto [rest, error] = std::from_chars(p, end, id);
    check(error == std::errc(), "{}: column {}: expected ids, found \"{}\"", place, p - line.data() + 1,
          well_formed_utf8(std::string_view(p, std::min<size_t>(20, static_cast<size_t>(end - p)))));
    ids.push_back(id);
    p = rest;
  }
  return ids;
}

int decode_lines(const DecodeFlags& flags, const Session& session) {
  const Tokenizer tokenizer = load_tokenizer(flags.tokenizer);
  Lines lines(flags.files, "Decoding", session.quiet);
  for (std::string line; lines.next(line);) {
    const auto ids = parse_ids(line, lines.place());
    for (const int32_t id : ids) {
      check(id >= 0 && id < tokenizer.vocab_size(), "{}: there is no id {}; the vocabulary has {} tokens",
            lines.place(), id, tokenizer.vocab_size());
    }
    const std::string decoded = tokenizer.decode(ids, !flags.special);
    print_text(flags.json ? format_json(Json{{"text", decoded}}, -1) : decoded);
    print_text("\n");
  }
  lines.finish();
  return 0;
}

void add_tokenize_decode(Command& tokenize) {
  auto flags = std::make_shared<DecodeFlags>();
  Command& action = tokenize.add_command("decode", "Turn lines of token ids into text");
  action.add("-t,--tokenizer", flags->tokenizer, "The tokenizer: a file or a directory")
      .called("FILE")
      .required();
  action
      .add("FILE", flags->files,
           "Files with the ids of one text on each line, as numbers or as encode --json prints them (.gz and "
           ".zst too); standard input if none are given")
      .called("FILE");
  action.add("--json", flags->json, "Print a JSON object for each line");
  action.add("--special", flags->special, "Keep special tokens in the text");
  action.on_run([flags](const Session& session) { return decode_lines(*flags, session); });
}

}  // namespace

void add_text_files(Command& action, std::vector<std::string>& files) {
  action
      .add("FILE", files,
           "Files with one text on each line (.gz and .zst too); standard input if none are given")
      .called("FILE");
}

text::Tokenizer load_tokenizer(const std::string& path) {
  Tokenizer tokenizer = Tokenizer::load(path);
  print_warnings(tokenizer.warnings());
  return tokenizer;
}

void add_tokenize(Command& program) {
  Command& tokenize = program.add_command("tokenize", "Train and use tokenizers");
  add_tokenize_encode(tokenize);
  add_tokenize_decode(tokenize);
  add_tokenize_normalize(tokenize);
  add_tokenize_describe(tokenize);
  add_tokenize_train(tokenize);
}

}  // namespace hodhod::cli
