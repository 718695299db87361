// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string gzip(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

std::vector<std::string> lines_of(const std::string& path) {
  LineReader reader(path);
  std::vector<std::string> lines;
  while (const auto line = reader.next()) lines.emplace_back(*line);
  EXPECT_EQ(reader.line_number(), static_cast<int64_t>(lines.size()));
  return lines;
}

class LineReaderTest : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& bytes) { return directory_.put(name, bytes); }
  std::string error_of(const std::string& path) {
    try {
      lines_of(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  TemporaryDirectory directory_;
};

TEST_F(LineReaderTest, EndsOfLines) {
  EXPECT_THAT(lines_of(put("a", "one\ntwo\r\n\nfour")), ElementsAre("one", "two", "", "four"));
  EXPECT_THAT(lines_of(put("b", "one\n")), ElementsAre("one"));
  EXPECT_THAT(lines_of(put("c", "")), ElementsAre());
  EXPECT_THAT(lines_of(put("d", "\n")), ElementsAre(""));
  EXPECT_THAT(lines_of(put("e", "\xEF\xBB\xBFone\rtwo\r")), ElementsAre("one\rtwo"));
  EXPECT_THAT(lines_of(put("f", std::string("a\0b\n", 4))), ElementsAre(std::string("a\0b", 3)));
}

TEST_F(LineReaderTest, Utf16IsNamed) {
  for (const std::string_view text : {std::string_view("\xFF\xFE"
                                                       "a\0\n\0",
                                                       6),
                                      std::string_view("\xFE\xFF\0a\0\n", 6), std::string_view("a\0b\0", 4),
                                      std::string_view("\0a\0b", 4)}) {
    EXPECT_THAT(error_of(put("a", std::string(text))),
                AllOf(HasSubstr("a: this text is UTF-16"), HasSubstr("iconv")));
  }
}

TEST_F(LineReaderTest, LongLinesCrossEveryBuffer) {
  std::string text;
  std::vector<std::string> expected;
  for (size_t length : {0, 1, 65534, 65535, 65536, 65537, 131072, 300000, 5}) {
    expected.push_back(std::string(length, 'a' + static_cast<char>(length % 26)));
    text += expected.back() + "\n";
  }
  EXPECT_EQ(lines_of(put("plain", text)), expected);
  EXPECT_EQ(lines_of(put("x.gz", gzip(text))), expected);
  EXPECT_EQ(lines_of(put("x.zst", zstd(text))), expected);
}

TEST_F(LineReaderTest, CompressionIsToldByContent) {
  EXPECT_THAT(lines_of(put("no_ending", gzip("one\ntwo\n"))), ElementsAre("one", "two"));
  EXPECT_THAT(lines_of(put("no_ending", zstd("one\ntwo\n"))), ElementsAre("one", "two"));
  EXPECT_THAT(error_of(put("x.gz", "plain text")), HasSubstr("x.gz: byte 0: named .gz"));
  EXPECT_THAT(error_of(put("x.zst", "")), HasSubstr("x.zst: byte 0: named .zst"));
}

TEST_F(LineReaderTest, SeveralMembersAreOneText) {
  EXPECT_THAT(lines_of(put("x.gz", gzip("on") + gzip("e\ntwo") + gzip("") + std::string(512, '\0'))),
              ElementsAre("one", "two"));
  EXPECT_THAT(lines_of(put("x.zst", zstd("on") + zstd("e\ntwo"))), ElementsAre("one", "two"));
  EXPECT_THAT(error_of(put("x.gz", gzip("one") + "trailing")), HasSubstr("bad gzip data"));
}

TEST_F(LineReaderTest, TruncationAtEveryByteIsAnError) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("line {} of a corpus\n", i * i);
  for (const auto& [name, bytes] : {std::pair("x.gz", gzip(text)), std::pair("x.zst", zstd(text))}) {
    for (size_t n = 0; n < bytes.size(); ++n) {
      const std::string message = error_of(put(name, bytes.substr(0, n)));
      EXPECT_THAT(message, testing::AllOf(HasSubstr(name), HasSubstr("byte "))) << n;
    }
    EXPECT_EQ(lines_of(put(name, bytes)).size(), 40u);
  }
}

TEST_F(LineReaderTest, DamageNeverPassesSilently) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("line {} of a corpus\n", i * i);
  const auto expected = lines_of(put("plain", text));
  for (const auto& [name, bytes] : {std::pair("x.gz", gzip(text)), std::pair("x.zst", zstd(text))}) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
      const std::string path = put(name, damaged);
      std::vector<std::string> lines;
      // Some header bytes (a time, a system number) mean nothing for the text.
      try {
        lines = lines_of(path);
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr(name));
        continue;
      }
      EXPECT_EQ(lines, expected) << name << " byte " << i;
    }
  }
}

TEST_F(LineReaderTest, ALineWithoutEndIsRefused) {
  const std::string path = put("x", "ab\n" + std::string(5000, 'a'));
  LineReader reader(path, 4999);
  EXPECT_EQ(*reader.next(), "ab");
  EXPECT_EQ(reader.place(), path + ":1");
  EXPECT_THROW(reader.next(), Error);
}

TEST_F(LineReaderTest, StandardInputCompressedOrNot) {
  for (const std::string& bytes : {std::string("one\ntwo"), gzip("one\ntwo"), zstd("one\ntwo")}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ::close(ends[1]);
    const int former = ::dup(0);
    ::dup2(ends[0], 0);
    ::close(ends[0]);
    EXPECT_THAT(lines_of("-"), ElementsAre("one", "two"));
    EXPECT_EQ(LineReader("-").name(), "standard input");
    ::dup2(former, 0);
    ::close(former);
  }
}

TEST_F(LineReaderTest, ReadAll) {
  const std::string text(200000, 'x');
  EXPECT_EQ(read_all(put("x.gz", gzip(text))), text);
  EXPECT_THROW(read_all(directory_ / "x.gz", 1000), Error);
  EXPECT_THROW(read_all(directory_ / "absent"), Error);
  EXPECT_THROW(read_all(directory_.path()), Error);
}

}  // namespace
}  // namespace hodhod
