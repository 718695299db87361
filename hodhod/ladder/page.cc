// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "hodhod/base/format.h"
#include "hodhod/ladder/chart.h"
#include "hodhod/ladder/sentences.h"

namespace hodhod {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --text: #1b1b1f; --back: #ffffff; --soft: #6b7280; --line: #d7dae0;
  --c0: #0060c7; --c1: #c2410c; --c2: #15803d; --c3: #b91c6b; --c4: #6d28d9; --c5: #0e7490; --c6: #a16207;
  --c7: #be123c; --c8: #4d7c0f; --c9: #57534e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e6ea; --back: #16171b; --soft: #9aa2af; --line: #34373e;
    --c0: #66aaff; --c1: #fb923c; --c2: #4ade80; --c3: #f472b6; --c4: #b79cff; --c5: #22d3ee; --c6: #facc15;
    --c7: #fb7185; --c8: #a3e635; --c9: #c4bfba; }
}
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: var(--text); background: var(--back);
  font: 16px/1.6 system-ui, "Noto Sans", "Vazirmatn", "Noto Naskh Arabic", Tahoma, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
ul { padding-inline-start: 1.4rem; } li { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: end; vertical-align: top; }
td { white-space: nowrap; } th:first-child, td:first-child { text-align: start; } th { font-weight: 600; }
th small, p.soft { color: var(--soft); font-weight: 400; }
td.answer, th.answer { text-align: start; white-space: pre-wrap; overflow-wrap: anywhere; width: 100%; }
svg { width: 100%; min-width: 42rem; height: auto; } svg text { fill: var(--text); font-size: 12px; }
.grid { stroke: var(--line); } .curve { fill: none; stroke-width: 2; stroke-linecap: round; }
.truth { fill: none; stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 3; }
figure { margin: 0; } code { overflow-wrap: anywhere; font-size: .85em; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; } h1 { font-size: 1.35rem; }
  .answers tr, .answers td, .answers th { display: block; width: auto; }
  .answers th:empty { display: none; } .answers td:first-child { border-bottom: 0; padding-bottom: 0; }
}
)";

// The colour of each rung, for lines and names.
std::string colours() {
  std::string css;
  for (int i = 0; i < 10; ++i) {
    css += fmt::format(
        "path.c{0} {{ stroke: var(--c{0}); }} text.c{0} {{ fill: var(--c{0}); }} td.c{0} {{ color: "
        "var(--c{0}); }}\n",
        i);
  }
  return css;
}

std::string heading(std::string_view en, std::string_view fa) {
  return fmt::format("<h2>{} · <span lang=\"fa\" dir=\"rtl\">{}</span></h2>\n", en, fa);
}

std::string sentence_lists(const LadderReport& report) {
  std::string english, persian;
  for (const Bilingual& sentence : sentences_of(report)) {
    english += "<li>" + html_escaped(sentence.en) + "</li>\n";
    persian += "<li>" + html_escaped(sentence.fa) + "</li>\n";
  }
  return "<ul>\n" + english + "</ul>\n<ul lang=\"fa\" dir=\"rtl\">\n" + persian + "</ul>\n";
}

std::string column(std::string_view en, std::string_view fa) {
  return fmt::format("<th>{}<br><small lang=\"fa\" dir=\"rtl\">{}</small></th>", html_escaped(en),
                     html_escaped(fa));
}

std::string figures(const LadderReport& report) {
  std::string html = "<div class=\"wide\"><table>\n<tr>" + column("model", "مدل") +
                     column(report.quality.name.en, report.quality.name.fa) + column("time", "زمان") +
                     column("processor", "پردازنده") + column("parameters", "پارامترها") +
                     column("on disk", "روی دیسک") + column("memory", "حافظه") +
                     column(report.unit.en + "/s read", report.unit.fa + " در ثانیه، خواندن");
  bool writes = false;
  for (const LadderRung& rung : report.rungs) writes = writes || rung.written_a_second > 0;
  if (writes) html += column("written", "نوشتن");
  const bool unknown = has_unknown(report);
  if (unknown) html += column("unknown tokens", "توکن‌های ناشناخته");
  html += "</tr>\n";
  for (size_t i = 0; i < report.rungs.size(); ++i) {
    const LadderRung& rung = report.rungs[i];
    html += fmt::format("<tr><td class=\"c{}\">{}", i % 10, html_escaped(rung.title.en));
    if (rung.title.fa != rung.title.en)
      html += fmt::format("<br><small lang=\"fa\" dir=\"rtl\">{}</small>", html_escaped(rung.title.fa));
    html += "</td>";
    if (!rung.measured) {
      html += fmt::format("<td class=\"answer\" colspan=\"{}\">{}</td></tr>\n", 7 + writes + unknown,
                          html_escaped(rung.problem.empty() ? "not trained to the end" : rung.problem));
      continue;
    }
    for (const std::string& text :
         {quality_text(report, rung.quality), format_duration(rung.wall_seconds),
          format_duration(rung.processor_seconds), size_text(rung), format_bytes(rung.bytes),
          format_bytes(rung.peak_memory), speed_text(rung.scored_a_second)})
      html += "<td>" + html_escaped(text) + "</td>";
    if (writes) html += "<td>" + speed_text(rung.written_a_second) + "</td>";
    if (unknown) html += "<td>" + unknown_text(rung) + "</td>";
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string drawing(const std::string& svg) {
  return svg.empty() ? "" : "<figure class=\"wide\">" + svg + "</figure>\n";
}

// Without the line ends at both ends, which would show as empty lines.
std::string_view without_outer_lines(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of("\r\n"), text.size());
  return text.substr(begin, text.find_last_not_of("\r\n") + 1 - begin);
}

// For each question, the answers of all rungs.
std::string answers(const LadderReport& report) {
  std::string html;
  for (size_t q = 0; q < report.questions.size(); ++q) {
    const LadderQuestion& question = report.questions[q];
    html += fmt::format(
        "<table class=\"answers\">\n<tr><th></th><th class=\"answer\" dir=\"auto\">{}</th></tr>\n",
        html_escaped(question.text));
    if (!question.answer.empty()) {
      html += fmt::format(
          "<tr><td><small>right · <span lang=\"fa\">درست</span></small></td><td class=\"answer\" "
          "dir=\"auto\">{}</td></tr>\n",
          html_escaped(question.answer));
    }
    for (size_t i = 0; i < report.rungs.size(); ++i) {
      const LadderRung& rung = report.rungs[i];
      if (q >= rung.answers.size()) continue;
      html +=
          fmt::format("<tr><td class=\"c{}\">{}</td><td class=\"answer\" dir=\"auto\">{}</td></tr>\n", i % 10,
                      html_escaped(rung.title.en), html_escaped(without_outer_lines(rung.answers[q])));
    }
    html += "</table><br>\n";
  }
  return html;
}

std::string commands(const LadderReport& report) {
  std::string html = "<p><code>" + html_escaped(report.command) + "</code></p>\n<ul>\n";
  for (const LadderRung& rung : report.rungs)
    html += "<li><code>" + html_escaped(rung.command) + "</code></li>\n";
  html += "</ul>\n<ul>\n";
  for (const LadderData& file : report.data) {
    html += fmt::format("<li><code>{}</code> {}, XXH64 {}</li>\n", html_escaped(file.path),
                        format_bytes(file.bytes), file.hash);
  }
  const std::string commit = report.commit.empty() ? "" : ", commit " + report.commit;
  return html + fmt::format("</ul>\n<p class=\"soft\">{}{}, {} threads; {}</p>\n",
                            html_escaped(report.program), html_escaped(commit), report.threads,
                            html_escaped(report.processor));
}

}  // namespace

std::string report_page(const LadderReport& report) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += fmt::format("<title>Ladder: {}</title>\n<style>{}{}</style>\n</head>\n<body>\n",
                      html_escaped(report.task), kStyle, colours());
  html += fmt::format(
      "<h1>The ladder of models: {} · <span lang=\"fa\" dir=\"rtl\">نردبان "
      "مدل‌ها</span></h1>\n",
      html_escaped(report.task));
  html += sentence_lists(report);
  html += heading("Learning curves", "منحنی‌های یادگیری") + drawing(curves_svg(report));
  html += heading("Figures", "سنجه‌ها") + figures(report);
  if (const std::string window = window_svg(report); !window.empty())
    html += heading("A window and its forecasts", "یک پنجره و پیش‌بینی‌های آن") +
            drawing(window);
  if (!report.questions.empty())
    html += heading("The same question to each", "یک پرسش از همه") + answers(report);
  html += heading("How it was made", "این گزارش چگونه به دست آمد") + commands(report);
  return html + "</body>\n</html>\n";
}

}  // namespace hodhod
