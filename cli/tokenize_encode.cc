// SPDX-License-Identifier: Apache-2.0
// hodhod tokenize encode: turns lines of text, or of pairs of texts, into ids.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/input.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::cli {
namespace {

using text::Encoding;
using text::Tokenizer;

struct EncodeFlags {
  std::string tokenizer, truncate = "right";
  std::vector<std::string> files;
  bool json = false, tokens = false, special = false, pair = false;
  std::optional<int64_t> max_length, pad_to;  // unset: the tokenizer decides
  int64_t stride = 0;
};

void set_lengths(Tokenizer& tokenizer, const EncodeFlags& flags) {
  if (flags.max_length == 0) tokenizer.set_truncation({});
  if (flags.max_length.value_or(0) > 0) {
    check(flags.stride < *flags.max_length, "--stride {} must be less than --max-length {}", flags.stride,
          *flags.max_length);
    tokenizer.set_truncation(
        text::Truncation{.max_length = *flags.max_length,
                         .stride = flags.stride,
                         .side = flags.truncate == "left" ? text::Side::left : text::Side::right});
  }
  if (flags.pad_to == 0) tokenizer.set_padding({});
  if (flags.pad_to.value_or(0) > 0) {
    const auto pad = tokenizer.role("pad_token");
    check(pad.has_value(), "{}: this tokenizer has no padding token; leave out --pad-to", flags.tokenizer);
    tokenizer.set_padding(text::Padding{
        .length = *flags.pad_to, .id = *pad, .token = std::string(tokenizer.id_to_token(*pad))});
  }
}

// Appends `"key":[…]`, with each value written by `append`. No Json object is built: for a long text it would
// take many times the size of the text.
template <class Values, class Append>
void append_list(std::string& out, const char* key, const Values& values, Append append) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += key;
  out += "\":[";
  bool first = true;
  for (const auto& value : values) {
    if (!first) out += ',';
    first = false;
    append(value);
  }
  out += ']';
}

void append_json(std::string& out, const Tokenizer& tokenizer, const Encoding& encoding) {
  const auto number = [&](auto value) {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
  };
  const auto range = [&](const text::Range& value) {
    out += '[';
    number(value.begin);
    out += ',';
    number(value.end);
    out += ']';
  };
  out += '{';
  append_list(out, "ids", encoding.ids, number);
  append_list(out, "tokens", encoding.ids,
              [&](int32_t id) { text::append_quoted_json(out, tokenizer.readable_token(id)); });
  append_list(out, "bytes", encoding.bytes, range);
  append_list(out, "characters", encoding.characters, range);
  append_list(out, "words", encoding.words, number);
  append_list(out, "sequences", encoding.sequences, number);
  append_list(out, "type_ids", encoding.type_ids, number);
  append_list(out, "attention_mask", encoding.attention_mask, number);
  append_list(out, "special_tokens_mask", encoding.special_tokens_mask, number);
  if (!encoding.overflow.empty()) {
    append_list(out, "overflow", encoding.overflow,
                [&](const Encoding& part) { append_json(out, tokenizer, part); });
  }
  out += '}';
}

Encoding encode_whole(const Tokenizer& tokenizer, std::string_view line, const EncodeFlags& flags) {
  const text::EncodeOptions options{.add_special_tokens = flags.special};
  if (!flags.pair) return tokenizer.encode(line, options);
  const size_t tab = line.find('\t');
  check(tab != line.npos, "there is no tab; with --pair a line is two texts with a tab between them");
  return tokenizer.encode_pair(line.substr(0, tab), line.substr(tab + 1), options);
}

std::string encode_line(const Tokenizer& tokenizer, std::string_view line, const EncodeFlags& flags) {
  std::string out;
  if (flags.json) {
    append_json(out, tokenizer, encode_whole(tokenizer, line, flags));
    return out + "\n";
  }
  const auto& parts = tokenizer.parts();
  const bool ids_alone = !flags.pair && !parts.truncation && !parts.padding;
  const std::vector<int32_t> ids =
      ids_alone ? tokenizer.encode_ids(line, flags.special) : encode_whole(tokenizer, line, flags).ids;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ' ';
    if (flags.tokens) {
      out += visible(tokenizer.readable_token(ids[i]));
    } else {
      const fmt::format_int digits(ids[i]);
      out.append(digits.data(), digits.size());
    }
  }
  return out + "\n";
}

int encode_lines(const Command& command, const EncodeFlags& flags, const Session& session) {
  if (flags.max_length.value_or(0) == 0)
    command.refuse({"--stride", "--truncate"}, "is for texts that are cut, and --max-length cuts none");
  Tokenizer tokenizer = load_tokenizer(flags.tokenizer);
  set_lengths(tokenizer, flags);
  Lines lines(flags.files, "Encoding", session.quiet);
  print_for_each_line(lines, [&](std::string_view line) { return encode_line(tokenizer, line, flags); });
  return 0;
}

}  // namespace

void add_tokenize_encode(Command& tokenize) {
  auto flags = std::make_shared<EncodeFlags>();
  Command& action = tokenize.add_command("encode", "Turn lines of text into token ids");
  action.add("-t,--tokenizer", flags->tokenizer, "The tokenizer: a file or a directory")
      .called("FILE")
      .required();
  add_text_files(action, flags->files);
  action.add("--tokens", flags->tokens, "Print tokens as text, rather than as ids");
  action.add("--json", flags->json, "Print a JSON object for each line: ids, tokens, offsets, masks");
  action.add("--special", flags->special, "Add the model's special tokens to each line");
  action.add("--pair", flags->pair, "Read each line as two texts with a tab between");
  action.add(
      "--max-length", flags->max_length,
      "Truncate to this many tokens, special ones included; 0 for no limit; default: as the tokenizer says",
      at_least(0));
  action.add("--stride", flags->stride,
             "Number of tokens that each part cut off shares with the part before it", at_least(0));
  action.add("--truncate", flags->truncate, "End that --max-length cuts off").one_of({"right", "left"});
  action.add("--pad-to", flags->pad_to,
             "Pad to this many tokens; 0 for no padding; default: as the tokenizer says", at_least(0));
  action.on_run([flags, &action](const Session& session) { return encode_lines(action, *flags, session); });
}

}  // namespace hodhod::cli
