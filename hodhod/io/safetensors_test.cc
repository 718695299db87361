// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  const uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

class SafetensorsTest : public testing::Test {
 protected:
  std::string put(const std::string& bytes, const std::string& name = "m.safetensors") {
    return directory_.put(name, bytes);
  }
  std::string open_error(const std::string& header, const std::string& data) {
    return error_of([&] { TensorFile reader(put(file_of(header, data))); });
  }
  TemporaryDirectory directory_;
};

TEST_F(SafetensorsTest, ReadsWhatTheFormatDescribes) {
  // Bytes laid out by hand from the format's description.
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I32","shape":[2],"data_offsets":[4,12]},)"
      R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
      R"("none":{"dtype":"F64","shape":[0,3],"data_offsets":[12,12]},)"
      R"("flag":{"dtype":"BOOL","shape":[2],"data_offsets":[12,14]}})";
  const std::string data("\0\0\x80\x3f\x07\0\0\0\xff\xff\xff\xff\1\0", 14);
  const TensorFile reader(put(file_of(header, data)));
  EXPECT_EQ(reader.entries().size(), 4u);
  EXPECT_EQ(reader.entries()[0].name, "a");
  EXPECT_EQ(reader.metadata().at("format"), "pt");
  EXPECT_EQ(reader.load("a").item(), 1.0);
  EXPECT_EQ(reader.load("a").rank(), 0);
  EXPECT_THAT(reader.load("b").values(), testing::ElementsAre(7, -1));
  EXPECT_EQ(reader.load("none").shape(), (Shape{0, 3}));
  EXPECT_THAT(reader.load("flag").values(), testing::ElementsAre(1, 0));
  EXPECT_FALSE(reader.contains("c"));
  EXPECT_THAT(error_of([&] { reader.load("c"); }), AllOf(HasSubstr("m.safetensors"), HasSubstr("\"c\"")));
}

TEST_F(SafetensorsTest, EveryTypeComesBackAsItWas) {
  NamedTensors tensors;
  Rng rng(3);
  for (const DType dtype :
       {DType::u8, DType::f16, DType::f64, DType::i32, DType::f32, DType::bf16, DType::i64}) {
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{0, 2}, Shape{2, 3, 5}}) {
      Tensor tensor = Tensor::empty(shape, dtype);
      for (int64_t i = 0; i < tensor.bytes(); ++i)
        tensor.raw()[i] = static_cast<std::byte>(rng.next_u32() & 0x3F);
      tensors.emplace_back(fmt::format("{}.{}", name_of(dtype), to_string(shape)), tensor);
    }
  }
  const Tensor square = Tensor::from<float>({1, 2, 3, 4}, {2, 2});
  tensors.emplace_back("transposed", square.with_layout({2, 2}, {1, 2}));
  write_safetensors(directory_ / "model.safetensors", tensors, {{"note", "سلام"}});
  std::vector<Tensor> loaded;
  {
    const TensorFile reader(directory_.path());
    EXPECT_EQ(reader.entries().size(), tensors.size());
    EXPECT_EQ(reader.metadata().at("note"), "سلام");
    for (const auto& [name, tensor] : tensors) loaded.push_back(reader.load(name));
  }
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(loaded[i].dtype(), tensors[i].second.dtype());
    EXPECT_EQ(loaded[i].shape(), tensors[i].second.shape());
    EXPECT_EQ(loaded[i].values(), tensors[i].second.values()) << tensors[i].first;
  }
  EXPECT_THAT(loaded.back().values(), testing::ElementsAre(1, 3, 2, 4));
}

TEST_F(SafetensorsTest, UnalignedDataIsCopied) {
  const std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}} )";
  const TensorFile reader(put(file_of(header, std::string("\7\0\0\x80\x3f", 5))));
  EXPECT_EQ(reader.load("b").item(), 1.0);
}

TEST_F(SafetensorsTest, HostileHeadersAreRefused) {
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  const std::string eight(8, 'x');
  const auto entry = [](const char* dtype, const char* shape, const char* offsets) {
    return fmt::format(R"({{"t":{{"dtype":"{}","shape":{},"data_offsets":{}}}}})", dtype, shape, offsets);
  };
  EXPECT_EQ(open_error("{" + a + "}", eight), "no error");
  EXPECT_THAT(
      open_error("{" + a + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", eight),
      AllOf(HasSubstr("m.safetensors"), HasSubstr("\"b\""), HasSubstr("overlaps"), HasSubstr("byte ")));
  EXPECT_THAT(open_error("{" + a + "}", eight + "z"), HasSubstr("1 bytes at the end belong to no tensor"));
  EXPECT_THAT(open_error(entry("F32", "[1]", "[4,8]"), eight),
              HasSubstr("4 bytes before it belong to no tensor"));
  EXPECT_THAT(open_error("{" + a + "," + a + "}", eight), HasSubstr("occurs twice"));
  EXPECT_THAT(open_error(entry("F32", "[2]", "[0,9]"), eight), HasSubstr("the file has only 8"));
  EXPECT_THAT(open_error(entry("F32", "[2]", "[8,0]"), eight), HasSubstr("backwards"));
  EXPECT_THAT(open_error(entry("F32", "[3]", "[0,8]"), eight), HasSubstr("8 bytes are stored"));
  EXPECT_THAT(open_error(entry("F32", "[-2]", "[0,8]"), eight), HasSubstr("negative"));
  EXPECT_THAT(open_error(entry("F32", "[2.5]", "[0,8]"), eight), HasSubstr("whole number"));
  EXPECT_THAT(open_error(entry("F32", "[4611686018427387904,4611686018427387904]", "[0,8]"), eight),
              HasSubstr("overflows"));
  EXPECT_THAT(open_error(entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), eight), HasSubstr("9 dimensions"));
  EXPECT_THAT(open_error(entry("F32", "[2]", "[0,-8]"), eight), HasSubstr("whole number"));
  EXPECT_THAT(open_error(entry("F32", "[2]", "[0]"), eight), HasSubstr("data_offsets"));
  EXPECT_THAT(open_error(entry("F32", "\"2\"", "[0,8]"), eight), HasSubstr("expected a list"));
  EXPECT_THAT(open_error(R"({"t":{"dtype":"F32","shape":[2]}})", eight), HasSubstr("data_offsets"));
  EXPECT_THAT(open_error(R"({"t":3})", eight), HasSubstr("\"t\": expected an object"));
  EXPECT_THAT(open_error(R"({"__metadata__":{"a":1}})", ""), HasSubstr("__metadata__: a: expected a string"));
  EXPECT_THAT(open_error(R"({"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight),
              HasSubstr("name is empty"));
  EXPECT_THAT(open_error("[]", ""), HasSubstr("byte 8"));
  EXPECT_THAT(open_error("{" + std::string(300, '['), ""), HasSubstr("header:1:"));
}

TEST_F(SafetensorsTest, ATensorOfAnUnknownTypeLeavesTheOthersReadable) {
  const std::string header = R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},)"
                             R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}} )";
  const TensorFile reader(put(file_of(header, "\1\2\7")));
  EXPECT_EQ(reader.load("b").item(), 7);
  EXPECT_EQ(reader.find("a")->dtype, "F4");
  EXPECT_THAT(error_of([&] { reader.load("a"); }), HasSubstr("tensor \"a\": the type F4 is not supported"));
}

TEST_F(SafetensorsTest, WhatStandsInPlaceOfWeightsIsNamed) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n";
  EXPECT_THAT(error_of([&] { TensorFile reader(put(pointer)); }), HasSubstr("git lfs pull"));
}

TEST_F(SafetensorsTest, LengthsAreChecked) {
  const auto error = [&](const std::string& bytes) {
    return error_of([&] { TensorFile reader(put(bytes)); });
  };
  EXPECT_THAT(error(""), HasSubstr("ends before the header's length"));
  EXPECT_THAT(error("1234567"), HasSubstr("byte 7"));
  EXPECT_THAT(error("\xff\xff\xff\xff\xff\xff\xff\xff{}"), HasSubstr("is more than the"));
  EXPECT_THAT(error(std::string("\x09\0\0\0\0\0\0\0{}", 10)), HasSubstr("the file ends at byte 10"));
}

TEST_F(SafetensorsTest, TruncationAtEveryByteIsAnError) {
  const NamedTensors tensors = {{"w", Tensor::from<float>({1, 2, 3}, {3})},
                                {"i", Tensor::from<int64_t>({5}, {1})}};
  write_safetensors(directory_ / "m.safetensors", tensors);
  const std::string bytes = read_file(directory_ / "m.safetensors");
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_THROW(TensorFile reader(put(bytes.substr(0, n), "t.safetensors")), Error) << n;
  }
}

TEST_F(SafetensorsTest, AChangedHeaderByteNeverReadsOutsideTheFile) {
  const NamedTensors tensors = {{"w", Tensor::from<float>({1, 2, 3}, {3})},
                                {"i", Tensor::from<int64_t>({5}, {1})}};
  write_safetensors(directory_ / "m.safetensors", tensors);
  const std::string bytes = read_file(directory_ / "m.safetensors");
  for (size_t n = 0; n < bytes.size() - 20; ++n) {
    for (const char c : {'\0', '9', '"', '}', '\xff'}) {
      std::string changed = bytes;
      changed[n] = c;
      try {
        const TensorFile reader(put(changed, "t.safetensors"));
        for (const TensorEntry& e : reader.entries()) EXPECT_LE(reader.load(e).values().size(), 20u);
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("t.safetensors"));
      }
    }
  }
}

TEST_F(SafetensorsTest, OtherTypesAreListedButNotLoaded) {
  const TensorFile reader(
      put(file_of(R"({"t":{"dtype":"I16","shape":[4],"data_offsets":[0,8]}})", std::string(8, '\0'))));
  EXPECT_EQ(reader.entries()[0].dtype, "I16");
  EXPECT_THAT(error_of([&] { reader.load("t"); }), HasSubstr("type I16 is not supported"));
  const TensorFile flags(put(file_of(R"({"t":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", "\x02")));
  EXPECT_THAT(error_of([&] { flags.load("t"); }), HasSubstr("neither true nor false"));
}

TEST_F(SafetensorsTest, SeveralFilesBehindAnIndex) {
  write_safetensors(directory_ / "one", {{"a", Tensor::scalar(1)}});
  write_safetensors(directory_ / "two", {{"b", Tensor::scalar(2)}, {"c", Tensor::scalar(3)}});
  const auto index = [&](const std::string& map) {
    return put("{\"weight_map\": {" + map + "}}", "model.safetensors.index.json");
  };
  index(R"("a": "one", "b": "two", "c": "two")");
  const TensorFile reader(directory_.path());
  EXPECT_EQ(reader.load("a").item(), 1);
  EXPECT_EQ(reader.load("c").item(), 3);
  EXPECT_EQ(reader.entries().size(), 3u);
  const auto error = [&](const std::string& map) { return error_of([&] { TensorFile r(index(map)); }); };
  EXPECT_THAT(error(R"("a": "three")"), AllOf(HasSubstr("three"), HasSubstr("missing")));
  EXPECT_THAT(error(R"("a": "two")"), HasSubstr("\"a\" is not in two"));
  EXPECT_THAT(error(R"("a": "../one")"), HasSubstr("not the name of a file beside the index"));
  EXPECT_THAT(error(R"("a": "/etc/passwd")"), HasSubstr("not the name of a file"));
  EXPECT_THAT(error(R"("a": 1)"), HasSubstr("expected a string"));
  write_safetensors(directory_ / "three", {{"a", Tensor::scalar(1)}});
  EXPECT_THAT(error(R"("a": "one", "b": "two", "c": "three")"), HasSubstr("\"c\" is not in three"));
  write_safetensors(directory_ / "three", {{"a", Tensor::scalar(1)}, {"d", Tensor::scalar(1)}});
  EXPECT_THAT(error(R"("a": "one", "d": "three")"), HasSubstr("\"a\" is both in"));
}

TEST_F(SafetensorsTest, NonsenseIsNotWritten) {
  const std::string path = directory_ / "x";
  EXPECT_THROW(write_safetensors(path, {{"a", Tensor()}}), Error);
  EXPECT_THROW(write_safetensors(path, {{"", Tensor::scalar(1)}}), Error);
  EXPECT_THROW(write_safetensors(path, {{"a", Tensor::scalar(1)}, {"a", Tensor::scalar(1)}}), Error);
  EXPECT_FALSE(file_exists(path));
}

TEST(SafetensorsGolden, EveryRecordedFileIsReadAndRewritten) {
  std::vector<std::string> models;
  for (const std::string& root : golden_directories()) {
    for (const std::string& name : list_directory(root)) models.push_back(join_path(root, name));
  }
  if (models.empty()) GTEST_SKIP() << "there are no recordings";
  TemporaryDirectory directory;
  int files = 0;
  for (const std::string& model : models) {
    if (!is_directory(model)) continue;
    for (const std::string& file : list_directory(model)) {
      if (!file.ends_with(".safetensors") && !file.ends_with(".index.json")) continue;
      const TensorFile reader(join_path(model, file));
      NamedTensors tensors;
      for (const TensorEntry& entry : reader.entries()) tensors.emplace_back(entry.name, reader.load(entry));
      std::string bytes;
      serialize_safetensors(tensors, pytorch_metadata(), [&](const void* piece, size_t count) {
        bytes.append(static_cast<const char*>(piece), count);
      });
      const TensorFile copy(directory.put("copy", bytes));
      ASSERT_EQ(copy.entries().size(), reader.entries().size());
      for (const TensorEntry& entry : reader.entries()) {
        const TensorEntry* other = copy.find(entry.name);
        ASSERT_NE(other, nullptr);
        EXPECT_EQ(other->shape, entry.shape);
        EXPECT_TRUE(std::ranges::equal(other->bytes, entry.bytes));
      }
      ++files;
    }
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace hodhod
