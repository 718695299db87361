// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "hodhod/base/faulty_file_system.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kIndex = "model.safetensors.index.json";

// Sizes of 40, 400, 4, 80 and 120 bytes.
NamedTensors some_tensors(double value) {
  return {{"z", Tensor::full({10}, value)},
          {"large", Tensor::full({10, 10}, value + 1)},
          {"a", Tensor::full({}, value + 2)},
          {"wide", Tensor::full({10}, value + 3, DType::i64)},
          {"b", Tensor::full({5, 6}, value + 4)}};
}

void expect_holds(const std::string& directory, const NamedTensors& tensors) {
  const TensorFile reader(directory);
  EXPECT_EQ(reader.entries().size(), tensors.size());
  for (const auto& [name, tensor] : tensors) EXPECT_EQ(reader.load(name).values(), tensor.values()) << name;
}

TEST(SafetensorsShards, AreCutInOrderAndListed) {
  const TemporaryDirectory directory;
  write_safetensors_directory(directory.path(), some_tensors(1), 130);
  EXPECT_THAT(list_directory(directory.path()),
              ElementsAre("model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors",
                          "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", kIndex));
  const Json index = read_json(directory / kIndex);
  EXPECT_EQ(index["metadata"]["total_size"], 40 + 400 + 4 + 80 + 120);
  std::vector<std::string> names;
  for (const auto& [name, file] : index["weight_map"].items()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("a", "b", "large", "wide", "z"));
  EXPECT_EQ(index["weight_map"]["z"], "model-00001-of-00004.safetensors");
  EXPECT_EQ(index["weight_map"]["large"], "model-00002-of-00004.safetensors");
  EXPECT_EQ(index["weight_map"]["a"], "model-00003-of-00004.safetensors");
  EXPECT_EQ(index["weight_map"]["wide"], "model-00003-of-00004.safetensors");
  EXPECT_EQ(index["weight_map"]["b"], "model-00004-of-00004.safetensors");
  EXPECT_EQ(TensorFile(directory.path()).metadata().at("format"), "pt");
  expect_holds(directory.path(), some_tensors(1));
}

TEST(SafetensorsShards, OneFormTakesThePlaceOfTheOther) {
  const TemporaryDirectory directory;
  for (const int64_t limit : {1000, 130, 450, 100, 1000, 644}) {
    write_safetensors_directory(directory.path(), some_tensors(static_cast<double>(limit)), limit);
    expect_holds(directory.path(), some_tensors(static_cast<double>(limit)));
    if (limit >= 644) {
      EXPECT_THAT(list_directory(directory.path()), ElementsAre("model.safetensors"));
    }
  }
  EXPECT_THAT(error_of([&] { write_safetensors_directory(directory.path(), {}, 0); }), HasSubstr("above 0"));
}

TEST(SafetensorsShards, AFailureNeverMixesTwoModels) {
  for (int failing = 0;; ++failing) {
    const TemporaryDirectory directory;
    write_safetensors_directory(directory.path(), some_tensors(1), 130);
    FaultyFileSystem faulty(failing, ENOSPC, true);
    const std::string message = error_of([&] {
      write_safetensors_directory(directory.path(), some_tensors(2), 130, pytorch_metadata(), faulty.table());
    });
    if (!faulty.has_failed()) break;
    EXPECT_THAT(message, HasSubstr(directory.path())) << failing;
    if (!file_exists(directory / kIndex)) continue;  // no model at all
    const double first = TensorFile(directory.path()).load("a").item();
    expect_holds(directory.path(), some_tensors(first - 2));
  }
}

}  // namespace
}  // namespace hodhod
