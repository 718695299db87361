// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics_log.h"

#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

// Whether this program wrote a line (JSON with a step) at a later step.
bool is_later(const std::string& line, int64_t step, const std::string& path) {
  try {
    return json_get<int64_t>(parse_json(line, path), "step", path) > step;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

MetricsLog::MetricsLog(const std::string& directory, int64_t step)
    : path_(join_path(directory, "metrics.jsonl")), events_(join_path(directory, "training")) {
  if (file_exists(path_)) {
    const std::string text = read_file(path_);
    std::string kept;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      if (end == std::string::npos) break;  // half a line: the run was cut off while writing it
      const std::string line = text.substr(begin, end - begin);
      if (!is_later(line, step, path_)) kept += line + "\n";
      begin = end + 1;
    }
    if (kept.size() != text.size()) write_file_atomically(path_, kept);
  }
  file_.open(path_, std::ios::app);
  check(file_.good(), "{}: cannot be opened for writing", path_);
}

void MetricsLog::add(int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  Json line;
  line["step"] = step;
  for (const auto& [name, value] : values) line[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  file_ << format_json(line, -1) << '\n';
  flush();
  events_.scalars(step, values);
}

void MetricsLog::flush() {
  file_.flush();
  check(file_.good(), "{}: writing failed; is the disk full?", path_);
}

}  // namespace hodhod
