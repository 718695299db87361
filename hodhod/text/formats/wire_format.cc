// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/wire_format.h"

#include <bit>
#include <cstring>

#include "hodhod/base/error.h"

namespace hodhod::text {
namespace {

enum : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

}  // namespace

bool WireReader::next() {
  if (position_ == bytes_.size()) return false;
  const uint64_t tag_at = offset_ + position_;
  const uint64_t tag = read_varint();
  number_ = static_cast<uint32_t>(tag >> 3);
  type_ = static_cast<uint32_t>(tag & 7);
  check(number_ != 0 && tag >> 3 < (1u << 29), "{}: byte {}: impossible field number {}; the file is damaged",
        name_, tag_at, tag >> 3);
  switch (type_) {
    case kVarint:
      value_begin_ = position_;
      value_ = read_varint();
      return true;
    case kFixed64:
      value_ = 8;
      break;
    case kFixed32:
      value_ = 4;
      break;
    case kBytes:
      value_ = read_varint();
      break;
    default:
      fail("{}: byte {}: field {} has wire type {}, which is not supported; the file is damaged", name_,
           tag_at, number_, type_);
  }
  value_begin_ = position_;
  check(value_ <= bytes_.size() - position_,
        "{}: byte {}: field {} says {} bytes but {} are left; the file is truncated", name_, tag_at, number_,
        value_, bytes_.size() - position_);
  position_ += value_;
  return true;
}

uint64_t WireReader::varint() const {
  expect(kVarint, "a number");
  return value_;
}

int32_t WireReader::int32() const {
  expect(kVarint, "a number");
  const int64_t value = static_cast<int64_t>(value_);
  check(value >= INT32_MIN && value <= INT32_MAX,
        "{}: byte {}: field {} is {}, which needs more than 32 bits; the file is damaged", name_, position(),
        number_, value);
  return static_cast<int32_t>(value);
}

float WireReader::float32() const {
  expect(kFixed32, "a float");
  uint32_t word = 0;
  for (int i = 3; i >= 0; --i)
    word = word << 8 | static_cast<unsigned char>(bytes_[value_begin_ + static_cast<size_t>(i)]);
  return std::bit_cast<float>(word);
}

std::string_view WireReader::bytes() const {
  expect(kBytes, "bytes");
  return bytes_.substr(value_begin_, value_);
}

WireReader WireReader::message() const { return WireReader(bytes(), name_, position()); }

uint64_t WireReader::read_varint() {
  uint64_t value = 0;
  const size_t begin = position_;
  for (int shift = 0; shift < 64; shift += 7) {
    check(position_ < bytes_.size(), "{}: byte {}: a number is truncated by the end of its message", name_,
          offset_ + begin);
    const auto byte = static_cast<unsigned char>(bytes_[position_++]);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  fail("{}: byte {}: a number is longer than 64 bits; the file is damaged", name_, offset_ + begin);
}

void WireReader::expect(uint32_t type, const char* what) const {
  check(type_ == type, "{}: byte {}: field {} should hold {} but has wire type {}; the file is damaged",
        name_, position(), number_, what, type_);
}

void WireWriter::varint(uint32_t number, uint64_t value) {
  raw_varint(uint64_t{number} << 3 | kVarint);
  raw_varint(value);
}

void WireWriter::float32(uint32_t number, float value) {
  raw_varint(uint64_t{number} << 3 | kFixed32);
  uint32_t word = std::bit_cast<uint32_t>(value);
  for (int i = 0; i < 4; ++i, word >>= 8) out_.push_back(static_cast<char>(word & 0xFF));
}

void WireWriter::bytes(uint32_t number, std::string_view value) {
  raw_varint(uint64_t{number} << 3 | kBytes);
  raw_varint(value.size());
  out_.append(value);
}

void WireWriter::raw_varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
  out_.push_back(static_cast<char>(value));
}

}  // namespace hodhod::text
