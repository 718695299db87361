// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace hodhod::look {
namespace {

using testing::HasSubstr;

TEST(LookPage, NumbersThatAreNotFiniteAreTexts) {
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), Json("NaN"));
  EXPECT_EQ(number(std::numeric_limits<float>::infinity()), Json("Infinity"));
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), Json("-Infinity"));
  EXPECT_EQ(format_json(number(0.1f), -1), "0.1");
  for (const float value : {0.1f, 1e-30f, 123456.78f, 16777217.0f, std::numeric_limits<float>::denorm_min()})
    EXPECT_EQ(static_cast<float>(number(value).get<double>()), value);
}

TEST(LookPage, HoldsIndexBlocksAndASummary) {
  const std::vector<PageBlock> blocks = {page_block("one")};
  const Json index = {{"format", "hodhod-look"}, {"text", "<!--hodhod:summary-->"}};
  const std::string page = look_page(index, blocks, "<p>" + escaped_html("<b> & \"'\xff") + "</p>");
  EXPECT_THAT(page,
              HasSubstr("<script type=\"application/json\" id=\"look-index\">{\"format\":\"hodhod-look\","));
  EXPECT_THAT(page, HasSubstr("<script type=\"text/plain\" id=\"b0\">"));
  EXPECT_THAT(page, HasSubstr("<p>&#60;b&#62; &#38; &#34;&#39;\ufffd</p>"));
  EXPECT_THAT(page, HasSubstr("\\u003c!--hodhod:summary-->"));
}

TEST(LookPage, EqualBlocksAreOne) {
  const Tensor x = Tensor::from<float>({1, 2, 3}, {1, 3});
  std::vector<RecordedTensor> tensors(2);
  for (RecordedTensor& tensor : tensors) {
    tensor.shape = {1, 3};
    tensor.packed = pack(x, Form::f32);
  }
  tensors[1].packed.blocks[0].first = 7;
  const PackedPage page = page_tensors(tensors);
  EXPECT_EQ(page.blocks.size(), 1u);
  EXPECT_EQ(page.tensors[0].at("blocks")[0].at("id"), page.tensors[1].at("blocks")[0].at("id"));
  EXPECT_EQ(page.tensors[1].at("blocks")[0].at("first").get<int64_t>(), 7);
}

}  // namespace
}  // namespace hodhod::look
