// SPDX-License-Identifier: Apache-2.0
// The protocol-buffer wire format (https://protobuf.dev/programming-guides/encoding), without schemas: enough
// to read and write SentencePiece models. Every length is checked against what is left; nothing is copied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hodhod::text {

// Iterates over the fields of one message:
//
//   for (WireReader fields(bytes, "x.model"); fields.next();) {
//     if (fields.number() == 1) use(fields.bytes());
//   }
//
// Error, naming the file and the byte: a truncated or overlong number, a length beyond the end, a group,
// field number 0, or an accessor that does not fit the field's wire type.
class WireReader {
 public:
  // `offset` is where `bytes` begins in the file called `name`, for messages. `name` must outlive the reader.
  WireReader(std::string_view bytes, std::string_view name, uint64_t offset = 0)
      : bytes_(bytes), name_(name), offset_(offset) {}

  // Goes to the next field; false at the end of the message.
  bool next();

  uint32_t number() const { return number_; }
  uint64_t varint() const;
  int32_t int32() const;
  bool boolean() const { return varint() != 0; }
  float float32() const;
  std::string_view bytes() const;
  // A reader of the message that this field holds.
  WireReader message() const;
  // Where this field's value begins in the file.
  uint64_t position() const { return offset_ + value_begin_; }
  std::string_view name() const { return name_; }

 private:
  uint64_t read_varint();
  void expect(uint32_t type, const char* what) const;

  std::string_view bytes_;
  std::string_view name_;
  uint64_t offset_;
  size_t position_ = 0;
  size_t value_begin_ = 0;
  uint32_t number_ = 0;
  uint32_t type_ = 0;
  uint64_t value_ = 0;  // the number, or the length of the bytes
};

// Appends fields to a message.
class WireWriter {
 public:
  void varint(uint32_t number, uint64_t value);
  void int32(uint32_t number, int32_t value) { varint(number, static_cast<uint64_t>(int64_t{value})); }
  void float32(uint32_t number, float value);
  void bytes(uint32_t number, std::string_view value);

  const std::string& result() const { return out_; }

 private:
  void raw_varint(uint64_t value);
  std::string out_;
};

}  // namespace hodhod::text
