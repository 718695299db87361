// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/nearest_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(NearestName, FewestLetters) {
  const std::vector<std::string> commands = {"train", "translate", "generate", "classify", "tag", "tokenize"};
  EXPECT_THAT(nearest_names("tokenise", commands), ElementsAre("tokenize"));
  EXPECT_THAT(nearest_names("classfy", commands), ElementsAre("classify"));
  EXPECT_THAT(nearest_names("trian", commands), ElementsAre("train"));
  EXPECT_THAT(nearest_names("", commands), ElementsAre());
  EXPECT_THAT(nearest_names("serve", commands), ElementsAre());
  EXPECT_THAT(nearest_names("x", {}), ElementsAre());
}

TEST(NearestName, Parts) {
  const std::vector<std::string> options = {"--num-beams",     "--tokenizer",      "--tokenizer-vocabulary",
                                            "--schedule-rate", "--optimizer-kind", "--tokenizer-kind"};
  EXPECT_THAT(nearest_names("--beams", options), ElementsAre("--num-beams"));
  EXPECT_THAT(nearest_names("--bemas", options), ElementsAre("--num-beams"));
  EXPECT_THAT(nearest_names("--vocabulary", options), ElementsAre("--tokenizer-vocabulary"));
  EXPECT_THAT(nearest_names("--kind", options), ElementsAre("--optimizer-kind", "--tokenizer-kind"));
  EXPECT_THAT(nearest_names("layers", {"encoder_layers", "decoder_layers"}),
              ElementsAre("encoder_layers", "decoder_layers"));
}

TEST(NearestName, Question) {
  EXPECT_EQ(did_you_mean("--sed", {"--seed", "--file"}), "; did you mean --seed?");
  EXPECT_EQ(did_you_mean("top1", {"top2", "top3", "b"}), "; did you mean top2 or top3?");
  EXPECT_EQ(did_you_mean("zzz", {"a"}), "");
}

}  // namespace
}  // namespace hodhod
