// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, decompressed on the way when it is gzip or zstd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hodhod {

// The first bytes of a file decide whether it is compressed, not its name. But a file named .gz or .zst that
// holds other data is an Error. Several gzip members or zstd frames in a row are one text. Damaged or
// truncated data is an Error with the file's name and the place (a byte of the file as it is stored).
class ByteSource {
 public:
  // Opens the file; "-" is standard input.
  explicit ByteSource(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  // Up to `count` bytes; 0 at the end only.
  size_t read(char* out, size_t count);

  // The path, or "standard input".
  const std::string& name() const;
  // Stored bytes read so far, and in all (0 when unknown): for a progress bar.
  uint64_t stored_position() const;
  uint64_t stored_size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Everything in the file, decompressed; an Error when it is more than `max_bytes`.
std::string read_all(const std::string& path, uint64_t max_bytes = uint64_t{1} << 40);

}  // namespace hodhod
