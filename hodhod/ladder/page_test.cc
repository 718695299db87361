// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/ladder/chart.h"
#include "hodhod/ladder/table.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

LadderReport page_report() {
  LadderReport report;
  report.task = "generate";
  report.minutes = 2;
  report.quality = {.key = "bits_per_character", .name = {"bits a character", "بیت بر نویسه"}};
  report.unit = {"characters", "نویسه"};
  report.program = "hodhod 1";
  report.commit = "abc1234";
  report.processor = "Processor <X>";
  report.data = {{"data", "a<b>.txt", "00", 3}};
  report.questions = {{"<script>alert(1)</script>", ""}, {"again", ""}};
  LadderRung rung;
  rung.name = "gru";
  rung.title = {"GRU", "GRU"};
  rung.measured = true;
  rung.quality = 2.5;
  rung.parameters = 1234567;
  rung.scored_a_second = 1999.6;
  rung.answers = {"\"x\" & <y>", "\n\nno empty lines\n"};
  rung.curve = {.points = {{1, 4}, {30, 2.5}}};
  report.rungs = {rung, {.name = "rnn", .title = {"RNN", "RNN"}, .problem = "its training failed"}};
  return report;
}

TEST(LadderPage, EscapesTextsAndLoadsNothing) {
  const std::string page = report_page(page_report());
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("&quot;x&quot; &amp; &lt;y&gt;"));
  EXPECT_THAT(page, HasSubstr("a&lt;b&gt;.txt"));
  for (const char* outside : {"<script", "http:", "https:", "src=", "href=", "url(", "@import"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_THAT(page, HasSubstr("dir=\"rtl\""));
  EXPECT_THAT(page, HasSubstr("dir=\"auto\">no empty lines</td>"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("its training failed"));
  EXPECT_THAT(page, HasSubstr("hodhod 1, commit abc1234, 0 threads; Processor &lt;X&gt;"));
}

TEST(LadderPage, SaysHowMuchIsUnknown) {
  LadderReport report = page_report();
  EXPECT_THAT(report_page(report), Not(HasSubstr("unknown tokens")));
  EXPECT_THAT(report_table(report), Not(HasSubstr("unknown")));
  report.rungs[0].tokens = 12345;
  report.rungs[0].unknown = 67;
  EXPECT_THAT(report_page(report), HasSubstr("unknown tokens"));
  EXPECT_THAT(report_page(report), HasSubstr("<td>67 of 12,345</td>"));
  EXPECT_THAT(report_table(report), HasSubstr("67 of 12,345"));
}

TEST(LadderPage, OpensAndClosesEachElement) {
  const std::string page = report_page(page_report());
  for (const std::string name : {"table", "tr", "td", "ul", "li", "svg", "figure", "path", "style", "body"}) {
    size_t opened = 0, closed = 0;
    for (size_t at = 0; (at = page.find("<" + name, at)) != std::string::npos; ++at) {
      const char next = page[at + name.size() + 1];
      if (next == ' ' || next == '>') ++opened;
    }
    for (size_t at = 0; (at = page.find("</" + name + ">", at)) != std::string::npos; ++at) ++closed;
    EXPECT_EQ(opened, closed) << name;
  }
}

TEST(LadderChart, DrawsStepsOnALogarithmicAxis) {
  const std::string svg = curves_svg(page_report());
  EXPECT_THAT(svg, HasSubstr("<path class=\"curve c0\" d=\"M"));
  EXPECT_THAT(svg, HasSubstr(">20 s<"));
  EXPECT_THAT(svg, HasSubstr(">1 min<"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  LadderReport none = page_report();
  none.rungs[0].curve = {};
  EXPECT_EQ(curves_svg(none), "");
  EXPECT_EQ(window_svg(none), "");
  none.window = {"load", {1, 2}, {3, 4}};
  none.rungs[0].drawn = {2, 2};
  EXPECT_THAT(window_svg(none), HasSubstr("class=\"curve c0\""));
}

TEST(LadderChart, ChoosesRoundTicks) {
  EXPECT_THAT(ticks(0.1, 1.05, 5),
              ElementsAre(testing::DoubleEq(0.2), testing::DoubleEq(0.4), testing::DoubleEq(0.6),
                          testing::DoubleEq(0.8), testing::DoubleEq(1.0)));
  EXPECT_THAT(time_ticks(2, 200), ElementsAre(2, 5, 10, 20, 50, 60, 120));
}

TEST(LadderTable, ShowsTheFigures) {
  const std::string table = report_table(page_report());
  EXPECT_THAT(table, HasSubstr("gru   "));
  EXPECT_THAT(table, HasSubstr("2.5000"));
  EXPECT_THAT(table, HasSubstr("2,000"));
  EXPECT_THAT(table, HasSubstr("The RNN has no model: its training failed."));
}

}  // namespace
}  // namespace hodhod
