// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/line_log.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

// Whether a line tells of a validation.
bool is_of_validation(const Json& line) {
  return std::any_of(line.items().begin(), line.items().end(), [](const auto& member) {
    const auto& [name, value] = member;
    return name.starts_with("validation.") || name == "samples" || (name == "mark" && value == Json("best"));
  });
}

// Whether this program wrote a line (JSON with a step) after this step, whose validation may be known.
bool is_later(const std::string& line, int64_t step, bool validated, const std::string& path) {
  try {
    const Json json = parse_json(line, path);
    const auto own = json_get<int64_t>(json, "step", path);
    return own > step || (own == step && !validated && is_of_validation(json));
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

LineLog::LineLog(std::string path, int64_t step, bool validated) : path_(std::move(path)) {
  if (file_exists(path_)) {
    const std::string text = read_file(path_);
    std::string kept;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      if (end == std::string::npos) break;  // half a line: the run was cut off while writing it
      const std::string line = text.substr(begin, end - begin);
      if (!is_later(line, step, validated, path_)) kept += line + "\n";
      begin = end + 1;
    }
    if (kept.size() != text.size()) write_file_atomically(path_, kept);
  }
  file_.open(path_, std::ios::app);
  check(file_.good(), "{}: cannot be opened for writing", path_);
}

void LineLog::add(int64_t step, const Json& members) {
  Json line;
  line["step"] = step;
  line.update(members);
  file_ << format_json(line, -1) << '\n';
  flush();
}

void LineLog::flush() {
  file_.flush();
  check(file_.good(), "{}: writing failed; is the disk full?", path_);
}

}  // namespace hodhod
