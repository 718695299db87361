// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace hodhod {
namespace {

constexpr double kWidth = 860, kHeight = 380, kLeft = 64, kRight = 200, kTop = 16, kBottom = 44;
constexpr double kLabelHeight = 15;
constexpr size_t kMostTimes = 11;  // on the axis

// A unit of time, in which times from `first` to below `end` are told.
struct TimeUnit {
  double seconds, first, end;
  const char* name;
};
constexpr std::array<TimeUnit, 4> kTimeUnits = {
    {{1, 0.01, 60, "s"}, {60, 1, 60, "min"}, {3600, 1, 24, "h"}, {86400, 1, 1e4, "d"}}};

// Places in the drawing of values between two ends; the vertical axis points upwards.
struct Scale {
  double least = 0, most = 1, from = 0, to = 1;
  double operator()(double value) const { return from + (value - least) / (most - least) * (to - from); }
};

// The ends of an axis over these values, with some air.
std::pair<double, double> ends_of(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double air = *most > *least ? 0.05 * (*most - *least) : std::max(0.5, 0.1 * std::abs(*most));
  return {*least - air, *most + air};
}

// A frame with horizontal lines at the ticks of the vertical axis.
std::string frame(const Scale& y, const std::string& label) {
  std::string svg;
  for (const double tick : ticks(y.least, y.most, 7)) {
    svg += fmt::format(
        R"svg(<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/><text x="{:.1f}" y="{:.1f}" text-anchor="end">{:g}</text>)svg",
        kLeft, kWidth - kRight, y(tick), y(tick), kLeft - 6, y(tick) + 4, tick);
  }
  svg += fmt::format(
      R"svg(<text x="14" y="{:.1f}" transform="rotate(-90 14 {:.1f})" text-anchor="middle">{}</text>)svg",
      (kTop + kHeight - kBottom) / 2, (kTop + kHeight - kBottom) / 2, html_escaped(label));
  return svg;
}

std::string svg_of(const std::string& content, const std::string& title) {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" direction=\"ltr\"><title>{}</title>{}</svg>\n", kWidth,
      kHeight, html_escaped(title), content);
}

// Names at the right ends of lines, moved apart where they would overlap.
struct EndLabel {
  size_t rung;
  double y;
};
std::string end_labels(std::vector<EndLabel> labels, const LadderReport& report) {
  std::sort(labels.begin(), labels.end(), [](const EndLabel& a, const EndLabel& b) { return a.y < b.y; });
  double next = kTop;
  for (EndLabel& label : labels) {
    label.y = std::max(label.y, next);
    next = label.y + kLabelHeight;
  }
  double last = kHeight - kBottom + 4;
  std::string svg;
  for (size_t i = labels.size(); i-- > 0;) {
    labels[i].y = std::min(labels[i].y, last);
    last = labels[i].y - kLabelHeight;
    svg += fmt::format(R"svg(<text class="name c{}" x="{:.1f}" y="{:.1f}">{}</text>)svg", labels[i].rung % 10,
                       kWidth - kRight + 8, labels[i].y + 4,
                       html_escaped(report.rungs[labels[i].rung].title.en));
  }
  return svg;
}

std::string time_name(double seconds) {
  const TimeUnit* own = kTimeUnits.data();
  for (const TimeUnit& unit : kTimeUnits) {
    if (unit.seconds <= seconds) own = &unit;
  }
  return fmt::format("{:g} {}", seconds / own->seconds, own->name);
}

std::string time_axis(const Scale& x, double first, double end) {
  std::string svg;
  for (const double tick : time_ticks(first, end)) {
    svg += fmt::format(
        R"svg(<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/><text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)svg",
        x(std::log(tick)), x(std::log(tick)), kTop, kHeight - kBottom, x(std::log(tick)),
        kHeight - kBottom + 18, time_name(tick));
  }
  return svg;
}

// The steps of a curve, until the end of the budget.
std::string steps_path(const LearningCurve& curve, const Scale& x, const Scale& y, double first, double end) {
  std::string path;
  for (const CurvePoint& point : curve.points) {
    const double at = x(std::log(std::max(point.seconds, first)));
    path += path.empty() ? fmt::format("M{:.1f} {:.1f}", at, y(point.value))
                         : fmt::format("H{:.1f}V{:.1f}", at, y(point.value));
  }
  return path + fmt::format("H{:.1f}", x(std::log(end)));
}

std::string line_path(const std::vector<double>& values, double begin, const Scale& x, const Scale& y) {
  std::string path;
  for (size_t i = 0; i < values.size(); ++i) {
    path +=
        fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x(begin + static_cast<double>(i)), y(values[i]));
  }
  return path;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::vector<double> ticks(double least, double most, int count) {
  const double raw = (most - least) / count, power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= raw) step = factor * power;
  }
  std::vector<double> found;
  for (double n = std::ceil(least / step); n * step <= most; ++n) found.push_back(n * step);
  return found;
}

std::vector<double> time_ticks(double least, double most) {
  std::vector<double> found, kept;
  for (const TimeUnit& unit : kTimeUnits) {
    for (double power = unit.first; power < unit.end; power *= 10) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double number = factor * power, tick = number * unit.seconds;
        if (number < unit.end && tick >= least && tick <= most) found.push_back(tick);
      }
    }
  }
  const size_t step = (found.size() + kMostTimes - 1) / kMostTimes;
  for (size_t i = 0; i < found.size(); i += step) kept.push_back(found[i]);
  return kept;
}

std::string curves_svg(const LadderReport& report) {
  std::vector<double> times, values;
  for (const LadderRung& rung : report.rungs) {
    for (const CurvePoint& point : rung.curve.points) {
      times.push_back(point.seconds);
      values.push_back(report.quality.shown_times * point.value);
    }
  }
  if (values.empty()) return "";
  const double end = report.seconds();
  const double first = std::min(std::max(0.01, *std::min_element(times.begin(), times.end()) / 1.2), end / 2);
  const auto [least, most] = ends_of(values);
  const Scale x{std::log(first), std::log(end), kLeft, kWidth - kRight},
      y{least, most, kHeight - kBottom, kTop};
  std::string svg = time_axis(x, first, end) + frame(y, report.quality.name.en);
  svg += fmt::format(R"svg(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">time of training</text>)svg",
                     (kLeft + kWidth - kRight) / 2, kHeight - 6);
  std::vector<EndLabel> labels;
  for (size_t i = 0; i < report.rungs.size(); ++i) {
    LearningCurve curve = report.rungs[i].curve;
    if (curve.points.empty()) continue;
    for (CurvePoint& point : curve.points) point.value *= report.quality.shown_times;
    svg += fmt::format(R"svg(<path class="curve c{}" d="{}"><title>{}</title></path>)svg", i % 10,
                       steps_path(curve, x, y, first, end), html_escaped(report.rungs[i].title.en));
    labels.push_back({i, y(curve.points.back().value)});
  }
  return svg_of(svg + end_labels(std::move(labels), report), "Quality against the time of training");
}

std::string window_svg(const LadderReport& report) {
  const LadderWindow& window = report.window;
  if (window.after.empty()) return "";
  std::vector<double> values = window.before;
  values.insert(values.end(), window.after.begin(), window.after.end());
  for (const LadderRung& rung : report.rungs)
    values.insert(values.end(), rung.drawn.begin(), rung.drawn.end());
  const auto [least, most] = ends_of(values);
  const auto before = static_cast<double>(window.before.size());
  const Scale x{-before, static_cast<double>(window.after.size()), kLeft, kWidth - kRight};
  const Scale y{least, most, kHeight - kBottom, kTop};
  std::string svg = frame(y, window.column);
  for (const double tick : ticks(x.least, x.most, 8)) {
    svg += fmt::format(R"svg(<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{:g}</text>)svg", x(tick),
                       kHeight - kBottom + 18, tick);
  }
  svg += fmt::format(R"svg(<path class="truth" d="{}"/><path class="truth" d="{}"/>)svg",
                     line_path(window.before, -before, x, y), line_path(window.after, 0, x, y));
  std::vector<EndLabel> labels;
  for (size_t i = 0; i < report.rungs.size(); ++i) {
    if (report.rungs[i].drawn.empty()) continue;
    svg += fmt::format(R"svg(<path class="curve c{}" d="{}"><title>{}</title></path>)svg", i % 10,
                       line_path(report.rungs[i].drawn, 0, x, y), html_escaped(report.rungs[i].title.en));
    labels.push_back({i, y(report.rungs[i].drawn.back())});
  }
  return svg_of(svg + end_labels(std::move(labels), report), "A window of the series, and its forecasts");
}

}  // namespace hodhod
