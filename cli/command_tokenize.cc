// SPDX-License-Identifier: Apache-2.0
// hodhod tokenize: train, encode, decode, normalize, describe.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/utf8.h"

namespace hodhod::cli {
namespace {

using text::Encoding;
using text::Tokenizer;

struct EncodeFlags {
  std::string tokenizer;
  std::vector<std::string> files;
  bool json = false, tokens = false, special = false;
};

Json ranges_to_json(const std::vector<text::Range>& ranges) {
  Json list = Json::array();
  for (const text::Range& range : ranges) list.push_back(Json::array({range.begin, range.end}));
  return list;
}

std::string encode_to_json(const Tokenizer& tokenizer, std::string_view line, bool special) {
  const Encoding encoding = tokenizer.encode(line, {.add_special_tokens = special});
  Json tokens = Json::array();
  for (const int32_t id : encoding.ids) tokens.push_back(tokenizer.readable_token(id));
  const Json json = {{"ids", encoding.ids},
                     {"tokens", tokens},
                     {"bytes", ranges_to_json(encoding.bytes)},
                     {"characters", ranges_to_json(encoding.characters)},
                     {"words", encoding.words}};
  return format_json(json, -1) + "\n";
}

int encode(const EncodeFlags& flags, const Session& session) {
  const Tokenizer tokenizer = Tokenizer::load(flags.tokenizer);
  Lines lines(flags.files, "Encoding", session.quiet);
  print_for_each_line(lines, [&](std::string_view line) {
    if (flags.json) return encode_to_json(tokenizer, line, flags.special);
    const auto ids = tokenizer.encode_ids(line, flags.special);
    std::string out;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i > 0) out += ' ';
      out += flags.tokens ? visible(tokenizer.readable_token(ids[i])) : fmt::format_int(ids[i]).str();
    }
    return out + "\n";
  });
  return 0;
}

// Ids as blank- or comma-separated numbers, or as a JSON list or an object with "ids".
std::vector<int32_t> parse_ids(const std::string& line, const std::string& place) {
  const size_t first = line.find_first_not_of(" \t");
  if (first != line.npos && (line[first] == '[' || line[first] == '{')) {
    const Json json = parse_json(line, place);
    const Json* list = json.is_object() ? json_find(json, "ids") : &json;
    check(list != nullptr, "{}: the key \"ids\" is missing", place);
    std::vector<int32_t> ids;
    for (const int64_t id : json_as<std::vector<int64_t>>(*list, place)) {
      check(std::in_range<int32_t>(id), "{}: {} is no id", place, id);
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
          text::make_well_formed(std::string_view(p, std::min<size_t>(20, static_cast<size_t>(end - p)))));
    ids.push_back(id);
    p = rest;
  }
  return ids;
}

int decode(const EncodeFlags& flags, const Session& session) {
  const Tokenizer tokenizer = Tokenizer::load(flags.tokenizer);
  Lines lines(flags.files, "Decoding", session.quiet);
  for (std::string line; lines.next(line);) {
    const auto ids = parse_ids(line, lines.place());
    for (const int32_t id : ids) {
      check(id >= 0 && id < tokenizer.vocab_size(), "{}: {} is no id; the vocabulary has {} tokens",
            lines.place(), id, tokenizer.vocab_size());
    }
    const std::string decoded = tokenizer.decode(ids, !flags.special);
    print_text(flags.json ? format_json(Json{{"text", text::make_well_formed(decoded)}}, -1) : decoded);
    print_text("\n");
  }
  lines.finish();
  return 0;
}

CLI::App* add_action(CLI::App& parent, const char* name, const char* help, EncodeFlags& flags,
                     bool needs_tokenizer) {
  CLI::App* action = parent.add_subcommand(name, help);
  auto* tokenizer = action->add_option("-t,--tokenizer", flags.tokenizer, "Tokenizer: a file or a directory");
  if (needs_tokenizer) tokenizer->required();
  action->add_option("files", flags.files,
                     "Input, one text a line; .gz and .zst too; standard input if none");
  action->add_flag("--json", flags.json, "One JSON object a line");
  return action;
}

}  // namespace

void add_tokenize(CLI::App& app, Session& session) {
  CLI::App* tokenize = app.add_subcommand("tokenize", "Train and use tokenizers");
  tokenize->require_subcommand(1);
  tokenize->fallthrough();

  auto encoding = std::make_shared<EncodeFlags>();
  CLI::App* action = add_action(*tokenize, "encode", "Turn lines of text into ids", *encoding, true);
  action->add_flag("--tokens", encoding->tokens, "Print tokens as text, not ids");
  action->add_flag("--special", encoding->special, "Put the special tokens of the model around each line");
  action->callback(
      [&session, encoding] { session.run = [&session, encoding] { return encode(*encoding, session); }; });

  auto decoding = std::make_shared<EncodeFlags>();
  action = add_action(*tokenize, "decode", "Turn lines of ids into text", *decoding, true);
  action->add_flag("--special", decoding->special, "Keep special tokens in the text");
  action->callback(
      [&session, decoding] { session.run = [&session, decoding] { return decode(*decoding, session); }; });

  add_tokenize_normalize(*tokenize, session);
  add_tokenize_describe(*tokenize, session);
  add_tokenize_train(*tokenize, session);
}

}  // namespace hodhod::cli
