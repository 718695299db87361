// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/series_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <span>

#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"
#include "hodhod/look/page.h"
#include "hodhod/look/sequence.h"
#include "hodhod/nn/trace.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

// Numbers that the model reads for the effects up to which they are measured unless it is said otherwise.
constexpr int64_t kEffectNumbers = 1 << 24;
// Numbers of windows that are forecast together.
constexpr int64_t kBlockNumbers = 1 << 18;

// The row at which the forecast begins.
int64_t first_row(const SeriesForecaster& model, const Series& series, const std::string& at) {
  if (at.empty()) return series.rows();
  const auto time = parse_time(at, series.step.calendar);
  check(time.has_value(), "look: --at {}: expected a time such as {}", at,
        series.time_text(series.rows() - 1));
  const auto row = series.step.between(series.start, *time);
  check(row && *row >= model.options().context && *row <= series.rows(),
        "look: --at {}: a forecast can begin at {} to {}, every {}; before that there are fewer than the {} "
        "rows "
        "that the model looks back",
        at, series.time_text(std::min(model.options().context, series.rows())),
        series.time_text(series.rows()), series.step.text(), model.options().context);
  return *row;
}

std::vector<int64_t> chosen_columns(const SeriesForecaster& model, const std::vector<std::string>& asked,
                                    std::vector<std::string>& notes) {
  const std::vector<std::string>& names = model.options().columns;
  std::vector<int64_t> chosen;
  for (const std::string& name : asked) {
    const auto found = std::find(names.begin(), names.end(), name);
    check(found != names.end(), "look: the model has no column {}; it has {}", name, fmt::join(names, ", "));
    const int64_t column = found - names.begin();
    if (std::find(chosen.begin(), chosen.end(), column) == chosen.end()) chosen.push_back(column);
  }
  check(std::ssize(chosen) <= kMostColumns, "look: {} columns; at most {} fit on a page", chosen.size(),
        kMostColumns);
  if (!asked.empty()) return chosen;
  for (int64_t c = 0; c < std::min<int64_t>(std::ssize(names), kMostColumns); ++c) chosen.push_back(c);
  if (std::ssize(names) > kMostColumns)
    notes.push_back(
        fmt::format("the page shows the first {} of {} columns; name others behind DIR, such as {}",
                    kMostColumns, names.size(), names.back()));
  return chosen;
}

Json list_of(std::span<const double> values, size_t first, size_t stride, size_t count) {
  Json list = Json::array();
  for (size_t i = 0; i < count; ++i) list.push_back(number(values[first + i * stride]));
  return list;
}

Json times_of(const Series& series, int64_t row, int64_t count) {
  Json list = Json::array();
  for (int64_t i = 0; i < count; ++i) list.push_back(series.time_text(row + i));
  return list;
}

// The effects of each row of the history, [C, H, L].
Tensor measure_effects(const SeriesForecaster& model, const Series& series, int64_t row,
                       const std::vector<double>& usual) {
  const SeriesOptions& options = model.options();
  const int64_t C = options.column_count(), L = options.context, H = options.horizon;
  const std::vector<double> scale = model.role().scaler().scale.values();
  Tensor effects = Tensor::empty({C, H, L});
  const int64_t block = std::clamp<int64_t>(kBlockNumbers / ((L + H) * C), 1, L);
  Context context;
  for (int64_t begin = 0; begin < L; begin += block) {
    const int64_t count = std::min(block, L - begin);
    const std::vector<int64_t> origins(static_cast<size_t>(count), row);
    const SeriesWindows windows = windows_at(model, series, origins);
    for (int64_t i = 0; i < count; ++i) {
      auto* raised = windows.history.data<double>() + (i * L + begin + i) * C;
      for (int64_t c = 0; c < C; ++c) raised[c] += scale[static_cast<size_t>(c)];
    }
    const std::vector<double> moved = model.role().forecast(windows, context).values.values();
    for (int64_t i = 0; i < count; ++i) {
      for (int64_t h = 0; h < H; ++h) {
        for (int64_t c = 0; c < C; ++c) {
          const double change =
              moved[static_cast<size_t>((i * H + h) * C + c)] - usual[static_cast<size_t>(h * C + c)];
          effects.data<float>()[(c * H + h) * L + begin + i] =
              static_cast<float>(change / scale[static_cast<size_t>(c)]);
        }
      }
    }
  }
  return effects;
}

// What the network computes from the window, the steps of a forecast that goes step by step behind one
// another. No entry if the model is no network.
Trace traced_forecast(const SeriesForecaster& model, const Series& series, int64_t row) {
  Trace all, steps;
  Context context{.trace = &all};
  model.role().forecast(windows_at(model, series, std::span(&row, 1)), context);
  steps.add_steps(all);
  return steps;
}

// Gives a recorder's trace what belongs to one column: its row of the batch.
void give_column(const Trace& from, int64_t column, Trace to) {
  const NoGrad off;
  for (const Trace::Entry& entry : from.entries()) {
    const auto batch = static_cast<int>(entry.axes.find('B'));
    const bool shared = entry.axes.find('B') == std::string::npos;
    to.add(entry.name, entry.component, entry.axes,
           shared ? entry.tensor : contiguous(slice(entry.tensor, batch, column, column + 1)));
  }
}

// The steps that a network reads, named by the times of their first rows.
std::optional<Sequence> steps_of(const SeriesForecaster& model, const Series& series, int64_t row,
                                 const Trace& traced) {
  const Trace::Entry* const input = traced.find("encoder.steps");
  if (input == nullptr) return {};
  const Json fields = fields_to_json(model.model->config().clone()->fields());
  const auto option = [&](const char* name) {
    const Json* const found = fields.find(name);
    return found == nullptr ? int64_t{0} : found->get<int64_t>();
  };
  const int64_t apart = std::max<int64_t>({1, option("stride"), option("stride") > 0 ? 0 : option("patch")});
  Sequence sequence;
  for (int64_t t = 0; t < input->tensor.dim(1); ++t) {
    if (t > 0) sequence.text += ", ";
    const size_t begin = sequence.text.size();
    sequence.text += series.time_text(row - model.options().context + t * apart);
    sequence.tokens.push_back({.id = t, .bytes = {{begin, sequence.text.size()}}});
  }
  return sequence;
}

class SeriesPages {
 public:
  SeriesPages(const SeriesForecaster& model, const SeriesViewOptions& options)
      : model_(model), options_(options), recorder_(options.recorder) {}

  SeriesView view() {
    const Series series = read_series(options_.files, model_.columns(options_.fill));
    view_.notes = series.notes;
    const int64_t row = first_row(model_, series, options_.at);
    columns_ = chosen_columns(model_, options_.columns, view_.notes);
    const NextRows next = forecast_from(model_, series, row);
    for (const int64_t column : columns_) add_pass(series, row, next, column);
    if (wants_effects()) add_effects(measure_effects(model_, series, row, next.forecast.values.values()));
    add_network(series, row);
    return std::move(view_);
  }

 private:
  void add_pass(const Series& series, int64_t row, const NextRows& next, int64_t column) {
    const SeriesOptions& own = model_.options();
    const auto C = static_cast<size_t>(own.column_count()), H = static_cast<size_t>(own.horizon),
               L = static_cast<size_t>(own.context), Q = own.quantiles.size(),
               c = static_cast<size_t>(column);
    const std::vector<double> values = next.forecast.values.values();
    const auto history = static_cast<size_t>(row) - L;
    const auto known = static_cast<size_t>(std::min(series.rows() - row, own.horizon));
    Json quantiles = Json::array();
    if (next.forecast.quantiles.defined()) {
      const std::vector<double> bounds = next.forecast.quantiles.values();
      for (size_t q = 0; q < Q; ++q)
        quantiles.push_back(
            {{"share", number(own.quantiles[q])}, {"values", list_of(bounds, c * Q + q, C * Q, H)}});
    }
    Json forecast = {{"column", own.columns[c]},
                     {"step", own.step},
                     {"season", own.season},
                     {"times", times_of(series, row - own.context, own.context + own.horizon)},
                     {"history", list_of(series.values, history * C + c, C, L)},
                     {"values", list_of(values, c, C, H)},
                     {"quantiles", std::move(quantiles)},
                     {"came", list_of(series.values, static_cast<size_t>(row) * C + c, C, known)},
                     {"deviation", number(model_.role().scaler().scale.values()[c])}};
    view_.passes.push_back({{"sequences", Json::array()}, {"forecast", std::move(forecast)}});
    view_.summary.push_back(fmt::format("{}: {:.6g}, {}", own.columns[c], values[c], next.times[0]));
  }

  bool wants_effects() const {
    const SeriesOptions& own = model_.options();
    if (options_.effects != Cutting::automatic) return options_.effects == Cutting::on;
    return own.context * own.column_count() * (own.context + own.horizon) <= kEffectNumbers;
  }

  void add_effects(const Tensor& effects) {
    const Shape shape{effects.dim(1), effects.dim(2)};
    for (size_t i = 0; i < columns_.size(); ++i) {
      const NoGrad off;
      const Tensor own = contiguous(select(effects, 0, columns_[i]));
      if (options_.recorder.keep_all) view_.exact.emplace_back(named(i, "effects"), own);
      const Form form = options_.recorder.exact || !fits(own, Form::f16) ? Form::f32 : Form::f16;
      PackedTensor packed = pack(own, form);
      if (packed.bytes() + kIndexBytes > left()) {
        view_.reduced.push_back({.pass = i,
                                 .name = "effects",
                                 .shape = shape,
                                 .reason = "the page would be larger than --size-limit",
                                 .flag = "--size-limit 100M"});
        continue;
      }
      used_ += packed.bytes() + kIndexBytes;
      view_.tensors.push_back({.pass = i,
                               .name = "effects",
                               .component = Component::linear,
                               .axes = "TS",
                               .shape = shape,
                               .packed = std::move(packed)});
    }
  }

  void add_network(const Series& series, int64_t row) {
    const Trace traced = traced_forecast(model_, series, row);
    const auto sequence = steps_of(model_, series, row, traced);
    if (!sequence) return;
    const auto all_seen = [](std::string_view) { return Visible{}; };
    for (size_t i = 0; i < columns_.size(); ++i)
      give_column(traced, columns_[i], recorder_.survey(i, all_seen));
    recorder_.make_plan(left());
    for (size_t i = 0; i < columns_.size(); ++i) {
      give_column(traced, columns_[i], recorder_.record(i));
      recorder_.finish_pass();
      view_.passes[i]["sequences"].push_back(to_json(*sequence));
    }
    for (const RecordedTensor& tensor : recorder_.tensors()) view_.tensors.push_back(tensor);
    for (ReducedTensor& one : recorder_.reduced()) view_.reduced.push_back(std::move(one));
    for (auto& one : recorder_.exact()) view_.exact.push_back(std::move(one));
  }

  int64_t left() const { return std::max<int64_t>(0, options_.limit - used_); }
  std::string named(size_t pass, const char* name) const {
    return columns_.size() > 1 ? fmt::format("{}.{}", pass, name) : name;
  }

  const SeriesForecaster& model_;
  const SeriesViewOptions& options_;
  Recorder recorder_;
  std::vector<int64_t> columns_;
  SeriesView view_;
  int64_t used_ = 0;
};

}  // namespace

SeriesView series_view(const SeriesForecaster& model, const SeriesViewOptions& options) {
  return SeriesPages(model, options).view();
}

}  // namespace hodhod::look
