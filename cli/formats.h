// SPDX-License-Identifier: Apache-2.0
// The files of other programs that `hodhod convert` reads and writes. A format is a file format_NAME.cc with
// a function NAME_format() that returns its row, and its name in formats.cc.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hodhod/tasks/labelled_texts.h"

namespace hodhod::cli {

struct Format {
  std::string name;   // "arpa": what --to takes
  std::string model;  // what it holds: "n-grams"
  // Whether a file is one, by its content. Null if the format is not read.
  bool (*recognises)(const std::string& file) = nullptr;
  // Writes the model of such a file into a directory; returns what was put right in it, or left out if
  // `lenient`, in sentences.
  std::vector<std::string> (*read)(const std::string& file, const std::string& directory,
                                   bool lenient) = nullptr;
  bool can_be_lenient = false;  // whether `lenient` has a meaning for it
  // Writes the model in a directory as such a file. Null if the format is not written.
  void (*write)(const std::string& directory, const std::string& file) = nullptr;
  // Writes the texts of `data` as the model in a directory reads them. Null if it is a format of models.
  void (*write_texts)(const std::string& directory, const std::vector<std::string>& data,
                      const LabelledColumns& columns, const std::string& file) = nullptr;
};

std::span<const Format> formats();

}  // namespace hodhod::cli
