// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/tensorboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/faulty_file_system.h"

namespace hodhod {
namespace {

// Published check values: RFC 3720, B.4, and the customary one.
TEST(Crc32c, PublishedValues) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  std::string ascending(32, '\0');
  for (int i = 0; i < 32; ++i) ascending[i] = static_cast<char>(i);
  EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
}

template <class T>
T load(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The fields of a message in order, by the rules of the wire format.
struct Field {
  uint64_t number;
  uint64_t varint = 0;
  std::string bytes;
};

std::vector<Field> fields_of(std::string_view message) {
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message[0]);
      message.remove_prefix(1);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  std::vector<Field> fields;
  while (!message.empty()) {
    const uint64_t key = varint();
    Field field{key >> 3, 0, ""};
    if ((key & 7) == 0) {
      field.varint = varint();
    } else {
      const size_t size = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : varint();
      field.bytes = message.substr(0, size);
      message.remove_prefix(size);
    }
    fields.push_back(field);
  }
  return fields;
}

TEST(EventWriter, WritesRecordsOfEvents) {
  TemporaryDirectory directory;
  EventWriter writer(directory / "run");
  writer.scalars(300, {{"loss", 2.5}, {"تعداد", -1}});
  writer.text(7, "sample", "سلام");
  const std::string bytes = read_file(writer.path());
  std::vector<std::vector<Field>> events;
  for (size_t at = 0; at < bytes.size();) {
    const auto unmask = [](uint32_t crc) { return (crc - 0xA282EAD8u) << 15 | (crc - 0xA282EAD8u) >> 17; };
    const auto size = load<uint64_t>(bytes, at);
    EXPECT_EQ(unmask(load<uint32_t>(bytes, at + 8)), crc32c(bytes.substr(at, 8)));
    const std::string event = bytes.substr(at + 12, size);
    EXPECT_EQ(unmask(load<uint32_t>(bytes, at + 12 + size)), crc32c(event));
    events.push_back(fields_of(event));
    at += 16 + size;
  }
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0][1].number, 3u);
  EXPECT_EQ(events[0][1].bytes, "brain.Event:2");
  ASSERT_EQ(events[1].size(), 3u);
  EXPECT_GT(load<double>(events[1][0].bytes, 0), 1.7e9);
  EXPECT_EQ(events[1][1].number, 2u);
  EXPECT_EQ(events[1][1].varint, 300u);
  EXPECT_EQ(events[1][2].number, 5u);
  const auto values = fields_of(events[1][2].bytes);
  ASSERT_EQ(values.size(), 2u);
  const auto loss = fields_of(values[0].bytes), count = fields_of(values[1].bytes);
  EXPECT_EQ(loss[0].bytes, "loss");
  EXPECT_EQ(load<float>(loss[1].bytes, 0), 2.5f);
  EXPECT_EQ(count[0].bytes, "تعداد");
  EXPECT_EQ(load<float>(count[1].bytes, 0), -1.0f);
  const auto text = fields_of(fields_of(events[2][2].bytes)[0].bytes);
  EXPECT_EQ(text[0].bytes, "sample");
  EXPECT_EQ(fields_of(text[1].bytes)[2].bytes, "سلام");
}

TEST(EventWriter, TwoWritersDoNotMeet) {
  TemporaryDirectory directory;
  const EventWriter a(directory.path()), b(directory.path());
  EXPECT_NE(a.path(), b.path());
}

TEST(EventWriter, AFullDiskIsTold) {
  TemporaryDirectory directory;
  FaultyFileSystem faulty(2, ENOSPC, true);
  EventWriter writer(directory.path(), faulty.table());
  try {
    writer.scalars(1, {{"loss", 1}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr(writer.path()), testing::HasSubstr("No space left")));
  }
}

}  // namespace
}  // namespace hodhod
