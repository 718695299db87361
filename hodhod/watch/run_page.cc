// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/run_page.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "hodhod/base/data_page.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"

namespace hodhod {

namespace embedded {
extern const std::string_view kWatchPage;
}  // namespace embedded

namespace {

constexpr size_t kMostColumns = 2000;

Json text_json(std::string_view text) { return well_formed_utf8(std::string(text)); }

// The last part of a path; names of data may be paths, or lists of them.
std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Json settings_json(const std::vector<Setting>& settings) {
  Json list = Json::array();
  for (const Setting& setting : settings)
    list.push_back(
        Json::Object{{"name", text_json(setting.name)}, {"value", text_json(last_part(setting.value))}});
  return list;
}

// Puts the numbers of tables into blocks, and gives their places.
class TablePacker {
 public:
  Json table(const char* kind, const LineTable& table) {
    Json json = Json::Object{{"kind", kind},
                             {"rows", table.steps.size()},
                             {"step", block(table.steps)},
                             {"columns", Json::array()}};
    for (size_t i = 0; i < table.names.size(); ++i)
      json["columns"].push_back(column(table.names[i], table.columns[i]));
    columns_ += table.names.size();
    check(columns_ <= kMostColumns, "page: the runs have more than {} columns of numbers; give fewer runs",
          kMostColumns);
    return json;
  }

  const std::vector<PageBlock>& blocks() const { return blocks_; }

 private:
  template <class T>
  Json block(const std::vector<T>& values) {
    static_assert(sizeof(T) == 4);
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()), sizeof(T) * values.size());
    blocks_.push_back(page_block(in_byte_planes(bytes, sizeof(T))));
    return Json::Object{
        {"id", blocks_.size() - 1}, {"raw", blocks_.back().raw}, {"deflate", blocks_.back().deflate}};
  }

  Json column(const std::string& name, const std::vector<float>& values) {
    float low = INFINITY, high = -INFINITY;
    int64_t not_finite = 0;
    for (const float value : values) {
      if (!std::isfinite(value)) {
        ++not_finite;
        continue;
      }
      low = std::min(low, value);
      high = std::max(high, value);
    }
    const bool none = low > high;
    return Json::Object{{"name", text_json(name)},
                        {"low", none ? 0 : low},
                        {"high", none ? 0 : high},
                        {"not_finite", not_finite},
                        {"block", block(values)}};
  }

  std::vector<PageBlock> blocks_;
  size_t columns_ = 0;
};

// "hodhod train translate --source …" → "translate".
std::string task_of(const std::string& command) {
  constexpr std::string_view kTrain = "hodhod train ";
  if (!command.starts_with(kTrain)) return "";
  return command.substr(kTrain.size(), command.find(' ', kTrain.size()) - kTrain.size());
}

Json events_json(const std::vector<RunEvent>& events) {
  Json list = Json::array();
  for (const RunEvent& event : events) {
    Json json =
        Json::Object{{"step", event.step}, {"mark", names_of(event.mark)[static_cast<size_t>(event.mark)]}};
    if (!event.note.empty()) json["note"] = text_json(event.note);
    if (event.count > 1) json["count"] = event.count;
    list.push_back(std::move(json));
  }
  return list;
}

Json samples_json(const std::vector<SampleSet>& sets) {
  Json list = Json::array();
  for (const SampleSet& set : sets) {
    Json samples = Json::array();
    for (const Sample& sample : set.samples) {
      Json json = Json::Object{{"input", text_json(sample.input)}};
      if (!sample.expected.empty()) json["expected"] = text_json(sample.expected);
      json["output"] = text_json(sample.output);
      samples.push_back(std::move(json));
    }
    list.push_back(Json::Object{{"step", set.step}, {"samples", std::move(samples)}});
  }
  return list;
}

Json run_json(const RunHistory& run, const std::string& name, TablePacker& packer) {
  const RunRecord& record = run.record();
  Json data = Json::array();
  for (const DataFile& file : record.data)
    data.push_back(Json::Object{{"option", text_json(file.option)},
                                {"name", text_json(last_part(file.path))},
                                {"bytes", file.bytes}});
  Json tables = Json::array();
  for (const LineTable& table : run.metrics()) tables.push_back(packer.table("metrics", table));
  for (const LineTable& table : run.layers()) tables.push_back(packer.table("layers", table));
  Json unread = Json::array();
  for (const UnreadLines& lines : run.unread())
    unread.push_back(Json::Object{
        {"file", lines.file}, {"lines", lines.lines}, {"first", lines.first}, {"why", text_json(lines.why)}});
  return Json::Object{{"name", text_json(name)},
                      {"task", text_json(task_of(record.command))},
                      {"command", text_json(without_paths(record.command))},
                      {"program", text_json(record.program)},
                      {"parameters", record.model.parameters},
                      {"tokenizer", text_json(record.model.tokenizer)},
                      {"options", settings_json(record.options)},
                      {"model", settings_json(record.model.options)},
                      {"data", std::move(data)},
                      {"state", names_of(run.state())[static_cast<size_t>(run.state())]},
                      {"steps", run.steps()},
                      {"minutes", run.minutes()},
                      {"clip", run.clip()},
                      {"tables", std::move(tables)},
                      {"marks", events_json(run.events())},
                      {"samples", samples_json(run.samples())},
                      {"unread", std::move(unread)}};
}

}  // namespace

std::string run_page(const std::vector<RunHistory>& runs, const RunPageOptions& options) {
  std::vector<std::string> directories;
  for (const RunHistory& run : runs) directories.push_back(run.directory());
  const std::vector<std::string> names = run_names(directories);
  TablePacker packer;
  Json list = Json::array();
  for (size_t i = 0; i < runs.size(); ++i) list.push_back(run_json(runs[i], names[i], packer));
  Json index = Json::Object{{"format", "hodhod-watch"},
                            {"version", 1},
                            {"program", options.program},
                            {"language", options.language}};
  if (!options.note.empty()) index["note"] = text_json(options.note);
  if (options.follow_seconds > 0) index["follow"] = options.follow_seconds;
  index["runs"] = std::move(list);
  return data_page(embedded::kWatchPage, "watch-index", index, packer.blocks());
}

}  // namespace hodhod
