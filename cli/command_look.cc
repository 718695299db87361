// SPDX-License-Identifier: Apache-2.0
// hodhod look DIR TEXT: what a model computes on a text, as one page that opens without a network.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/languages.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/outputs.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/base/utf8.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/look/look.h"

namespace hodhod::cli {
namespace {

struct LookFlags {
  ModelArguments model;
  std::string out, tensors, heads, size_limit;
  bool cuts = false, json = false, overwrite = false;
  look::LookOptions options;
  LanguageChoice languages;
};

// "3" or "0-3": the first and the last.
std::vector<int64_t> range_of(const std::string& text) {
  if (text.empty()) return {};
  const size_t dash = text.find('-');
  const auto number = [&](const std::string& part) {
    int64_t value = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    check(error == std::errc() && end == part.data() + part.size() && value >= 0,
          "--heads {}: give a number, or two with a dash such as 0-3", text);
    return value;
  };
  const int64_t first = number(text.substr(0, dash));
  return {first, dash == std::string::npos ? first : number(text.substr(dash + 1))};
}

std::string result_line(const LookFlags& flags, const look::LookResult& found) {
  std::string line =
      fmt::format("{}: {}, {}", flags.out, format_bytes(found.page.size()), count_of(found.kept, "tensor"));
  if (found.less_exact > 0) line += fmt::format(", {} of them rounded", found.less_exact);
  if (found.left_out > 0) line += fmt::format("; {} left out", found.left_out);
  return line + "\n";
}

// Without slashes at their ends.
std::vector<std::string> last_parts(const std::vector<std::string>& paths) {
  std::vector<std::string> parts;
  for (const std::string& path : paths)
    parts.push_back(std::filesystem::path(path + "/").parent_path().filename().string());
  return parts;
}

// The command as it can be given again: of paths their last parts, as a page names no others, and without
// what changes nothing on it.
std::string command_line(const LookFlags& flags, const std::string& model) {
  const look::LookOptions& options = flags.options;
  std::vector<std::string> words = {"hodhod", "look", model};
  const auto add = [&](const char* option, const std::vector<std::string>& values) {
    words.emplace_back(option);
    words.insert(words.end(), values.begin(), values.end());
  };
  const auto add_if = [&](bool given, const char* option, const std::vector<std::string>& values = {}) {
    if (given) add(option, values);
  };
  const auto list = [](const std::vector<int64_t>& numbers) {
    return fmt::format("{}", fmt::join(numbers, ","));
  };
  words.insert(words.end(), options.texts.begin(), options.texts.end());
  for (const std::string& adapter : last_parts(flags.model.adapters)) add("--adapter", {adapter});
  if (options.target) add("--target", {*options.target});
  add_if(!flags.languages.source.empty(), "--source-language", {flags.languages.source});
  add_if(!flags.languages.target.empty(), "--target-language", {flags.languages.target});
  add_if(flags.languages.prefix.has_value(), "--prefix", {flags.languages.prefix.value_or("")});
  add_if(options.generate > 0, "--generate", {std::to_string(options.generate)});
  add_if(options.compare, "--compare");
  add_if(!options.at.empty(), "--at", {options.at});
  if (!options.data.empty()) add("--data", last_parts(options.data));
  add_if(options.fill, "--fill");
  add_if(!options.ids.empty(), "--ids", {list(options.ids)});
  add_if(!options.target_ids.empty(), "--target-ids", {list(options.target_ids)});
  add_if(!options.layers.empty(), "--layers", {list(options.layers)});
  add_if(!flags.heads.empty(), "--heads", {flags.heads});
  add_if(options.exact, "--exact");
  add_if(!flags.size_limit.empty(), "--size-limit", {flags.size_limit});
  add_if(options.gradients != look::GradientChoice::automatic, "--gradients",
         {std::string(name_of(options.gradients))});
  add_if(flags.cuts, "--cuts");
  add_if(options.language != look::PageLanguage::automatic, "--language",
         {std::string(name_of(options.language))});
  add_if(!options.note.empty(), "--note", {options.note});
  add("-o", {"page.html"});
  return well_formed_utf8(shell_line(words));
}

int run_look(LookFlags& flags, const std::string& version) {
  look::LookOptions& options = flags.options;
  options.heads = range_of(flags.heads);
  if (!flags.size_limit.empty()) options.size_limit = parse_bytes("--size-limit", flags.size_limit);
  options.cuts = flags.cuts ? look::Cutting::on : look::Cutting::automatic;
  options.tensors = !flags.tensors.empty();
  options.program = "hodhod " + version;
  std::vector<std::string> directories = flags.model.adapters;
  directories.push_back(flags.model.directory);
  check_outputs({{.option = "--output", .path = flags.out, .page = true},
                 {.option = "--tensors", .path = flags.tensors}},
                {.files = options.data, .directories = directories}, flags.overwrite);
  look::Subject subject = look::Subject::load(flags.model, flags.languages);
  print_warnings(subject.series ? subject.series->warnings : subject.text.warnings);
  if (subject.text.tokenizer) print_warnings(subject.text.tokenizer->warnings());
  options.command = command_line(flags, subject.name);
  const look::LookResult found = look::look(subject, options);
  write_file_atomically(flags.out, found.page);
  if (options.tensors) write_safetensors(flags.tensors, found.tensors);
  tell(subject.notes);
  tell(found.notes);
  if (!flags.json) {
    print_text(result_line(flags, found));
    return 0;
  }
  Json summary = found.summary;
  summary["page"] = flags.out;
  print_text(json_line(summary));
  return 0;
}

void add_what_is_read(Command& command, LookFlags& flags) {
  look::LookOptions& options = flags.options;
  const std::string group = "What is read";
  command
      .add("--target", options.target, "What a translator is made to write, rather than its own translation")
      .in(group);
  add_languages(command, flags.languages);
  command
      .add("--generate", options.generate,
           "Number of tokens that a language model adds to the text, the likeliest each time; of a "
           "translator the "
           "most tokens of its translation, where 0 sets no limit but a multiple of the source's length",
           hodhod::in(0, 1e6))
      .in(group);
  command.add("--compare", options.compare, "Show several texts side by side").in(group);
  command
      .add("--at", options.at,
           "Where the answer stands that gradients and cuts explain: a word of the text, or the number of a "
           "token "
           "from 0; without it the last one, or the mask. For a forecast, the time of its first row; without "
           "it "
           "the row after the data")
      .in(group);
  command
      .add("--data", options.data,
           "For a model that forecasts: a table of the series, csv or tsv (.gz and .zst too)")
      .called("FILE")
      .in(group);
  command
      .add(
          "--fill", options.fill,
          "Mend rows of the table of --data that are out of order, repeated or missing, and numbers that are "
          "missing")
      .in(group);
  command.add("--ids", options.ids, "Token ids in place of a text, for a directory without a tokenizer")
      .in(group);
  command.add("--target-ids", options.target_ids, "With --ids: the token ids that the decoder is given")
      .in(group)
      .needs("--ids");
}

void add_what_is_kept(Command& command, LookFlags& flags) {
  look::LookOptions& options = flags.options;
  const std::string group = "What is kept";
  command.add("--layers", options.layers, "Layers whose inner tensors are kept, from 0; all without it")
      .in(group);
  command
      .add("--heads", flags.heads, "Heads whose tensors are kept: 2, or a range such as 0-3; all without it")
      .called("N-N")
      .in(group);
  command
      .add(
          "--exact", options.exact,
          "Keep the tensors of --layers and --heads, or of all layers and heads, exactly and before all else")
      .in(group);
  command
      .add("--size-limit", flags.size_limit,
           "Most bytes of the page, such as 500K or 2G, in units of 1024; without it 19M")
      .called("SIZE")
      .in(group);
  command
      .add("--gradients", options.gradients,
           "Compute the gradients of the answer at every tensor; auto: where that takes a few seconds")
      .in(group);
  command
      .add("--cuts", flags.cuts,
           "Hide each token and cut each link, or raise each row of a series, however long it takes; without "
           "this, only where it takes about two seconds")
      .in(group);
}

}  // namespace

void add_look(Command& program) {
  Command& command = program.add_command("look", "Show what a model computes on a text, as a page");
  auto flags = std::make_shared<LookFlags>();
  add_model_arguments(command, flags->model);
  command.add(
      "TEXT", flags->options.texts,
      "A text, in quotes; several with --compare. For a model that forecasts: names of the columns to show");
  command.add("-o,--output", flags->out, "The page to write").required().called("FILE");
  command.add("--tensors", flags->tensors, "Also write all tensors, exactly, as safetensors").called("FILE");
  add_overwrite(command, flags->overwrite);
  command.add("--note", flags->options.note, "A sentence for the head of the page");
  command.add("--language", flags->options.language,
              "Language of the page when it opens; auto: that of the text");
  command.add("--json", flags->json, "Print a JSON object with what is on the page");
  add_what_is_read(command, *flags);
  add_what_is_kept(command, *flags);
  command.on_run([flags](const Session&) { return run_look(*flags, HODHOD_VERSION); });
}

}  // namespace hodhod::cli
