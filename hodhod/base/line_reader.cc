// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/line_reader.h"

#include <cstring>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// Text of two bytes a character, in either order: by its mark, or by the zeros beside Latin letters.
bool is_utf16(std::string_view head) {
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return true;
  if (head.size() < 4) return false;
  const auto zero = [&](size_t i) { return head[i] == '\0'; };
  return zero(0) != zero(1) && zero(0) == zero(2) && zero(1) == zero(3);
}

}  // namespace

LineReader::LineReader(const std::string& path, size_t max_line)
    : source_(path), max_line_(max_line), buffer_(size_t{1} << 16) {
  while (end_ < 3 && fill()) {
  }
  const std::string_view head(buffer_.data(), end_);
  check(!is_utf16(head),
        "{}: this text is UTF-16; convert it to UTF-8 first, for instance with iconv -f UTF-16 -t UTF-8",
        name());
  if (head.starts_with("\xEF\xBB\xBF")) begin_ = 3;
}

bool LineReader::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const size_t got = source_.read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  at_end_ = got == 0;
  return !at_end_;
}

std::optional<std::string_view> LineReader::next() {
  size_t searched = 0;
  const char* newline = nullptr;
  for (;;) {
    const char* from = buffer_.data() + begin_ + searched;
    newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_ - searched));
    if (newline != nullptr) break;
    searched = end_ - begin_;
    check(searched <= max_line_, "{}:{}: a line longer than {} bytes; this is not a text file", name(),
          line_number_ + 1, max_line_);
    if (!fill()) break;
  }
  if (newline == nullptr && searched == 0) return std::nullopt;
  const char* begin = buffer_.data() + begin_;
  auto length = newline != nullptr ? static_cast<size_t>(newline - begin) : searched;
  begin_ += length + (newline != nullptr ? 1 : 0);
  if (length > 0 && begin[length - 1] == '\r') --length;
  check(length <= max_line_, "{}:{}: a line longer than {} bytes; this is not a text file", name(),
        line_number_ + 1, max_line_);
  ++line_number_;
  return std::string_view(begin, length);
}

std::string LineReader::place() const { return fmt::format("{}:{}", name(), line_number_); }

}  // namespace hodhod
