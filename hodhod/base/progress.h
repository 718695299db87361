// SPDX-License-Identifier: Apache-2.0
// Progress of long work: a bar on a terminal, a plain line from time to time elsewhere, nothing if quiet.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace hodhod {

struct ProgressOptions {
  std::string label;           // "Reading", "Epoch 3"
  std::string unit = "lines";  // what is counted
  int64_t total = 0;           // 0: unknown
  int64_t start = 0;           // where a resumed run begins
  bool terminal = false;       // draw a bar in place
  double interval = 0;         // seconds between two drawings; 0: 0.1 on a terminal, 10 elsewhere
  // Receives the text; the library itself prints nothing. Empty: quiet.
  std::function<void(std::string_view)> write;
  std::function<double()> clock;  // seconds; empty: the steady clock
  std::function<int()> width;     // of the terminal in columns; empty: asked of the system
};

// Options that write to standard error, a bar if it is a terminal; nothing at all when `quiet`.
ProgressOptions progress_to_stderr(std::string label, bool quiet);

class Progress {
 public:
  explicit Progress(ProgressOptions options);
  // Clears an unfinished bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Reports that `done` units are done. Cheap enough to call at every step; it draws only when due. `note` is
  // drawn last ("loss 3.21").
  void update(int64_t done, std::string_view note = {});
  // Prints a line above the bar.
  void print(std::string_view line);
  // Draws the final state.
  void finish(std::string_view note = {});

 private:
  std::string text(double now, std::string_view note) const;
  void draw(double now, std::string_view note);

  ProgressOptions options_;
  double begin_ = 0;
  double next_ = 0;
  int64_t done_;
  bool drawn_ = false;
  bool finished_ = false;
};

}  // namespace hodhod
