// SPDX-License-Identifier: Apache-2.0
// A text file that is written piece by piece, compressed when its name ends in .gz.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hodhod {

// The counterpart of ByteSource. Nothing is seen at the path before commit(), which replaces the file there
// atomically; without it nothing is left. The same text gives the same bytes. Error, with the path, when the
// file cannot be written.
class ByteSink {
 public:
  explicit ByteSink(const std::string& path);
  ~ByteSink();
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hodhod
