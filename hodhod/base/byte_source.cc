// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file_system.h"

namespace hodhod {
namespace {

constexpr size_t kStoredBuffer = 1 << 17;

// Skippable frames (0x184D2A50 to 5F) may stand before the data.
bool is_zstd(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 4) return false;
  return (byte(0) == 0x28 && byte(1) == 0xB5 && byte(2) == 0x2F && byte(3) == 0xFD) ||
         ((byte(0) & 0xF0) == 0x50 && byte(1) == 0x2A && byte(2) == 0x4D && byte(3) == 0x18);
}

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

}  // namespace

struct ByteSource::State {
  enum class Format { plain, gzip, zstd };

  std::string name;
  int descriptor = -1;
  uint64_t stored_size = 0;
  uint64_t fetched = 0;  // bytes read from the descriptor
  std::vector<char> buffer = std::vector<char>(kStoredBuffer);
  size_t begin = 0, end = 0;  // the part of the buffer that is not yet consumed
  bool at_end = false;

  Format format = Format::plain;
  bool inside = false;  // a gzip member or zstd frame has begun and not ended
  z_stream gzip = {};
  ZSTD_DStream* zstd = nullptr;

  ~State() {
    if (descriptor > 0) ::close(descriptor);
    if (format == Format::gzip) inflateEnd(&gzip);
    ZSTD_freeDStream(zstd);
  }

  uint64_t position() const { return fetched - (end - begin); }

  [[noreturn]] void fail_here(std::string_view what) const {
    fail("{}: byte {}: {}; the file is damaged or incomplete, fetch it again", name, position(), what);
  }

  // Adds to the buffer; false at the end of the file.
  bool fetch() {
    if (at_end) return false;
    if (begin == end) begin = end = 0;
    for (;;) {
      const ssize_t got = ::read(descriptor, buffer.data() + end, buffer.size() - end);
      if (got < 0 && errno == EINTR) continue;
      check(got >= 0, "{}: cannot read at byte {}: {}", name, fetched, std::strerror(errno));
      at_end = got == 0;
      fetched += static_cast<uint64_t>(got);
      end += static_cast<size_t>(got);
      return !at_end;
    }
  }

  bool available() { return begin < end || fetch(); }

  void detect() {
    while (end < 4 && fetch()) {
    }
    const std::string_view start(buffer.data(), end);
    if (is_gzip(start)) {
      check(inflateInit2(&gzip, 15 + 16) == Z_OK, "{}: cannot start zlib", name);
      format = Format::gzip;
    } else if (is_zstd(start)) {
      zstd = ZSTD_createDStream();
      check(zstd != nullptr, "{}: cannot start zstd", name);
      format = Format::zstd;
    } else {
      check(!name.ends_with(".gz"), "{}: byte 0: named .gz, but not gzip data", name);
      check(!name.ends_with(".zst"), "{}: byte 0: named .zst, but not zstd data", name);
    }
  }

  size_t read_plain(char* out, size_t count) {
    if (!available()) return 0;
    const size_t taken = std::min(count, end - begin);
    std::memcpy(out, buffer.data() + begin, taken);
    begin += taken;
    return taken;
  }

  size_t read_gzip(char* out, size_t count) {
    for (;;) {
      if (!inside) {
        // Zero bytes after a member are padding (tar on tape writes them).
        while (available() && buffer[begin] == 0) ++begin;
        if (!available()) return 0;
        inflateReset(&gzip);
        inside = true;
      }
      if (!available()) fail_here("the gzip data ends too early");
      gzip.next_in = reinterpret_cast<Bytef*>(buffer.data() + begin);
      gzip.avail_in = static_cast<uInt>(end - begin);
      gzip.next_out = reinterpret_cast<Bytef*>(out);
      gzip.avail_out = static_cast<uInt>(std::min<size_t>(count, 1u << 30));
      const uInt room = gzip.avail_out;
      const int result = inflate(&gzip, Z_NO_FLUSH);
      begin = end - gzip.avail_in;
      if (result == Z_STREAM_END) {
        inside = false;
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        fail_here(fmt::format("bad gzip data ({})", gzip.msg != nullptr ? gzip.msg : "no detail"));
      }
      if (gzip.avail_out < room) return room - gzip.avail_out;
    }
  }

  size_t read_zstd(char* out, size_t count) {
    for (;;) {
      if (!available()) {
        if (inside) fail_here("the zstd data ends too early");
        return 0;
      }
      ZSTD_inBuffer in = {buffer.data() + begin, end - begin, 0};
      ZSTD_outBuffer to = {out, count, 0};
      const size_t result = ZSTD_decompressStream(zstd, &to, &in);
      if (ZSTD_isError(result) != 0) fail_here(fmt::format("bad zstd data ({})", ZSTD_getErrorName(result)));
      begin += in.pos;
      inside = result != 0;
      if (to.pos > 0) return to.pos;
    }
  }
};

ByteSource::ByteSource(const std::string& path) : state_(std::make_unique<State>()) {
  State& state = *state_;
  if (path == "-") {
    state.name = "standard input";
    state.descriptor = 0;
  } else {
    state.name = path;
    state.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (state.descriptor < 0) fail_with_reason("open", path, errno);
  }
  struct stat status;
  if (::fstat(state.descriptor, &status) == 0) {
    check(!S_ISDIR(status.st_mode), "{}: is a directory; a file is needed here", path);
    if (S_ISREG(status.st_mode)) state.stored_size = static_cast<uint64_t>(status.st_size);
  }
  state.detect();
}

ByteSource::~ByteSource() = default;
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;

size_t ByteSource::read(char* out, size_t count) {
  if (count == 0) return 0;
  switch (state_->format) {
    case State::Format::gzip:
      return state_->read_gzip(out, count);
    case State::Format::zstd:
      return state_->read_zstd(out, count);
    default:
      return state_->read_plain(out, count);
  }
}

const std::string& ByteSource::name() const { return state_->name; }
uint64_t ByteSource::stored_position() const { return state_->position(); }
uint64_t ByteSource::stored_size() const { return state_->stored_size; }

std::string read_all(const std::string& path, uint64_t max_bytes) {
  ByteSource source(path);
  std::string bytes;
  constexpr size_t kPiece = 1 << 16;
  size_t used = 0;
  for (;;) {
    if (bytes.size() < used + kPiece) bytes.resize(std::max(used + kPiece, bytes.size() * 2));
    const size_t got = source.read(bytes.data() + used, bytes.size() - used);
    if (got == 0) break;
    used += got;
    check(used <= max_bytes, "{}: holds more than the {} bytes expected here", source.name(), max_bytes);
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace hodhod
