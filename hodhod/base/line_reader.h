// SPDX-License-Identifier: Apache-2.0
// The lines of a text file, plain or compressed, one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/byte_source.h"

namespace hodhod {

// Lines end in LF or CR LF, neither of which is part of them; the last one may lack it. A byte order mark at
// the start is skipped. UTF-16 is an Error, and so is a line of more than `max_line` bytes: then it is not a
// text file.
class LineReader {
 public:
  explicit LineReader(const std::string& path, size_t max_line = size_t{64} << 20);

  // The next line, or nothing at the end. It is valid until the next call.
  std::optional<std::string_view> next();

  // The number of the last line that `next` returned, from 1; 0 before the first.
  int64_t line_number() const { return line_number_; }
  // "FILE:LINE" of that line, for messages.
  std::string place() const;
  const std::string& name() const { return source_.name(); }
  const ByteSource& source() const { return source_; }

 private:
  bool fill();

  ByteSource source_;
  size_t max_line_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  int64_t line_number_ = 0;
  bool at_end_ = false;
};

}  // namespace hodhod
