// SPDX-License-Identifier: Apache-2.0
// hodhod convert: a model's directory to a file of another program, and such a file to a directory.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/formats.h"
#include "cli/models.h"
#include "cli/outputs.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/directory.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/run_directory.h"

namespace hodhod::cli {
namespace {

struct ConvertFlags {
  std::string input, to, out;
  std::vector<std::string> data;
  LabelledColumns columns;
  bool overwrite = false, lenient = false;
  bool merge = false;                 // write a whole model from an adapter and its base
  std::vector<std::string> adapters;  // further ones
};

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const Format& format : formats()) names.push_back(format.name);
  return names;
}

// The formats of files that can be read, with what they hold: "arpa (n-grams)".
std::string readable_formats() {
  std::vector<std::string> names;
  for (const Format& format : formats()) {
    if (format.recognises != nullptr) names.push_back(fmt::format("{} ({})", format.name, format.model));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> written_formats() {
  std::vector<std::string> names;
  for (const Format& format : formats()) {
    if (format.write != nullptr || format.write_texts != nullptr) names.push_back(format.name);
  }
  return names;
}

// Holds the directory of --out against a run that is under way there. Error when it has a model that may not
// be replaced.
std::unique_ptr<FileLock> take_directory(const ConvertFlags& flags) {
  check(is_directory(flags.out) || !file_exists(flags.out),
        "--out {}: is a file; name a directory for the model", flags.out);
  check_replaced_model("--out", flags.out, flags.overwrite);
  return lock_against_run(flags.out);
}

// The columns' options are for texts alone.
void refuse_columns(const Command& command, std::string_view why) {
  LabelledColumns columns;
  std::vector<std::string> options = options_of(fields_of(columns));
  options.insert(options.end(), {"--data", "--numbers"});
  command.refuse(options, why);
}

void write_format(const Command& command, const ConvertFlags& flags) {
  check(!flags.lenient, "--lenient: is for a file of word vectors, and {} is a directory; leave it out",
        flags.input);
  check(file_exists(join_path(flags.input, "config.json")) || is_adapter_directory(flags.input),
        "{}: is a directory without a model (there is no config.json); name the directory of one, or a file",
        flags.input);
  check(!flags.to.empty(), "convert: {} is {} directory; say with --to what to write: {}{}", flags.input,
        is_adapter_directory(flags.input) ? "an adapter's" : "a model's", fmt::join(written_formats(), ", "),
        is_adapter_directory(flags.input) ? "; or give --merge-adapter for a whole model" : "");
  check_outputs({{.option = "--out", .path = flags.out}}, {.files = flags.data, .directories = {flags.input}},
                flags.overwrite);
  for (const Format& format : formats()) {
    if (format.name != flags.to) continue;
    if (format.write_texts != nullptr) {
      check(!flags.data.empty(),
            "--to {}: writes texts as the model reads them; name their files with --data", flags.to);
      return format.write_texts(flags.input, flags.data, flags.columns, flags.out);
    }
    refuse_columns(command, fmt::format("is for formats of texts, and {} is one of models", flags.to));
    check(format.write != nullptr, "--to {}: is read, but not written", flags.to);
    format.write(flags.input, flags.out);
  }
}

void read_format(const Command& command, const ConvertFlags& flags) {
  refuse_columns(command, fmt::format("is for a model's directory, and {} is a file", flags.input));
  check(flags.to.empty(), "--to {}: is for a model's directory, and {} is a file; leave it out", flags.to,
        flags.input);
  for (const Format& format : formats()) {
    if (format.recognises == nullptr || !format.recognises(flags.input)) continue;
    check(!flags.lenient || format.can_be_lenient,
          "--lenient: has no meaning for {}, which is read as {}; leave it out", flags.input, format.name);
    const auto lock = take_directory(flags);
    print_warnings(format.read(flags.input, flags.out, flags.lenient));
    return;
  }
  fail(
      "{}: is no model that can be read; give a model's directory, or a file of another program: {}. To "
      "train a model on a "
      "text, see hodhod train --help.",
      flags.input, readable_formats());
}

// Writes the model in a directory with its adapters added to the weights.
void merge_adapter(const Command& command, const ConvertFlags& flags) {
  refuse_columns(command, "is for formats of texts, and --merge-adapter writes a model's directory");
  check(is_directory(flags.input), "{}: --merge-adapter takes the directory of an adapter, or of its base",
        flags.input);
  const auto lock = take_directory(flags);
  const ModelDirectory directory = ModelDirectory::open({flags.input, flags.adapters});
  check(!directory.adapters.empty(), "--merge-adapter: {} is no adapter; name one with --adapter",
        flags.input);
  const LoadOptions options{.merge_adapters = true};
  if (!has_tokenizer(directory.path) && !has_tokenizer(directory.weights())) {
    const LoadedModel loaded = load_model(directory, options);
    print_warnings(loaded.warnings);
    return save_model_files(*loaded.model, flags.out, Json::object(), loaded.origin);
  }
  const TextModel whole = warned(TextModel::load(directory, options));
  save_model({.model = *whole.model, .tokenizer = *whole.tokenizer, .origin = whole.origin}, flags.out);
}

int convert(const Command& command, const ConvertFlags& flags) {
  check(file_exists(flags.input) || is_directory(flags.input), "{}: there is no such file or directory",
        flags.input);
  if (flags.merge) {
    merge_adapter(command, flags);
    return 0;
  }
  is_directory(flags.input) ? write_format(command, flags) : read_format(command, flags);
  return 0;
}

}  // namespace

void add_convert(Command& program) {
  Command& command = program.add_command("convert", "Convert models to and from the files of other programs");
  auto flags = std::make_shared<ConvertFlags>();
  command.add("MODEL", flags->input, "A model's directory, or a file that is recognised by its content")
      .required();
  command.add("--to", flags->to, "For a directory: the format to write").one_of(format_names());
  command
      .add("-o,--out", flags->out,
           "The file to write, .gz compressed; or the directory for a model from a file, or a merged one")
      .called("FILE")
      .required();
  command
      .add("--merge-adapter", flags->merge,
           "Write the directory of a whole model: the base of an adapter, with it added to the weights")
      .excludes("--to");
  command
      .add("--adapter", flags->adapters,
           "For --merge-adapter: the adapter in this directory, or a further one; may be given several times")
      .called("DIR")
      .repeated()
      .needs("--merge-adapter");
  command.add("--overwrite", flags->overwrite, "Replace the model in the directory of --out, or the file");
  command.add("--lenient", flags->lenient,
              "Leave out bad records of a file of word vectors, and say how many");
  constexpr const char* kTexts = "Texts, for --to libsvm";
  command
      .add("--data", flags->data,
           "For --to libsvm: labelled texts, which are written as the model's features")
      .called("FILE");
  command.add_config(flags->columns, kTexts);
  command.add_fields({field_of("numbers", flags->columns.numbers, kNumbersHelp)}, kTexts);
  command.on_run([flags, &command](const Session&) { return convert(command, *flags); });
}

}  // namespace hodhod::cli
