// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/encoded_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "hodhod/tasks/test_tasks.h"
#include "hodhod/text/after/template_processing.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(EncodedTexts, BatchesHoldEachExampleOnce) {
  const std::vector<int64_t> lengths = {5, 1, 30, 7, 7, 2, 0, 12};
  std::vector<int64_t> seen;
  for (const auto& rows : batches_by_length(lengths, 14)) {
    int64_t longest = 0;
    for (int64_t row : rows) {
      longest = std::max(longest, lengths[static_cast<size_t>(row)]);
      seen.push_back(row);
    }
    EXPECT_TRUE(rows.size() == 1 || longest * static_cast<int64_t>(rows.size()) <= 14);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(EncodedTexts, ASideHasTheTokenizersFrameAndOneEnd) {
  const auto tokenizer = test_tokenizer();
  const int64_t begin = tokenizer->token_to_id("[CLS]").value(),
                end = tokenizer->token_to_id("[SEP]").value();
  const auto own = tokenizer->encode_ids("boat river");
  std::vector<int64_t> framed = {begin};
  framed.insert(framed.end(), own.begin(), own.end());
  framed.push_back(end);
  const SideEncoder encode(*tokenizer, source_frame(*tokenizer, end));
  EXPECT_EQ(encode("boat river"), framed);
  EXPECT_EQ(SideEncoder(*tokenizer, source_frame(*tokenizer, -1))("boat river"), framed);
  EXPECT_THAT(encode(""), ElementsAre(begin, end));
  EXPECT_THAT(encode("boat river", 3), ElementsAre(begin, own[0], end));
  EXPECT_THAT(SideEncoder(*tokenizer, Frame{{9}, {end}})("boat"), ElementsAre(9, own[0], end));
  EXPECT_EQ(SideEncoder(*tokenizer, source_frame(*tokenizer, end), "boat ")("river"), framed);
  EXPECT_TRUE(encode.has_tokens("boat"));
  EXPECT_FALSE(encode.has_tokens(""));
  // An end that the frame has not is added.
  framed.push_back(7);
  EXPECT_EQ(SideEncoder(*tokenizer, source_frame(*tokenizer, 7))("boat river"), framed);
  // A first token that is forced stands in place of the frame.
  const Frame forced = target_frame(*tokenizer, 7, begin, 9);
  EXPECT_THAT(forced.before, ElementsAre(9));
  EXPECT_THAT(forced.after, ElementsAre(7));
  // A template that puts nothing around texts leaves sources bare, and targets end all the same.
  auto bare = test_tokenizer();
  bare->set_post_processor(text::make_template_processing("$A", "$A $B", {}));
  EXPECT_EQ(source_frame(*bare, end).size(), 0);
  EXPECT_THAT(target_frame(*bare, end, begin, -1).after, ElementsAre(end));
  bare->set_post_processor(nullptr);
  EXPECT_THAT(source_frame(*bare, end).after, ElementsAre(end));
}

}  // namespace
}  // namespace hodhod
