// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/run_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "hodhod/base/format.h"
#include "hodhod/watch/text_chart.h"

namespace hodhod {
namespace {

struct NamedPoint {
  int64_t step;
  double value;
};

// The newest finite value of each number.
std::map<std::string, NamedPoint> newest(const std::vector<LineTable>& tables) {
  std::map<std::string, NamedPoint> last;
  for (const LineTable& table : tables) {
    for (size_t c = 0; c < table.names.size(); ++c) {
      for (size_t row = table.steps.size(); row-- > 0;) {
        const float value = table.columns[c][row];
        if (!std::isfinite(value)) continue;
        const auto [at, is_new] = last.try_emplace(table.names[c], NamedPoint{table.steps[row], value});
        if (!is_new && at->second.step <= table.steps[row]) at->second = {table.steps[row], value};
        break;
      }
    }
  }
  return last;
}

std::vector<ChartPoint> points_of(const std::vector<LineTable>& tables, std::string_view name) {
  std::vector<ChartPoint> points;
  for (const LineTable& table : tables) {
    const auto found = std::find(table.names.begin(), table.names.end(), name);
    if (found == table.names.end()) continue;
    const std::vector<float>& values = table.columns[static_cast<size_t>(found - table.names.begin())];
    for (size_t row = 0; row < values.size(); ++row)
      points.push_back({static_cast<double>(table.steps[row]), static_cast<double>(values[row])});
  }
  return points;
}

// By the time of the last tenth of the steps; also a limit of time ends a run.
std::optional<double> time_left(const RunHistory& run, const RunSummary& summary) {
  if (!run.is_running() || !summary.seconds) return std::nullopt;
  std::optional<double> left;
  const std::vector<ChartPoint> times = points_of(run.metrics(), "seconds");
  const auto since = std::find_if(times.begin(), times.end(), [&](const ChartPoint& point) {
    return point.x >= 0.9 * static_cast<double>(summary.step);
  });
  const double steps = since == times.end() ? 0 : static_cast<double>(summary.step) - since->x;
  if (summary.steps > summary.step && steps > 0)
    left = (*summary.seconds - since->y) / steps * static_cast<double>(summary.steps - summary.step);
  if (run.minutes() > 0) {
    const double until_limit = std::max(0.0, 60 * run.minutes() - *summary.seconds);
    left = left ? std::min(*left, until_limit) : until_limit;
  }
  return left;
}

// Numbers are recorded every so many steps, and a run may end between two of these.
void take_end(const RunHistory& run, RunSummary& summary) {
  if (run.events().empty() || run.events().back().mark != RunMark::ended) return;
  const RunEvent& end = run.events().back();
  summary.step = std::max(summary.step, end.step);
  summary.seconds_to_end = end.seconds.has_value() || summary.step == summary.recorded;
  if (end.seconds) summary.seconds = end.seconds;
}

// The value of a setting as a number; 0 if there is none.
double number_of(const std::vector<Setting>& settings, std::string_view name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& setting) { return setting.name == name; });
  return found == settings.end() ? 0 : parse_number(found->value).value_or(0);
}

// The rates of dropout in use, each once, the smallest first.
std::set<double> dropout_rates(const RunRecord& record) {
  std::set<double> rates;
  const bool adapts = number_of(record.options, "lora-rank") > 0;
  for (const std::vector<Setting>* settings : {&record.options, &record.model.options}) {
    for (const Setting& setting : *settings) {
      if (setting.name != "dropout" && !setting.name.ends_with("-dropout")) continue;
      if (setting.name == "lora-dropout" && !adapts) continue;
      const double rate = parse_number(setting.value).value_or(0);  // some are switches
      if (rate > 0) rates.insert(rate);
    }
  }
  return rates;
}

// What the loss of training has, and that of validation does not: the two are no measure of each other then.
std::string difference_of_losses(const RunHistory& run) {
  const double smoothing = number_of(run.record().options, "label-smoothing");
  const std::set<double> dropouts = dropout_rates(run.record());
  std::string text;
  if (smoothing > 0) text = fmt::format("labels smoothed by {:g}", smoothing);
  if (!dropouts.empty())
    text += fmt::format("{}dropout {:g}", text.empty() ? "" : " and ", fmt::join(dropouts, " and "));
  return text.empty() ? ""
                      : fmt::format("The loss of training is with {}; that of validation is without.", text);
}

std::string state_text(const RunSummary& summary) {
  switch (summary.state) {
    case RunState::running:
      return "under way";
    case RunState::finished:
      return "finished";
    case RunState::time:
      return "ended: the time was up";
    case RunState::patience:
      return "ended: no better model for a while";
    case RunState::signal:
      return "stopped by a signal; the same command continues it";
    case RunState::diverged:
      return "ended: its numbers were no longer finite";
    case RunState::killed:
      return "ended without saying so; the same command continues it";
    case RunState::unknown:
      return "not under way";
  }
  return "";
}

std::string plural(int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_commas(count), count == 1 ? one : many);
}

}  // namespace

RunSummary summary_of(const RunHistory& run, const std::string& name) {
  RunSummary summary{.name = name, .state = run.state(), .steps = run.steps()};
  for (const auto& [key, point] : newest(run.metrics())) {
    summary.step = std::max(summary.step, point.step);
    if (key == "seconds") {
      summary.seconds = point.value;
    } else if (key == "items_per_second") {
      summary.items_per_second = point.value;
    } else {
      summary.last.emplace_back(key, point.value);
    }
  }
  summary.recorded = summary.step;
  for (const RunEvent& event : run.events()) {
    if (event.mark == RunMark::best) summary.best = {event.step, event.note};
    if (event.mark == RunMark::skipped) summary.skipped += event.count;
    if (event.mark == RunMark::resumed) ++summary.resumed;
  }
  summary.seconds_left = time_left(run, summary);
  take_end(run, summary);
  for (const UnreadLines& unread : run.unread()) {
    summary.problems.push_back(fmt::format("{}: {} could not be used and {} left out; {}", unread.file,
                                           plural(unread.lines, "line", "lines"),
                                           unread.lines == 1 ? "is" : "are", unread.why));
  }
  return summary;
}

std::string summary_text(const RunHistory& run, const RunSummary& summary) {
  std::string text = fmt::format("{}: {}\n", summary.name, state_text(summary));
  text += fmt::format("  step {}", with_commas(summary.step));
  if (summary.steps > 0) text += fmt::format(" of {}", with_commas(summary.steps));
  if (summary.seconds) text += fmt::format(", {}", format_duration(*summary.seconds));
  const bool is_running = run.is_running();
  if (summary.seconds && !is_running && !summary.seconds_to_end)
    text += fmt::format(" up to step {}, the last with numbers", with_commas(summary.recorded));
  if (summary.seconds_left) text += fmt::format(", {} left", format_duration(*summary.seconds_left));
  if (summary.items_per_second) text += fmt::format(", {} items/s", format_count(*summary.items_per_second));
  text += '\n';
  std::string numbers;
  for (const auto& [name, value] : summary.last) {
    if (name == "epoch" || name == "items") continue;
    numbers += fmt::format("{}{} {:.4g}", numbers.empty() ? "  " : ", ", name, value);
  }
  if (!numbers.empty()) text += numbers + "\n";
  if (summary.best)
    text += fmt::format("  best validation: {} at step {}\n", summary.best->second,
                        with_commas(summary.best->first));
  if (summary.skipped > 0)
    text += fmt::format("  {} skipped, as they were not finite\n",
                        plural(summary.skipped, "update was", "updates were"));
  if (summary.resumed > 0) text += fmt::format("  resumed {}\n", plural(summary.resumed, "time", "times"));
  for (const std::string& problem : summary.problems) text += fmt::format("  {}\n", problem);
  const std::vector<ChartPoint> loss = points_of(run.metrics(), "loss");
  const std::vector<ChartPoint> validation = points_of(run.metrics(), "validation.loss");
  const std::vector<std::string> chart = text_chart(loss, validation);
  if (!chart.empty()) text += fmt::format("\n{:>9}{}\n", "loss", validation.empty() ? "" : "   ○ validation");
  for (const std::string& line : chart) text += line + "\n";
  const std::string difference = difference_of_losses(run);
  if (!chart.empty() && !validation.empty() && !difference.empty()) text += fmt::format("  {}\n", difference);
  return text;
}

Json summary_json(const RunSummary& summary) {
  Json json = Json::Object{{"run", summary.name},
                           {"state", names_of(summary.state)[static_cast<size_t>(summary.state)]},
                           {"step", summary.step}};
  if (summary.steps > 0) json["steps"] = summary.steps;
  if (summary.seconds) json["seconds"] = *summary.seconds;
  if (summary.seconds_left) json["seconds_left"] = *summary.seconds_left;
  if (summary.items_per_second) json["items_per_second"] = *summary.items_per_second;
  for (const auto& [name, value] : summary.last) json[name] = value;
  if (summary.best)
    json["best"] = Json::Object{{"step", summary.best->first}, {"score", summary.best->second}};
  json["skipped"] = summary.skipped;
  json["resumed"] = summary.resumed;
  if (!summary.problems.empty()) json["problems"] = summary.problems;
  return json;
}

}  // namespace hodhod
