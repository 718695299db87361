// SPDX-License-Identifier: Apache-2.0
// Event files that TensorBoard reads: records of protocol-buffer messages (tensorflow.Event), framed as
// TFRecord (length, masked CRC-32C of the length, bytes, masked CRC-32C of the bytes).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"

namespace hodhod {

// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected).
uint32_t crc32c(std::string_view bytes);

class EventWriter {
 public:
  // Begins a new file "events.out.tfevents.SECONDS.HOST.PID.N" in `directory`, which is made if need be.
  explicit EventWriter(const std::string& directory, const FileSystem& system = real_file_system());

  // Writes one point of every series at `step`. A reader sees it immediately.
  void scalars(int64_t step, const std::vector<std::pair<std::string, double>>& values);
  // A text that belongs to a step.
  void text(int64_t step, const std::string& tag, const std::string& text);

  const std::string& path() const { return path_; }

 private:
  void record(const std::string& event);

  std::string path_;
  FileWriter file_;
};

}  // namespace hodhod
