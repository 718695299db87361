// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "hodhod/base/format.h"

namespace hodhod {
namespace {

// Moments before this one are shown as second 0: nothing is said of them.
constexpr double kFirstMoment = 0.05;

// The curves as a reader sees them: of figures as they are shown, so that what looks level is level. A figure
// of 0 where more is better is no model to speak of, and a rung without a model has no curve.
std::vector<LearningCurve> curves_of(const LadderReport& report) {
  const double unit = std::pow(10.0, report.quality.decimals) * report.quality.shown_times;
  std::vector<LearningCurve> curves;
  for (const LadderRung& rung : report.rungs) {
    LearningCurve& curve = curves.emplace_back();
    if (!rung.measured) continue;
    for (const CurvePoint& point : rung.curve.points) {
      const double shown = std::round(point.value * unit);
      if (shown != 0 || report.quality.better == Better::lower)
        curve.points.push_back({point.seconds, shown});
    }
  }
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

std::string number_of(double seconds) {
  return seconds < 60 ? short_number(seconds, seconds < 10 ? 1 : 0) : short_number(seconds / 60, 1);
}

std::string duration_en(double seconds) {
  const std::string number = number_of(seconds);
  return number + (seconds < 60 ? " second" : " minute") + (number == "1" ? "" : "s");
}

std::string duration_fa(double seconds) {
  return persian_digits(number_of(seconds)) + (seconds < 60 ? " ثانیه" : " دقیقه");
}

// "a", "a and b", "a, b and c".
Bilingual listed(const std::vector<Bilingual>& parts) {
  Bilingual list;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i > 0 && i + 1 == parts.size();
    list.en += (i == 0 ? "" : last ? " and " : ", ") + parts[i].en;
    list.fa += (i == 0 ? "" : last ? " و " : "، ") + parts[i].fa;
  }
  return list;
}

// "the GRU", "the GRU and the RNN".
Bilingual rung_names(const std::vector<const LadderRung*>& rungs) {
  std::vector<Bilingual> names;
  for (const LadderRung* rung : rungs) names.push_back({"the " + rung->title.en, persian_name(*rung)});
  return listed(names);
}

// "With up to 3 minutes of training each, on the test data, from best to worst: the GRU 2.41, the RNN and …".
// Those whose figures are shown as the same are level.
Bilingual order_sentence(const LadderReport& report) {
  std::vector<std::vector<const LadderRung*>> places;
  for (const LadderRung* rung : report.by_quality()) {
    const std::string figure = quality_text(report, rung->quality);
    if (places.empty() || quality_text(report, places.back()[0]->quality) != figure) places.emplace_back();
    places.back().push_back(rung);
  }
  Bilingual list;
  for (const auto& place : places) {
    const std::string figure = quality_text(report, place[0]->quality);
    const Bilingual names = rung_names(place);
    const bool level = place.size() > 1;
    list.en +=
        fmt::format("{}{} {}{}", list.en.empty() ? "" : ", ", names.en, level ? "level at " : "", figure);
    list.fa += fmt::format("{}{} {}{}", list.fa.empty() ? "" : "، ", names.fa, level ? "برابر با " : "",
                           persian_digits(figure));
  }
  const bool higher = report.quality.better == Better::higher, several = places.size() > 1;
  return {fmt::format("With up to {} of training each, on {}{}: {} ({}; {} is better).",
                      duration_en(report.seconds()), report.scored.en, several ? ", from best to worst" : "",
                      list.en, report.quality.name.en, higher ? "higher" : "lower"),
          fmt::format("با حداکثر {} آموزش برای هر مدل، بر {}{}: {} ({}؛ {} بهتر است).",
                      duration_fa(report.seconds()), report.scored.fa, several ? "، از بهترین به بدترین" : "",
                      list.fa, report.quality.name.fa, higher ? "بیشتر" : "کمتر")};
}

// The reigns that have a beginning and an end a reader can tell apart; those of the same leaders side by side
// are one.
std::vector<Reign> shown_reigns(const LadderReport& report) {
  std::vector<Reign> shown;
  for (const Reign& reign : reigns(curves_of(report), report.quality.better, report.seconds())) {
    const bool too_short =
        !shown.empty() && (shown.back().until < kFirstMoment ||
                           moment_text(shown.back().until).en == moment_text(shown.back().from).en);
    if (too_short) shown.pop_back();
    if (!shown.empty() && shown.back().curves == reign.curves) {
      shown.back().until = reign.until;
    } else {
      shown.push_back(reign);
    }
  }
  return shown;
}

// "On the validation data, the counted 7-gram is ahead until minute 9, then the GRU."
Bilingual reigns_sentence(const LadderReport& report) {
  const std::vector<Reign> all = shown_reigns(report);
  if (all.empty()) return {};
  Bilingual text;
  for (size_t i = 0; i < all.size(); ++i) {
    std::vector<const LadderRung*> rungs;
    for (const size_t curve : all[i].curves) rungs.push_back(&report.rungs[curve]);
    const Bilingual names = rung_names(rungs), until = moment_text(all[i].until);
    const bool level = rungs.size() > 1, last = i + 1 == all.size();
    if (i == 0) {
      text = {fmt::format("On the validation data, {} {} {}", names.en, level ? "are level" : "is ahead",
                          last ? level ? "from their first models on" : "from its first model on"
                               : "until " + until.en),
              fmt::format("بر دادهٔ اعتبارسنجی، {} {} {}", names.fa,
                          last ? level ? "از نخستین مدل‌هایشان تا پایان"
                                       : "از نخستین مدلش تا پایان"
                               : "تا " + until.fa,
                          level ? "برابرند" : "پیش است")};
    } else {
      text.en +=
          fmt::format(", then {}{}{}", names.en, level ? ", level," : "", last ? "" : " until " + until.en);
      if (level && last) text.en.pop_back();
      text.fa +=
          fmt::format("، سپس {}{}{}", names.fa, level ? "، برابر،" : "", last ? "" : " تا " + until.fa);
      if (level && last) text.fa.resize(text.fa.size() - std::string_view("،").size());
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
  const Bilingual list = listed(parts);
  const LadderRung& rung = report.rungs[winner];
  return {fmt::format("On the validation data, the {} passes {}.", rung.title.en, list.en),
          fmt::format("بر دادهٔ اعتبارسنجی، {} {} پیش می‌افتد.",
                      persian_name(rung), list.fa)};
}

// Of the rungs that had less time than the report says, as a ladder that goes on for longer has them.
std::vector<Bilingual> shorter_sentences(const LadderReport& report) {
  std::vector<Bilingual> sentences;
  for (const LadderRung& rung : report.rungs) {
    if (!rung.measured || rung.minutes <= 0 || rung.minutes >= report.minutes) continue;
    sentences.push_back(
        {fmt::format("The {} has been trained for up to {} only; its figures are of that model.",
                     rung.title.en, duration_en(60 * rung.minutes)),
         fmt::format("{} تنها تا {} آموزش دیده و عددهایش از همان مدل است.", persian_name(rung),
                     duration_fa(60 * rung.minutes))});
  }
  return sentences;
}

// How much of the text is unknown, once for all rungs that agree on it.
std::vector<Bilingual> unknown_sentences(const LadderReport& report) {
  std::map<std::pair<int64_t, int64_t>, std::vector<const LadderRung*>> rungs;
  for (const LadderRung& rung : report.rungs) {
    if (rung.measured && rung.unknown > 0) rungs[{rung.unknown, rung.tokens}].push_back(&rung);
  }
  std::vector<Bilingual> sentences;
  for (const auto& [counts, which] : rungs) {
    const std::string percent =
        fmt::format("{:.2f}", 100 * static_cast<double>(counts.first) / static_cast<double>(counts.second));
    const std::string unknown = with_commas(counts.first), tokens = with_commas(counts.second);
    const Bilingual names = rung_names(which);
    sentences.push_back(
        {fmt::format("{} of {} tokens ({} %) are unknown to {}; their letters are charged too.", unknown,
                     tokens, percent, names.en),
         fmt::format("{} از {} توکن ({}٪) برای {} ناشناخته‌اند؛ "
                     "حرف‌هایشان هم به حساب آمده‌اند.",
                     persian_digits(unknown), persian_digits(tokens), persian_digits(percent), names.fa)});
  }
  return sentences;
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
  const std::vector<LearningCurve> curves = curves_of(report);
  std::vector<Pass> passes;
  for (size_t a = 0; a < report.rungs.size(); ++a) {
    for (size_t b = 0; b < report.rungs.size(); ++b) {
      if (a == b) continue;
      const auto at = passes_at(curves[a], curves[b], report.quality.better, report.seconds());
      if (!at || *at < kFirstMoment) continue;
      // Who was ahead for less than can be shown is not said to have been passed.
      const bool shown = moment_text(*at).en != moment_text(curves[b].points[0].seconds).en;
      if (shown) passes.push_back({a, b, *at});
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
    if (rung.problem.empty()) continue;
    if (rung.measured) {
      sentences.push_back(
          {fmt::format("The {} was not trained further, and its figures are those of before: {}.",
                       rung.title.en, rung.problem),
           fmt::format("آموزش {} ادامه نیافت و عددهایش از پیش است.", persian_name(rung))});
    } else {
      sentences.push_back({fmt::format("The {} has no model: {}.", rung.title.en, rung.problem),
                           fmt::format("{} مدلی ندارد.", persian_name(rung))});
    }
  }
  for (auto* more : {shorter_sentences, unknown_sentences}) {
    const std::vector<Bilingual> found = more(report);
    sentences.insert(sentences.end(), found.begin(), found.end());
  }
  sentences.insert(sentences.end(), report.notes.begin(), report.notes.end());
  return sentences;
}

}  // namespace hodhod
