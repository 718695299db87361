// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "hodhod/base/format.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int terminal_width() {
  winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string bar(double fraction, int width) {
  const double cells = std::clamp(fraction, 0.0, 1.0) * width;
  const int full = static_cast<int>(cells);
  std::string drawn;
  for (int i = 0; i < full; ++i) drawn += "█";
  if (full < width) {
    constexpr std::string_view kEighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    drawn += kEighths[static_cast<int>((cells - full) * 8)];
    drawn.append(static_cast<size_t>(width - full - 1), ' ');
  }
  return drawn;
}

// Cuts a text to `width` columns without cutting a character.
void cut_to(std::string& text, int64_t width) {
  while (display_width(text) > width) {
    text.resize(whole_characters(text, text.size() - 1).size());
  }
}

}  // namespace

ProgressOptions progress_to_stderr(std::string label, bool quiet) {
  ProgressOptions options;
  options.label = std::move(label);
  if (quiet) return options;
  const char* kind = std::getenv("TERM");
  options.terminal = ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
  options.write = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  };
  return options;
}

Progress::Progress(ProgressOptions options) : options_(std::move(options)), done_(options_.start) {
  if (!options_.clock) options_.clock = steady_seconds;
  if (!options_.width) options_.width = terminal_width;
  if (options_.interval <= 0) options_.interval = options_.terminal ? 0.1 : 10;
  begin_ = options_.clock();
  next_ = begin_ + options_.interval;
}

Progress::~Progress() {
  if (drawn_ && options_.terminal && !finished_) options_.write(kClearLine);
}

void Progress::update(int64_t done, std::string_view note) {
  done_ = done;
  if (!options_.write) return;
  const double now = options_.clock();
  if (now < next_) return;
  next_ = now + options_.interval;
  draw(now, note);
}

void Progress::print(std::string_view line) {
  if (!options_.write) return;
  const bool bar_stands = drawn_ && options_.terminal && !finished_;
  options_.write(fmt::format("{}{}\n", bar_stands ? kClearLine : "", line));
  if (bar_stands) next_ = 0;
}

void Progress::finish(std::string_view note) {
  if (!options_.write || finished_) return;
  draw(options_.clock(), note);
  if (options_.terminal) options_.write("\n");
  finished_ = true;
}

std::string Progress::text(double now, std::string_view note) const {
  const double seconds = std::max(now - begin_, 1e-9);
  const double rate = static_cast<double>(done_ - options_.start) / seconds;
  std::string head = options_.label.empty() ? "" : options_.label + " ";
  std::string tail;
  if (options_.total > 0) {
    const double fraction = static_cast<double>(done_) / static_cast<double>(options_.total);
    head += fmt::format("{:3.0f}% ", 100 * std::min(fraction, 1.0));
    tail = fmt::format("{}/{} {}", format_count(static_cast<double>(done_)),
                       format_count(static_cast<double>(options_.total)), options_.unit);
    if (options_.terminal) head += fmt::format("[{}] ", bar(fraction, 20));
  } else {
    tail = fmt::format("{} {}", format_count(static_cast<double>(done_)), options_.unit);
  }
  const double rounded = rate < 100 ? std::round(rate * 10) / 10 : std::round(rate);
  tail += fmt::format(", {}/s", format_count(rounded));
  if (options_.total > done_ && rate > 0) {
    tail += fmt::format(", {} left", format_duration(static_cast<double>(options_.total - done_) / rate));
  } else {
    tail += fmt::format(", {}", format_duration(seconds));
  }
  if (!note.empty()) tail += fmt::format(", {}", note);
  return head + tail;
}

void Progress::draw(double now, std::string_view note) {
  std::string line = text(now, note);
  if (options_.terminal) {
    // The last column stays free: some terminals wrap when it is filled.
    cut_to(line, std::max(options_.width() - 1, 20));
    options_.write(fmt::format("{}{}", kClearLine, line));
  } else {
    options_.write(line + "\n");
  }
  drawn_ = true;
}

}  // namespace hodhod
