// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>

#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/progress.h"
#include "hodhod/base/signals.h"
#include "hodhod/base/threads.h"

namespace hodhod::cli {
namespace {

ProgressOptions bar(std::string label, uint64_t total) {
  ProgressOptions options = progress_to_stderr(std::move(label), false);
  options.unit = "bytes";
  options.total = static_cast<int64_t>(total);
  return options;
}

[[noreturn]] void fail_to_write() {
  fail("standard output: {}; what was printed is not complete", std::strerror(errno));
}

// The bytes of all files; 0 if one of them is not a regular file.
uint64_t total_size(const std::vector<std::string>& paths) {
  uint64_t total = 0;
  for (const std::string& path : paths) {
    if (path == "-" || !file_exists(path)) return 0;
    total += file_size(path);
  }
  return total;
}

using BlockWork = std::function<void(const std::vector<std::string>&)>;

void work_on_block(const LineBlock& block, const BlockWork& work) {
  const auto& [lines, places] = block;
  try {
    work(lines);
    return;
  } catch (const Error&) {
    if (lines.size() == 1 && places.empty()) throw;
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    try {
      work({lines[i]});
    } catch (const Error& error) {
      if (places.empty()) throw;
      fail("{}: {}", places[i], error.what());
    }
  }
}

}  // namespace

std::vector<std::string> LinesNotUtf8::notes() const {
  if (count_ == 0) return {};
  return {
      fmt::format("{} {} bytes that are not UTF-8, the first at {}; if the text is in another encoding, "
                  "convert it first (iconv -t UTF-8)",
                  with_commas(count_), count_ == 1 ? "line has" : "lines have", first_)};
}

struct Lines::State {
  std::vector<std::string> paths;
  size_t next_path = 0;
  std::optional<LineReader> reader;
  uint64_t done = 0;  // stored bytes of the files that are finished
  std::string label;
  bool quiet;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  std::optional<Progress> progress;  // created when the work takes long
  LinesNotUtf8 not_utf8;
  int64_t count = 0;

  State(std::vector<std::string> files, std::string what, bool no_bar)
      : paths(std::move(files)), label(std::move(what)), quiet(no_bar) {}

  void update() {
    if (!progress) {
      if (quiet || std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)) return;
      progress.emplace(bar(label, total_size(paths)));
    }
    progress->update(static_cast<int64_t>(done + (reader ? reader->source().stored_position() : 0)));
  }
};

Lines::Lines(std::vector<std::string> paths, std::string label, bool quiet) {
  if (paths.empty()) paths.emplace_back("-");
  state_ = std::make_unique<State>(std::move(paths), std::move(label), quiet);
}

Lines::~Lines() = default;

bool Lines::next(std::string& line) {
  State& s = *state_;
  while (!stop_requested()) {
    if (!s.reader) {
      if (s.next_path == s.paths.size()) return false;
      s.reader.emplace(s.paths[s.next_path++]);
    }
    if (const auto read = s.reader->next()) {
      line.assign(*read);
      s.not_utf8.look_at(line, [&] { return s.reader->place(); });
      if (++s.count % 256 == 0) s.update();
      return true;
    }
    s.done += s.reader->source().stored_position();
    s.reader.reset();
  }
  return false;
}

// Overwrites the strings in the block, so that their memory is reused.
bool Lines::next_block(LineBlock& block, int64_t size) {
  const auto most = static_cast<size_t>(size);
  size_t n = 0;
  block.lines.resize(most);
  block.places.resize(most);
  for (; n < most && next(block.lines[n]); ++n) block.places[n] = place();
  block.lines.resize(n);
  block.places.resize(n);
  return n > 0;
}

std::string Lines::place() const { return state_->reader ? state_->reader->place() : "input"; }

void Lines::finish() {
  tell(state_->not_utf8.notes());
  if (!state_->progress) return;
  state_->update();
  state_->progress->finish();
}

bool standard_input_is_piped() {
  struct stat status {};
  return ::fstat(STDIN_FILENO, &status) == 0 && (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode));
}

std::vector<std::string> read_lines(const std::vector<std::string>& paths, bool quiet) {
  Lines lines(paths, "Reading", quiet);
  std::vector<std::string> all;
  for (std::string line; lines.next(line);) all.push_back(line);
  lines.finish();
  return all;
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

std::string read_text(const std::vector<std::string>& paths, bool quiet) {
  Lines lines(paths, "Reading", quiet);
  std::string text;
  for (std::string line; lines.next(line);) text.append(line).push_back('\n');
  lines.finish();
  return text;
}

text::LineSource lines_of(size_t count, std::function<std::string(size_t)> line) {
  return [count, line = std::move(line), next = size_t{0}](std::string& out) mutable {
    if (next == count) return false;
    out = line(next++);
    return true;
  };
}

text::LineSource lines_of(const std::string& text, LineEnds ends) {
  return [&text, ends, begin = size_t{0}](std::string& out) mutable {
    if (begin >= text.size()) return false;
    const size_t end = std::min(text.find('\n', begin), text.size());
    out = text.substr(begin, end - begin + (ends == LineEnds::kept ? 1 : 0));
    begin = end + 1;
    return true;
  };
}

text::LineSource lines_with_words(const text::LineSource& lines, const std::string& name) {
  return [&lines, name = name == "-" ? "standard input" : name, found = false](std::string& line) mutable {
    if (!lines(line)) {
      check(found || stop_requested(), "{}: holds no words to learn a tokenizer from; give text with some",
            name);
      return false;
    }
    found = found || std::any_of(line.begin(), line.end(), [](unsigned char c) { return c > ' '; });
    return true;
  };
}

void for_each_block(const TextInput& input, const std::string& label, bool quiet,
                    const std::function<void(const std::vector<std::string>&)>& work) {
  if (!input.texts.empty()) return work_on_block({input.texts, {}}, work);
  Lines lines(input.files, label, quiet || input.files.empty());
  bool is_empty = !input.may_be_empty;
  for (LineBlock block; lines.next_block(block, input.block); is_empty = false) work_on_block(block, work);
  lines.finish();
  if (is_empty && !stop_requested())
    tell({fmt::format("there is no text: {}",
                      input.files.empty() ? "standard input is empty; give one in quotes, or --file"
                                          : fmt::format("{} is empty", fmt::join(input.files, ", ")))});
}

void add_text_input(Command& command, TextInput& input, const std::string& texts, const std::string& unit) {
  command.add("TEXT", input.texts, texts + "; standard input is read if none are given").excludes("--file");
  command.add("--file", input.files, fmt::format("Files with one {} on each line", unit)).called("FILE");
}

void print_text(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_to_write();
}

void flush_output() {
  if (std::fflush(stdout) != 0) fail_to_write();
}

void print_for_each_line(Lines& lines, const std::function<std::string(std::string_view)>& work) {
  constexpr int64_t kBlock = 1024;
  std::vector<std::string> results(kBlock);
  for (LineBlock block; lines.next_block(block, kBlock);) {
    parallel_for(std::ssize(block.lines), 16, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        try {
          results[i] = work(block.lines[i]);
        } catch (const Error& error) {
          fail("{}: {}", block.places[i], error.what());
        }
      }
    });
    for (size_t i = 0; i < block.lines.size(); ++i) print_text(results[i]);
  }
  lines.finish();
}

int64_t parse_bytes(std::string_view option, const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (unit.ends_with("iB")) unit.remove_suffix(2);
  if (unit.ends_with('B')) unit.remove_suffix(1);
  double scale = 0;
  if (unit.empty()) scale = 1;
  if (unit == "K" || unit == "k") scale = 1 << 10;
  if (unit == "M" || unit == "m") scale = 1 << 20;
  if (unit == "G" || unit == "g") scale = 1 << 30;
  check(error == std::errc() && scale > 0 && number > 0 && number * scale < 0x1p62,
        "{}: \"{}\" is not a size; write it like 500M or 2G", option, text);
  return static_cast<int64_t>(number * scale);
}

}  // namespace hodhod::cli
