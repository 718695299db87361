// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/tensorboard.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

namespace hodhod {
namespace {

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c >> 1 ^ ((c & 1) != 0 ? 0x82F63B78u : 0u);
    table[i] = c;
  }
  return table;
}

// As TFRecord stores it: a checksum of data that holds checksums is weak, hence the mask.
uint32_t masked_crc(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

template <class T>
void append_bytes(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Wire types of protocol buffers.
enum Wire : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void key(std::string& out, uint32_t field, Wire wire) { varint(out, field << 3 | wire); }

void bytes_field(std::string& out, uint32_t field, std::string_view bytes) {
  key(out, field, kBytes);
  varint(out, bytes.size());
  out.append(bytes);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// tensorflow.Event: 1 wall_time, 2 step, 3 file_version, 5 summary.
std::string event(int64_t step, uint32_t content_field, std::string_view content) {
  std::string message;
  key(message, 1, kFixed64);
  append_bytes(message, seconds_now());
  if (step != 0) {
    key(message, 2, kVarint);
    varint(message, static_cast<uint64_t>(step));
  }
  bytes_field(message, content_field, content);
  return message;
}

std::string new_path(const std::string& directory) {
  static std::atomic<int> counter{0};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) std::strcpy(host.data(), "localhost");
  return join_path(directory,
                   fmt::format("events.out.tfevents.{}.{}.{}.{}", static_cast<int64_t>(seconds_now()),
                               host.data(), ::getpid(), counter++));
}

std::string made(const std::string& directory, const FileSystem& system) {
  make_directories(directory, system);
  return new_path(directory);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = crc_table();
  uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

EventWriter::EventWriter(const std::string& directory, const FileSystem& system)
    : path_(made(directory, system)), file_(path_, system) {
  record(event(0, 3, "brain.Event:2"));
}

void EventWriter::scalars(int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  // Summary: repeated 1 value { 1 tag, 2 simple_value }.
  std::string summary;
  for (const auto& [tag, number] : values) {
    std::string value;
    bytes_field(value, 1, tag);
    key(value, 2, kFixed32);
    append_bytes(value, static_cast<float>(number));
    bytes_field(summary, 1, value);
  }
  record(event(step, 5, summary));
}

void EventWriter::text(int64_t step, const std::string& tag, const std::string& text) {
  // TensorProto: 1 dtype (7 is a string), 2 shape { 2 dim { 1 size } }, 8 string_val.
  std::string dim, shape, tensor, plugin, metadata, value, summary;
  key(dim, 1, kVarint);
  varint(dim, 1);
  bytes_field(shape, 2, dim);
  key(tensor, 1, kVarint);
  varint(tensor, 7);
  bytes_field(tensor, 2, shape);
  bytes_field(tensor, 8, text);
  bytes_field(plugin, 1, "text");
  bytes_field(metadata, 1, plugin);
  // Value: 1 tag, 8 tensor, 9 metadata { 1 plugin_data { 1 plugin_name } }.
  bytes_field(value, 1, tag);
  bytes_field(value, 8, tensor);
  bytes_field(value, 9, metadata);
  bytes_field(summary, 1, value);
  record(event(step, 5, summary));
}

void EventWriter::record(const std::string& event) {
  std::string framed;
  append_bytes(framed, static_cast<uint64_t>(event.size()));
  append_bytes(framed, masked_crc(framed));
  framed += event;
  append_bytes(framed, masked_crc(event));
  file_.write(framed);
}

}  // namespace hodhod
