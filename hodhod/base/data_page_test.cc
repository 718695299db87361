// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/data_page.h"

#include <gtest/gtest.h>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// The vectors of RFC 4648, section 10.
TEST(DataPage, Base64IsThatOfTheStandard) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xFB\xFF"), "+/8=");
}

TEST(DataPage, PlanesHoldTheSameBytesOfEachElement) {
  EXPECT_EQ(in_byte_planes("aAbBcC", 2), "abcABC");
  EXPECT_EQ(in_byte_planes("", 4), "");
}

TEST(DataPage, PacksOnlyWhatBecomesSmaller) {
  const PageBlock noise = page_block("q7#");
  EXPECT_FALSE(noise.deflate);
  EXPECT_EQ(noise.text, to_base64("q7#"));
  const std::string same(10000, 'x');
  const PageBlock packed = page_block(same);
  EXPECT_TRUE(packed.deflate);
  EXPECT_EQ(packed.raw, same.size());
  EXPECT_LT(packed.text.size(), 200U);
}

TEST(DataPage, DataCannotEndTheirElements) {
  const Json index = Json::Object{{"name", "</script><!--"}};
  const std::vector<PageBlock> blocks = {page_block("one"), page_block("two")};
  const std::string page = data_page("<html><!--hodhod:data--></html>", "look-index", index, blocks);
  EXPECT_EQ(page,
            "<html><script type=\"application/json\" id=\"look-index\">"
            "{\"name\":\"\\u003c/script>\\u003c!--\"}</script>\n"
            "<script type=\"text/plain\" id=\"b0\">b25l</script>\n"
            "<script type=\"text/plain\" id=\"b1\">dHdv</script></html>");
}

// What is hostile is escaped, and reads back as it was but for ill-formed bytes.
TEST(DataPage, HostileTextsStayTexts) {
  const std::string hostile =
      "</script>\u2028\u2029\u202e\u2066\u200f\u061c \"\\ \x01 \u200c \u00e9 \xd8 \xff end";
  const std::string page = data_page("<!--hodhod:data-->", "x", {{"a", hostile}}, {});
  const std::string text = page.substr(page.find('{'), page.rfind('}') + 1 - page.find('{'));
  for (const char* part : {"<", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\u061c", "\x01", "\xff"})
    EXPECT_EQ(text.find(part), std::string::npos) << part;
  EXPECT_NE(text.find("\u200c"), std::string::npos) << "joiners are letters of Persian";
  std::string expected = hostile;
  for (const char* bad : {"\xd8 ", "\xff "}) expected.replace(expected.find(bad), 1, "\ufffd");
  EXPECT_EQ(parse_json(text, "page").at("a").text(), expected);
}

TEST(DataPage, ATemplateNeedsAPlace) { EXPECT_THROW(data_page("<html>", "x", Json::object(), {}), Error); }

}  // namespace
}  // namespace hodhod
