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
#include "hodhod/text/training/count_words.h"

namespace hodhod::cli {

// Lines with the place of each, "FILE:LINE"; no places for texts of the command line.
struct LineBlock {
  std::vector<std::string> lines, places;
};

// Lines of several files (plain, .gz, .zst, "-" for standard input), one after the other, with a progress bar
// that goes by how much of the stored bytes was read.
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
  // "FILE:LINE" of the line that came last.
  std::string place() const;
  // Ends the bar.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether standard input is a file or a pipe, rather than a terminal or nothing.
bool standard_input_is_piped();

// All of them at once.
std::vector<std::string> read_lines(const std::vector<std::string>& paths, bool quiet);
// The same as one text, in which a line's end follows each.
std::string read_text(const std::vector<std::string>& paths, bool quiet);

// The lines line(0), line(1), … line(count - 1), which are made one by one.
text::LineSource lines_of(size_t count, std::function<std::string(size_t)> line);
// Those of a text, which must outlive the source, with their ends or without.
enum class LineEnds { kept, dropped };
text::LineSource lines_of(const std::string& text, LineEnds ends);

// The texts or, if there are none, the lines of the files (or of standard input), in blocks.
//
// `work` must have no effect on a block if it fails: it is then called again with each line alone, so that
// the lines before the bad one are processed, and the Error names that line.
struct TextInput {
  std::vector<std::string> texts, files;
  int64_t block = 256;
};
void for_each_block(const TextInput& input, const std::string& label, bool quiet,
                    const std::function<void(const std::vector<std::string>&)>& work);
// Adds TEXT, which `texts` explains, and --file, with one `unit` on each line.
void add_text_input(Command& command, TextInput& input, const std::string& texts,
                    const std::string& unit = "text");

// Calls work(lines, results) for blocks of lines with the lines spread over threads, and prints the results
// in order. work(line) gives what is printed for a line; its Errors are thrown with the place of the line.
void print_for_each_line(Lines& lines, const std::function<std::string(std::string_view line)>& work);

// Writes to standard output; Error if that fails.
void print_text(std::string_view text);
// Flushes the output; Error if that fails.
void flush_output();

// "2G", "512M", "1500000": bytes.
int64_t parse_bytes(const std::string& text);

}  // namespace hodhod::cli
