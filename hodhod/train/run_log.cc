// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/run_log.h"

#include "hodhod/base/utf8.h"

namespace hodhod {

RunLog::RunLog(const RunDirectory& directory, int64_t step, bool validated, bool log_layers)
    : metrics_(directory.path(), step, validated),
      marks_(directory.file("marks.jsonl"), step, validated),
      samples_(directory.file("samples.jsonl"), step, validated) {
  if (log_layers) layers_.emplace(directory.file("layers.jsonl"), step);
}

void RunLog::mark(int64_t step, RunMark mark, const std::string& note, const Json& more) {
  Json members = Json::object();
  members["mark"] = names_of(mark)[static_cast<size_t>(mark)];
  if (!note.empty()) members["note"] = well_formed_utf8(note);
  if (more.is_object()) members.update(more);
  marks_.add(step, members);
}

void RunLog::samples(int64_t step, const std::vector<Sample>& samples) {
  if (samples.empty()) return;
  Json list = Json::array();
  for (const Sample& sample : samples) {
    Json one = Json::object();
    one["input"] = well_formed_utf8(sample.input);
    if (!sample.expected.empty()) one["expected"] = well_formed_utf8(sample.expected);
    one["output"] = well_formed_utf8(sample.output);
    list.push_back(std::move(one));
  }
  Json members = Json::object();
  members["samples"] = std::move(list);
  samples_.add(step, members);
}

}  // namespace hodhod
