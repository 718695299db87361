// SPDX-License-Identifier: Apache-2.0
// The reader of recordings itself.
#include "tests/golden/golden.h"

#include <set>

namespace hodhod::golden {
namespace {

TEST(Golden, EveryDirectoryOfPlainModulesIsReadable) {
  std::set<std::string> families;
  for (const char* family : {"torch_gru", "torch_loss", "torch_lstm", "torch_mha", "torch_noam",
                             "torch_optim", "torch_rnn", "torch_transformer"}) {
    for (const std::string& directory : directories_of(family)) {
      const Recording recording(directory);
      EXPECT_FALSE(recording.io_names().empty()) << directory;
      for (const std::string& name : recording.io_names()) EXPECT_TRUE(recording.tensor(name).defined());
      families.insert(family);
    }
  }
  if (families.empty()) GTEST_SKIP() << "no recordings";
}

TEST(Golden, AnUnknownTensorIsAnError) {
  for_each_recording("torch_loss", [](const Recording& recording) {
    EXPECT_FALSE(recording.contains("no such tensor"));
    EXPECT_ANY_THROW(recording.tensor("no such tensor"));
  });
}

}  // namespace
}  // namespace hodhod::golden
