// SPDX-License-Identifier: Apache-2.0
#include "cli/outputs.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod::cli {
namespace {

namespace fs = std::filesystem;

// The path without links and dots, whether the file is there or not.
fs::path place_of(const std::string& path) {
  std::error_code problem;
  fs::path place = fs::weakly_canonical(fs::absolute(path, problem), problem);
  return problem ? fs::path(path) : place;
}

// Hard links have different names.
bool is_same(const std::string& a, const std::string& b) {
  std::error_code problem;
  return place_of(a) == place_of(b) || (fs::equivalent(a, b, problem) && !problem);
}

bool lies_in(const std::string& path, const std::string& directory) {
  const fs::path inner = place_of(path), outer = place_of(directory);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool is_own_page(const std::string& path) {
  const MappedFile file(path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  if (!text.starts_with("<!doctype html>")) return false;
  return text.find("<script type=\"application/json\" id=\"look-index\">") != std::string_view::npos ||
         text.find("<script type=\"application/json\" id=\"watch-index\">") != std::string_view::npos;
}

// Whether a regular file is there: nothing is lost in a pipe.
bool holds_something(const std::string& path) {
  std::error_code problem;
  return fs::is_regular_file(path, problem);
}

void check_existing(const Output& output, bool overwrite) {
  if (overwrite || !holds_something(output.path)) return;
  check(output.page && is_own_page(output.path),
        "{} {}: there is {}; give another name, or --overwrite if it may be replaced", output.option,
        output.path, output.page ? "a file that is no page of hodhod" : "a file already");
}

}  // namespace

void check_outputs(const std::vector<Output>& outputs, const Inputs& inputs, bool overwrite) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Output& output = outputs[i];
    if (output.path.empty()) continue;
    check(!is_directory(output.path), "{} {}: is a directory; name a file", output.option, output.path);
    for (const std::string& file : inputs.files) {
      check(file == "-" || !is_same(output.path, file) || !holds_something(file),
            "{} {}: is read by this command, and would be lost; give another name", output.option,
            output.path);
    }
    for (const std::string& directory : inputs.directories) {
      check(!is_directory(directory) || !lies_in(output.path, directory),
            "{} {}: lies in {}, the directory of the model; give a name outside it", output.option,
            output.path, directory);
    }
    for (size_t j = 0; j < i; ++j) {
      check(outputs[j].path.empty() || !is_same(outputs[j].path, output.path),
            "{} and {} are both {}; give two names", outputs[j].option, output.option, output.path);
    }
    check_existing(output, overwrite);
  }
}

void add_overwrite(Command& command, bool& overwrite) {
  command.add("--overwrite", overwrite, "Replace files that exist");
}

void check_replaced_model(const std::string& option, const std::string& directory, bool overwrite) {
  const bool model = file_exists(join_path(directory, "config.json")) ||
                     (is_directory(directory) && !weights_in(directory).empty());
  check(!model || overwrite,
        "{} {}: there is a model; give another directory, or --overwrite if it may be replaced", option,
        directory);
}

}  // namespace hodhod::cli
