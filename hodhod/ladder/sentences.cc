// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace hodhod {
namespace {

std::vector<LearningCurve> curves_of(const LadderReport& report) {
  std::vector<LearningCurve> curves;
  for (const LadderRung& rung : report.rungs) curves.push_back(rung.curve);
  return curves;
}

// A number without zeros at the end: "2.5", "9".
std::string short_number(double number, int decimals) {
  std::string text = fmt::format("{:.{}f}", number, decimals);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// A rung's name for a Persian sentence. Of "GRU ۲٫۴، ۷‌گرام" the letters would draw the numbers
// behind them to their own direction.
std::string persian_name(const LadderRung& rung) {
  const auto is_latin = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const std::string& name = rung.title.fa;
  return std::any_of(name.begin(), name.end(), is_latin) ? isolated(name) : name;
}

std::string duration_en(double seconds) {
  if (seconds < 60) return short_number(seconds, 0) + (seconds == 1 ? " second" : " seconds");
  return short_number(seconds / 60, 1) + (seconds == 60 ? " minute" : " minutes");
}

std::string duration_fa(double seconds) {
  return seconds < 60 ? persian_digits(short_number(seconds, 0)) + " ثانیه"
                      : persian_digits(short_number(seconds / 60, 1)) + " دقیقه";
}

// "After 3 minutes of training, from best to worst: the GRU 2.41, …".
Bilingual order_sentence(const LadderReport& report) {
  Bilingual list;
  for (const LadderRung* rung : report.by_quality()) {
    const std::string figure = quality_text(report, rung->quality);
    list.en += fmt::format("{}the {} {}", list.en.empty() ? "" : ", ", rung->title.en, figure);
    list.fa +=
        fmt::format("{}{} {}", list.fa.empty() ? "" : "، ", persian_name(*rung), persian_digits(figure));
  }
  const bool higher = report.quality.better == Better::higher;
  return {
      fmt::format("With up to {} of training each, from best to worst: {} ({}; {} is better).",
                  duration_en(report.seconds()), list.en, report.quality.name.en,
                  higher ? "higher" : "lower"),
      fmt::format("با حداکثر {} آموزش برای هر مدل، از بهترین به بدترین: {} ({}؛ {} بهتر است).",
                  duration_fa(report.seconds()), list.fa, report.quality.name.fa, higher ? "بیشتر" : "کمتر")};
}

// "The counted 7-gram is ahead until minute 9, then the GRU."
Bilingual reigns_sentence(const LadderReport& report) {
  const auto curves = curves_of(report);
  const std::vector<Reign> all = reigns(curves, report.quality.better, report.seconds());
  if (all.empty()) return {};
  const LadderRung& first = report.rungs[all[0].curve];
  if (all.size() == 1) {
    return {fmt::format("The {} is ahead from its first model on.", first.title.en),
            fmt::format("{} از نخستین مدلش تا پایان پیش است.", persian_name(first))};
  }
  Bilingual text;
  for (size_t i = 0; i < all.size(); ++i) {
    const LadderRung& rung = report.rungs[all[i].curve];
    const Bilingual until = moment_text(all[i].until);
    const bool last = i + 1 == all.size();
    if (i == 0) {
      text = {fmt::format("The {} is ahead until {}", rung.title.en, until.en),
              fmt::format("{} تا {} پیش است", persian_name(rung), until.fa)};
    } else {
      text.en += fmt::format(", then the {}{}", rung.title.en, last ? "" : " until " + until.en);
      text.fa += fmt::format("، سپس {}{}", persian_name(rung), last ? "" : " تا " + until.fa);
    }
  }
  return {text.en + ".", text.fa + "."};
}

// "The GRU passes the RNN at second 40 and the counted 7-gram at minute 9."; empty if it passes none.
Bilingual passes_sentence(const LadderReport& report, std::span<const Pass> passes, size_t winner) {
  std::vector<Bilingual> parts;
  for (const Pass& pass : passes) {
    if (pass.winner != winner) continue;
    const LadderRung& loser = report.rungs[pass.loser];
    const Bilingual at = moment_text(pass.seconds);
    parts.push_back({fmt::format("the {} at {}", loser.title.en, at.en),
                     fmt::format("در {} از {}", at.fa, persian_name(loser))});
  }
  if (parts.empty()) return {};
  Bilingual list;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i > 0 && i + 1 == parts.size();
    list.en += (i == 0 ? "" : last ? " and " : ", ") + parts[i].en;
    list.fa += (i == 0 ? "" : last ? " و " : "، ") + parts[i].fa;
  }
  const LadderRung& rung = report.rungs[winner];
  return {fmt::format("The {} passes {}.", rung.title.en, list.en),
          fmt::format("{} {} پیش می‌افتد.", persian_name(rung), list.fa)};
}

}  // namespace

std::string isolated(std::string_view text) {
  return fmt::format("\u2068{}\u2069", text);  // first strong isolate, pop directional isolate
}

std::string persian_digits(const std::string& number) {
  constexpr std::array<std::string_view, 10> kDigits = {"۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹"};
  std::string text;
  for (const char c : number) {
    if (c >= '0' && c <= '9') {
      text += kDigits[static_cast<size_t>(c - '0')];
    } else {
      text += c == '.' ? "٫" : std::string(1, c);
    }
  }
  return text;
}

Bilingual moment_text(double seconds) {
  const bool minutes = seconds >= 60;
  const std::string number =
      minutes ? short_number(seconds / 60, 1) : short_number(seconds, seconds < 10 ? 1 : 0);
  return {(minutes ? "minute " : "second ") + number,
          (minutes ? "دقیقهٔ " : "ثانیهٔ ") + persian_digits(number)};
}

std::vector<Pass> passes_of(const LadderReport& report) {
  std::vector<Pass> passes;
  for (size_t a = 0; a < report.rungs.size(); ++a) {
    for (size_t b = 0; b < report.rungs.size(); ++b) {
      if (a == b) continue;
      const auto at =
          passes_at(report.rungs[a].curve, report.rungs[b].curve, report.quality.better, report.seconds());
      if (at) passes.push_back({a, b, *at});
    }
  }
  std::stable_sort(passes.begin(), passes.end(),
                   [](const Pass& a, const Pass& b) { return a.seconds < b.seconds; });
  return passes;
}

std::vector<Bilingual> sentences_of(const LadderReport& report) {
  std::vector<Bilingual> sentences;
  if (!report.by_quality().empty()) sentences.push_back(order_sentence(report));
  if (Bilingual who = reigns_sentence(report); !who.en.empty()) sentences.push_back(std::move(who));
  const std::vector<Pass> passes = passes_of(report);
  for (size_t i = 0; i < report.rungs.size(); ++i) {
    if (Bilingual whom = passes_sentence(report, passes, i); !whom.en.empty())
      sentences.push_back(std::move(whom));
  }
  for (const LadderRung& rung : report.rungs) {
    if (rung.measured || rung.problem.empty()) continue;
    sentences.push_back({fmt::format("The {} has no model: {}.", rung.title.en, rung.problem),
                         fmt::format("{} مدلی ندارد.", persian_name(rung))});
  }
  sentences.insert(sentences.end(), report.notes.begin(), report.notes.end());
  return sentences;
}

}  // namespace hodhod
