// SPDX-License-Identifier: Apache-2.0
// Reading texts from the arguments and files of a command line, and writing to standard output.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/training/count_words.h"

namespace hodhod::cli {

// Lines, and the place "FILE:LINE" of each; no places if the texts come from the command line.
struct LineBlock {
  std::vector<std::string> lines, places;
};

// Counts the lines of a text that have other bytes than UTF-8.
class LinesNotUtf8 {
 public:
  // `place()` names the line; only the first bad one is asked for its place.
  template <class Place>
  void look_at(std::string_view line, Place&& place) {
    if (is_utf8(line)) return;
    if (count_++ == 0) first_ = place();
  }
  // A sentence, or nothing if every line is UTF-8.
  std::vector<std::string> notes() const;

 private:
  int64_t count_ = 0;
  std::string first_;
};

// The lines of several files (plain, .gz, .zst, "-" for standard input), one after the other. A progress bar
// shows which share of the stored bytes has been read.
class Lines {
 public:
  // No paths: standard input.
  Lines(std::vector<std::string> paths, std::string label, bool quiet);
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // False at the end, and when the user asked to stop.
  bool next(std::string& line);
  // Reads up to `size` lines; false if there are none.
  bool next_block(LineBlock& block, int64_t size);
  // "FILE:LINE" of the last line read.
  std::string place() const;
  // Ends the bar, and tells of lines that are not UTF-8.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether standard input is a file or a pipe, rather than a terminal or nothing.
bool standard_input_is_piped();

// All lines of the files at once.
std::vector<std::string> read_lines(const std::vector<std::string>& paths, bool quiet);
// The same as one text, with a line break after each line.
std::string read_text(const std::vector<std::string>& paths, bool quiet);
// These lines as one text, with a line break after each.
std::string joined_lines(const std::vector<std::string>& lines);

// The lines line(0), line(1), … line(count - 1), made one at a time.
text::LineSource lines_of(size_t count, std::function<std::string(size_t)> line);
// The lines of a text, which must outlive the source, with or without their line breaks.
enum class LineEnds { kept, dropped };
text::LineSource lines_of(const std::string& text, LineEnds ends);

// The same lines, while `lines` lives. Error at their end, which names the file, if there was nothing but
// blanks in them.
text::LineSource lines_with_words(const text::LineSource& lines, const std::string& name);

// Where texts come from: `texts` or, if there are none, the lines of the files (or of standard input).
//
// for_each_block() calls `work` for blocks of them. If `work` fails on a block, it must have had no effect:
// it is called again for each line alone, so that the lines before the bad one are processed and the Error
// names that line. If there is no line at all, a note on stderr says so, unless `may_be_empty`.
struct TextInput {
  std::vector<std::string> texts, files;
  int64_t block = 256;
  bool may_be_empty = false;
};
void for_each_block(const TextInput& input, const std::string& label, bool quiet,
                    const std::function<void(const std::vector<std::string>&)>& work);
// Adds TEXT, with the help `texts`, and --file, whose help says that there is one `unit` on each line.
void add_text_input(Command& command, TextInput& input, const std::string& texts,
                    const std::string& unit = "text");

// Calls work(line) for each line, on several threads, and prints the results in order. An Error from `work`
// is thrown with the place of the line.
void print_for_each_line(Lines& lines, const std::function<std::string(std::string_view line)>& work);

// Writes to standard output; Error if that fails.
void print_text(std::string_view text);
// Flushes the output; Error if that fails.
void flush_output();

// "2G", "512M", "1500000": bytes. An Error names the option that has this value.
int64_t parse_bytes(std::string_view option, const std::string& text);

}  // namespace hodhod::cli
