// SPDX-License-Identifier: Apache-2.0
// N-gram models as text: the ARPA format (Doug Paul; described in SRILM's ngram-format(5)).
//
//   \data\                        how many n-grams of each order follow
//   ngram 1=4
//   ngram 2=2
//
//   \1-grams:
//   -1.5<TAB>word<TAB>-0.3        log10 p(word), and the log10 backoff of "word" as a context
//   …
//   \2-grams:
//   -0.2<TAB>the<BLANK>word       the highest order has no backoffs
//   …
//   \end\                         the end of the file
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/byte_sink.h"
#include "hodhod/base/line_reader.h"

namespace hodhod {

inline constexpr std::string_view kArpaBegin = "<s>", kArpaEnd = "</s>", kArpaUnknown = "<unk>";

// The words are valid until the next one is read.
struct ArpaNgram {
  std::span<const std::string_view> words;
  float log10_probability = 0;
  float log10_backoff = 0;  // 0 where the file gives none
};

// Reads a file, plain or compressed. Fields are parted by blanks and tabs. Lines before \data\ are comments.
// A file may lack backoffs, and the line break after its last line.
//
// Error with the file and the line: a section or a number that is missing or out of place, more or fewer
// n-grams than \data\ says, a value that is not finite, a backoff at the highest order.
class ArpaReader {
 public:
  // Reads the counts.
  explicit ArpaReader(const std::string& path);

  // The number of n-grams of each order, from 1, that \data\ promises.
  const std::vector<uint64_t>& counts() const { return counts_; }
  size_t order() const { return counts_.size(); }

  // The next n-gram, order by order; nothing at the end. Positive log probabilities, which some programs
  // write, become 0.
  std::optional<ArpaNgram> next();
  // What was wrong and put right, a sentence each; complete at the end.
  std::vector<std::string> warnings() const;

  // "FILE:LINE" of what was read last.
  std::string place() const { return lines_.place(); }

 private:
  std::string_view need_line(std::string_view what);
  std::optional<std::string_view> next_content();
  void read_counts();
  void begin_section();
  float number(std::string_view field, std::string_view what) const;

  LineReader lines_;
  std::vector<uint64_t> counts_;
  size_t section_ = 0;  // the order that is read; 0 before the first
  uint64_t read_ = 0;   // n-grams of it
  bool at_end_ = false;
  std::vector<std::string_view> fields_;
  uint64_t positive_ = 0;  // log probabilities above 0
  int64_t first_positive_ = 0;
};

// Writes a file, compressed when its name ends in .gz. Numbers are written so that reading gives the same
// floats. Nothing is at the path before finish().
class ArpaWriter {
 public:
  ArpaWriter(const std::string& path, std::vector<uint64_t> counts);

  // The n-grams of order 1, then those of order 2, and so on, as many as `counts` says. The backoff is not
  // written at the highest order.
  void add(const ArpaNgram& ngram);
  // Error when n-grams are missing.
  void finish();

 private:
  void begin_section();

  std::string path_;
  ByteSink sink_;
  std::vector<uint64_t> counts_;
  size_t section_ = 0;
  uint64_t written_ = 0;
  std::string line_;
};

// Whether one of the file's first lines is \data\, as in every ARPA file.
bool is_arpa(const std::string& path);

}  // namespace hodhod
