// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/byte_sink.h"

#include <zlib.h>

#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

constexpr size_t kSinkBuffer = size_t{1} << 18;

}  // namespace

struct ByteSink::State {
  explicit State(const std::string& path) : writer(path), compresses(path.ends_with(".gz")) {
    buffer.reserve(kSinkBuffer);
    if (!compresses) return;
    check(deflateInit2(&gzip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "{}: cannot start zlib",
          path);
    packed.resize(kSinkBuffer);
  }
  ~State() {
    if (compresses) deflateEnd(&gzip);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void flush(bool last) {
    if (!compresses) {
      writer.write(buffer.data(), buffer.size());
      buffer.clear();
      return;
    }
    gzip.next_in = reinterpret_cast<Bytef*>(buffer.data());
    gzip.avail_in = static_cast<uInt>(buffer.size());
    int result = Z_OK;
    do {
      gzip.next_out = reinterpret_cast<Bytef*>(packed.data());
      gzip.avail_out = static_cast<uInt>(packed.size());
      result = deflate(&gzip, last ? Z_FINISH : Z_NO_FLUSH);
      writer.write(packed.data(), packed.size() - gzip.avail_out);
    } while (gzip.avail_out == 0 || (last && result != Z_STREAM_END));
    buffer.clear();
  }

  AtomicFileWriter writer;
  bool compresses;
  z_stream gzip = {};
  std::string buffer;
  std::vector<char> packed;
};

ByteSink::ByteSink(const std::string& path) : state_(std::make_unique<State>(path)) {}
ByteSink::~ByteSink() = default;

void ByteSink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kSinkBuffer - state_->buffer.size());
    state_->buffer += part;
    bytes.remove_prefix(part.size());
    if (state_->buffer.size() == kSinkBuffer) state_->flush(false);
  }
}

void ByteSink::commit() {
  state_->flush(true);
  state_->writer.commit();
}

}  // namespace hodhod
