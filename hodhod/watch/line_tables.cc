// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/line_tables.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

// Lines with other names than those of so many tables are not used: they are no log of a run.
constexpr size_t kMostTables = 64;

using NamedValues = std::vector<std::pair<std::string, float>>;

float number_in(const Json& value) {
  return value.is_null() ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value.get<double>());
}

void add_numbers(const Json& object, const std::string& prefix, NamedValues& values) {
  for (const auto& [name, value] : object.items()) {
    if (prefix.empty() && name == "step") continue;
    if (value.is_number() || value.is_null()) {
      values.emplace_back(prefix + name, number_in(value));
    } else if (value.is_object()) {
      add_numbers(value, prefix + name + "/", values);
    }
  }
}

// A list in the order of `from`.
template <class T>
std::vector<T> reordered(const std::vector<T>& list, const std::vector<size_t>& from) {
  std::vector<T> out;
  out.reserve(list.size());
  for (const size_t i : from) out.push_back(list[i]);
  return out;
}

void sort_by_step(LineTable& table) {
  if (std::is_sorted(table.steps.begin(), table.steps.end())) return;
  std::vector<size_t> from(table.steps.size());
  std::iota(from.begin(), from.end(), size_t{0});
  std::stable_sort(from.begin(), from.end(),
                   [&](size_t a, size_t b) { return table.steps[a] < table.steps[b]; });
  table.steps = reordered(table.steps, from);
  for (std::vector<float>& column : table.columns) column = reordered(column, from);
}

}  // namespace

LineTables::LineTables(std::string path) : path_(std::move(path)) {
  unread_.file = std::filesystem::path(path_).filename().string();
}

void LineTables::forget() {
  tables_.clear();
  by_names_.clear();
  unread_ = {.file = unread_.file};
  offset_ = 0;
  line_ = 0;
}

void LineTables::refresh() {
  struct stat info = {};
  if (::stat(path_.c_str(), &info) != 0) return forget();
  const auto device = static_cast<uint64_t>(info.st_dev), inode = static_cast<uint64_t>(info.st_ino);
  if (device != device_ || inode != inode_ || static_cast<uint64_t>(info.st_size) < offset_) forget();
  device_ = device;
  inode_ = inode;
  std::ifstream file(path_, std::ios::binary);
  check(file.good(), "{}: cannot be read", path_);
  file.seekg(static_cast<std::streamoff>(offset_));
  for (std::string line; std::getline(file, line) && !file.eof();) {
    offset_ += line.size() + 1;
    ++line_;
    read_line(line);
  }
  for (LineTable& table : tables_) sort_by_step(table);
}

void LineTables::read_line(std::string_view line) {
  try {
    const Json json = parse_json(line, fmt::format("line {}", line_));
    const auto step = json_get<int64_t>(json, "step", fmt::format("line {}", line_));
    check(step >= 0 && step <= std::numeric_limits<int32_t>::max(), "line {}: step {} is not one of a run",
          line_, step);
    NamedValues values;
    add_numbers(json, "", values);
    add(step, std::move(values));
  } catch (const Error& error) {
    if (unread_.lines++ > 0) return;
    unread_.first = line_;
    unread_.why = error.what();
  }
}

void LineTables::add(int64_t step, NamedValues&& values) {
  std::string key;
  for (const auto& [name, value] : values) key.append(name).push_back('\0');
  auto found = by_names_.find(key);
  if (found == by_names_.end()) {
    check(tables_.size() < kMostTables,
          "line {}: its names are those of no other line, as in {} lines before", line_, kMostTables);
    LineTable& table = tables_.emplace_back();
    for (const auto& [name, value] : values) table.names.push_back(name);
    table.columns.resize(values.size());
    found = by_names_.emplace(std::move(key), tables_.size() - 1).first;
  }
  LineTable& table = tables_[found->second];
  table.steps.push_back(static_cast<int32_t>(step));
  for (size_t i = 0; i < values.size(); ++i) table.columns[i].push_back(values[i].second);
}

}  // namespace hodhod
