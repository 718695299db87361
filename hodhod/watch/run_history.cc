// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/run_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/file_lock.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

constexpr size_t kMostSampleSets = 100;

// Hands each whole line to `use`, and counts those for which that is an Error.
UnreadLines read_lines(const std::string& path,
                       const std::function<void(const Json&, const std::string&)>& use) {
  UnreadLines unread{.file = path.substr(path.rfind('/') + 1)};
  if (!file_exists(path)) return unread;
  const std::string text = read_file(path);
  int64_t line = 0;
  for (size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string where = fmt::format("line {}", ++line);
    try {
      use(parse_json(std::string_view(text).substr(begin, end - begin), where), where);
    } catch (const Error& error) {
      if (unread.lines++ > 0) continue;
      unread.first = line;
      unread.why = error.what();
    }
  }
  return unread;
}

RunMark mark_of(const std::string& name, const std::string& where) {
  const auto names = names_of(RunMark());
  const auto found = std::find(names.begin(), names.end(), name);
  check(found != names.end(), "{}: there is no mark {}", where, name);
  return static_cast<RunMark>(found - names.begin());
}

std::optional<RunState> state_named(std::string_view name) {
  const auto names = names_of(RunState());
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::nullopt : std::optional(static_cast<RunState>(found - names.begin()));
}

// Drops those between, evenly, until `most` are left.
void thin(std::vector<SampleSet>& sets, size_t most) {
  if (sets.size() <= most) return;
  std::vector<SampleSet> kept;
  for (size_t i = 0; i < most; ++i) kept.push_back(std::move(sets[i * (sets.size() - 1) / (most - 1)]));
  sets = std::move(kept);
}

bool holds_run(const std::string& directory) {
  return file_exists(join_path(directory, "metrics.jsonl")) ||
         file_exists(join_path(directory, "training/run.json"));
}

std::string without_last_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

RunHistory::RunHistory(std::string directory)
    : directory_(std::move(directory)),
      metrics_(join_path(directory_, "metrics.jsonl")),
      layers_(file("layers.jsonl")) {
  check(is_directory(directory_), "{}: there is no such directory; give the directory of a run, its `out`",
        directory_);
  check(
      holds_run(directory_),
      "{}: holds no run: there is neither metrics.jsonl nor training/run.json; give a directory that hodhod "
      "train wrote with `out`",
      directory_);
  refresh();
}

std::string RunHistory::file(std::string_view name) const {
  return join_path(join_path(directory_, "training"), name);
}

void RunHistory::refresh() {
  unread_.clear();
  read_record();
  metrics_.refresh();
  layers_.refresh();
  for (const LineTables* tables : {&metrics_, &layers_}) {
    if (tables->unread().lines > 0) unread_.push_back(tables->unread());
  }
  read_events();
  read_samples();
  find_state();
}

void RunHistory::read_record() {
  if (!file_exists(file("run.json"))) return;
  try {
    record_ = read_run_record(file("run.json"));
  } catch (const Error& error) {
    unread_.push_back({.file = "run.json", .lines = 1, .first = 1, .why = error.what()});
  }
}

void RunHistory::read_events() {
  events_.clear();
  UnreadLines unread = read_lines(file("marks.jsonl"), [&](const Json& line, const std::string& where) {
    RunEvent event{.step = json_get<int64_t>(line, "step", where),
                   .mark = mark_of(json_get<std::string>(line, "mark", where), where),
                   .note = json_get_or<std::string>(line, "note", "", where)};
    if (line.contains("seconds")) event.seconds = json_get<double>(line, "seconds", where);
    if (event.mark == RunMark::begun || event.mark == RunMark::resumed) {
      steps_ = json_get_or<int64_t>(line, "steps", 0, where);
      minutes_ = json_get_or<double>(line, "minutes", 0, where);
    }
    if (event.mark == RunMark::saved)
      std::erase_if(events_, [](const RunEvent& e) { return e.mark == RunMark::saved; });
    RunEvent* last = events_.empty() ? nullptr : &events_.back();
    if (event.mark == RunMark::skipped && last && last->mark == RunMark::skipped &&
        last->step + last->count == event.step) {
      ++last->count;
      return;
    }
    events_.push_back(std::move(event));
  });
  if (unread.lines > 0) unread_.push_back(std::move(unread));
}

void RunHistory::read_samples() {
  samples_.clear();
  UnreadLines unread = read_lines(file("samples.jsonl"), [&](const Json& line, const std::string& where) {
    SampleSet set{.step = json_get<int64_t>(line, "step", where)};
    for (const Json& one : line.at("samples")) {
      set.samples.push_back({.input = json_get<std::string>(one, "input", where),
                             .expected = json_get_or<std::string>(one, "expected", "", where),
                             .output = json_get<std::string>(one, "output", where)});
    }
    samples_.push_back(std::move(set));
  });
  if (unread.lines > 0) unread_.push_back(std::move(unread));
  thin(samples_, kMostSampleSets);
}

void RunHistory::find_state() {
  const auto last = std::find_if(events_.rbegin(), events_.rend(), [](const RunEvent& event) {
    return event.mark == RunMark::begun || event.mark == RunMark::resumed || event.mark == RunMark::ended ||
           event.mark == RunMark::diverged;
  });
  if (last != events_.rend() && last->mark == RunMark::diverged) {
    state_ = RunState::diverged;
  } else if (last != events_.rend() && last->mark == RunMark::ended) {
    state_ = state_named(last->note).value_or(RunState::unknown);
  } else {
    const std::optional<bool> held = is_held(file("lock"));
    state_ = held.value_or(false)             ? RunState::running
             : held && last != events_.rend() ? RunState::killed
                                              : RunState::unknown;
  }
}

double RunHistory::clip() const {
  const auto found = std::find_if(record_.options.begin(), record_.options.end(),
                                  [](const Setting& setting) { return setting.name == "clip"; });
  return found == record_.options.end() ? 0 : parse_number(found->value).value_or(0);
}

std::vector<std::string> run_directories(const std::string& directory) {
  const std::string path = without_last_slash(directory);
  if (!file_exists(join_path(path, "ladder.json")) || holds_run(path)) return {path};
  std::vector<std::string> rungs;
  for (const std::string& name : list_directory(path)) {
    if (holds_run(join_path(path, name))) rungs.push_back(join_path(path, name));
  }
  check(!rungs.empty(), "{}: is a ladder of which no rung has been trained yet", path);
  return rungs;
}

std::vector<std::string> run_names(const std::vector<std::string>& given) {
  std::vector<std::string> directories, names(given.size());
  for (const std::string& path : given)  // also of "."
    directories.push_back(without_last_slash(std::filesystem::absolute(path).lexically_normal().string()));
  for (int parts = 1; parts <= 16; ++parts) {
    for (size_t i = 0; i < directories.size(); ++i) {
      size_t begin = std::string::npos;
      for (int part = 0; part < parts && begin != 0; ++part) {
        const size_t slash = begin == 0 ? std::string::npos : directories[i].rfind('/', begin - 1);
        begin = slash == std::string::npos ? 0 : slash;
      }
      const size_t first = begin < directories[i].size() && directories[i][begin] == '/' ? begin + 1 : begin;
      names[i] = directories[i].substr(first);
    }
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) break;
  }
  return names;
}

std::string without_paths(std::string_view command) {
  std::string line, word;
  bool quoted = false;
  const auto end_word = [&] {
    const size_t slash = word.rfind('/');
    if (slash != std::string::npos && slash + 1 < word.size() && word[slash + 1] != '\'') {
      const bool opens = word[0] == '\'';
      word = (opens ? "'" : "") + word.substr(slash + 1);
    }
    line += word;
    word.clear();
  };
  for (const char c : command) {
    if (c == '\'') quoted = !quoted;
    if (c == ' ' && !quoted) {
      end_word();
      line += c;
    } else {
      word += c;
    }
  }
  end_word();
  return line;
}

}  // namespace hodhod
