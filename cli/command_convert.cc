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
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod::cli {
namespace {

struct ConvertFlags {
  std::string input, to, out;
  bool overwrite = false, lenient = false;
};

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const Format& format : formats()) names.push_back(format.name);
  return names;
}

void write_format(const ConvertFlags& flags) {
  check(!flags.lenient, "--lenient: is for a file of word vectors, and {} is a directory; leave it out",
        flags.input);
  check(!flags.to.empty(), "convert: {} is a model's directory; say with --to what to write: {}", flags.input,
        fmt::join(format_names(), ", "));
  check(!is_directory(flags.out), "--out {}: is a directory; give the name of a file", flags.out);
  for (const Format& format : formats()) {
    if (format.name != flags.to) continue;
    check(format.write != nullptr, "--to {}: is read, but not written", flags.to);
    format.write(flags.input, flags.out);
  }
}

void read_format(const ConvertFlags& flags) {
  check(flags.to.empty(), "--to {}: is for a model's directory, and {} is a file; leave it out", flags.to,
        flags.input);
  for (const Format& format : formats()) {
    if (format.recognises == nullptr || !format.recognises(flags.input)) continue;
    check(!flags.lenient || format.can_be_lenient,
          "--lenient: has no meaning for {}, which is read as {}; leave it out", flags.input, format.name);
    check(!file_exists(join_path(flags.out, "config.json")) || flags.overwrite,
          "--out {}: there is a model; give another directory, or --overwrite if it may be replaced",
          flags.out);
    print_warnings(format.read(flags.input, flags.out, flags.lenient));
    return;
  }
  fail("{}: is none of the files that can be read: {}", flags.input, fmt::join(format_names(), ", "));
}

int convert(const ConvertFlags& flags) {
  check(file_exists(flags.input) || is_directory(flags.input), "{}: there is no such file or directory",
        flags.input);
  is_directory(flags.input) ? write_format(flags) : read_format(flags);
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
           "The file to write, .gz compressed; or the directory for a model from a file")
      .called("FILE")
      .required();
  command.add("--overwrite", flags->overwrite, "Replace the model in the directory of --out");
  command.add("--lenient", flags->lenient,
              "Leave out bad records of a file of word vectors, and say how many");
  command.on_run([flags](const Session&) { return convert(*flags); });
}

}  // namespace hodhod::cli
