// SPDX-License-Identifier: Apache-2.0
// The numbers in a file of JSON lines (train/line_log.h), in columns.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// Lines that tell the same numbers.
struct LineTable {
  std::vector<std::string> names;
  std::vector<int32_t> steps;
  std::vector<std::vector<float>> columns;  // one for each name, as long as `steps`; NaN where it was null
};

// Lines that could not be used.
struct UnreadLines {
  std::string file;
  int64_t lines = 0;
  int64_t first = 0;     // number of the first of them, from 1
  std::string why = {};  // of the first
};

// Reads a file that grows. A line {"step": 50, "loss": 2.5, "update": {"embedding": 1e-3}} has the columns
// "loss" and "update/embedding"; members that are neither numbers nor null are passed over. A line that is no
// such object is counted, and the rest is read.
class LineTables {
 public:
  explicit LineTables(std::string path);

  // Reads what was added since the last call, or all if the file was replaced. A file that is not there has
  // no lines. A last line without its end is still being written.
  void refresh();

  // In the order of their first lines; rows in the order of their steps, equal ones in that of the file.
  const std::vector<LineTable>& tables() const { return tables_; }
  // Counted in `lines`; 0 if all could be used.
  const UnreadLines& unread() const { return unread_; }

 private:
  void forget();
  void read_line(std::string_view line);
  void add(int64_t step, std::vector<std::pair<std::string, float>>&& values);

  std::string path_;
  uint64_t device_ = 0, inode_ = 0, offset_ = 0;
  int64_t line_ = 0;  // read so far
  std::vector<LineTable> tables_;
  std::map<std::string, size_t> by_names_;
  UnreadLines unread_;
};

}  // namespace hodhod
