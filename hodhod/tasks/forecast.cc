// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/forecast.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/models/directory.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

const SeriesConfig& series_config_of(const ModelConfig& config, std::string_view place) {
  const auto* series = dynamic_cast<const SeriesConfig*>(&config);
  check(series != nullptr,
        "{}: this model does not forecast series: it is {}; give one trained with `hodhod train forecast`",
        place, description_of(config));
  return *series;
}

int64_t steps_from(const TimeStep& step, int64_t from, int64_t to, const std::string& place) {
  const auto steps = step.between(from, to);
  check(steps.has_value(),
        "{}: the rows are {} apart like those of the model, but lie between them; {} is no row", place,
        step.text(), step.format(to));
  return *steps;
}

SeriesPart clipped(SeriesPart part, int64_t rows) {
  part.begin = std::clamp<int64_t>(part.begin, 0, rows);
  part.end = std::clamp(part.end, part.begin, rows);
  return part;
}

// `length` rows from `before` rows ahead of each origin on, [B, length, C].
Tensor rows_around(const Series& series, std::span<const int64_t> origins, int64_t before, int64_t length) {
  const int64_t columns = std::ssize(series.columns);
  Tensor rows = Tensor::empty({std::ssize(origins), length, columns}, DType::f64);
  auto* to = rows.data<double>();
  for (const int64_t origin : origins)
    to = std::copy_n(series.values.begin() + (origin - before) * columns, length * columns, to);
  return rows;
}

// Windows that are forecast together: about this many numbers of history.
int64_t windows_in_block(const SeriesOptions& options) {
  constexpr int64_t kNumbers = 1 << 20;
  return std::clamp<int64_t>(kNumbers / ((options.context + options.horizon) * options.column_count()), 1,
                             256);
}

}  // namespace

SeriesForecaster SeriesForecaster::make(const ModelConfig& config, const Series& series,
                                        const std::vector<double>& split, uint64_t seed) {
  const auto copy = series_config_of(config, "training").clone();
  auto& own = dynamic_cast<SeriesConfig&>(*copy);
  const SeriesParts parts = split_series(series.rows(), split);
  SeriesOptions& options = own.series;
  options.time = series.time_name;
  options.columns = series.columns;
  options.step = series.step.text();
  options.start = series.time_text(parts.train.begin);
  options.parts = {parts.train.rows(), parts.validation.rows(), parts.test.rows()};
  own.complete(series.step.season());
  check_storable(own);
  SeriesForecaster made{.model = make_model(own, Rng(seed))};
  made.calendar();  // its names are checked
  made.role().scaler().measure(rows_of(series, parts.train), options.season);
  return made;
}

SeriesForecaster SeriesForecaster::load(const ModelPath& path) {
  const ModelDirectory opened = ModelDirectory::open(path);
  const std::string& directory = opened.path;
  series_config_of(*opened.config, directory);
  LoadedModel loaded = load_model(opened);
  SeriesForecaster model{std::move(loaded.model), std::move(loaded.warnings), std::move(loaded.origin)};
  check(!model.options().columns.empty() && model.options().parts.size() == 3,
        "{}: config.json does not say which columns and parts the model was fitted on", directory);
  check(model.options().season > 0, "{}: config.json: season is 0; expected the rows of a cycle", directory);
  for (const double scale : model.role().scaler().scale.values())
    check(scale > 0 && std::isfinite(scale), "{}: a column has the scale {}; the file is damaged", directory,
          scale);
  model.step();
  model.calendar();
  return model;
}

void SeriesForecaster::save(const std::string& directory) const {
  save_model_files(*model, directory, Json::object(), origin);
}

bool SeriesForecaster::by_gradients() const { return model->config().fitted_by() == FittedBy::gradients; }

SeriesColumns SeriesForecaster::columns(bool fill) const {
  return {
      .time = options().time,
      .columns = options().columns,
      .fill = fill,
      .calendar = step().calendar == Calendar::jalali ? SeriesCalendar::jalali : SeriesCalendar::gregorian,
      .by_name = true};
}

TimeStep SeriesForecaster::step() const {
  const auto step = TimeStep::parse(options().step);
  check(step.has_value(), "{}: config.json: step is \"{}\"; expected a distance such as 1 hour",
        model->name(), options().step);
  return *step;
}

std::vector<CalendarPart> SeriesForecaster::calendar() const {
  std::vector<CalendarPart> parts;
  for (const std::string& name : options().covariates) {
    const auto part = calendar_part_named(name);
    check(part.has_value(), "`model` covariates: {} is not known; hour, weekday, day and month are", name);
    parts.push_back(*part);
  }
  return parts;
}

SeriesParts SeriesForecaster::parts_in(const Series& series) const {
  check(series.columns == options().columns, "{}: the columns are {}, and those of the model {}",
        model->name(), fmt::join(series.columns, ", "), fmt::join(options().columns, ", "));
  check(series.step == step(), "{}: the rows of the data are {} apart, and those of the model {}",
        model->name(), series.step.text(), options().step);
  const auto start = parse_time(options().start, series.step.calendar);
  check(start.has_value(), "{}: config.json: start is \"{}\"; expected a time", model->name(),
        options().start);
  const int64_t begin = steps_from(series.step, series.start, *start, model->name());
  const std::vector<int64_t>& rows = options().parts;
  const int64_t train = begin + rows[0], validation = train + rows[1];
  return {clipped({begin, train}, series.rows()), clipped({train, validation}, series.rows()),
          clipped({validation, validation + rows[2]}, series.rows())};
}

// ---- windows ----

Tensor rows_of(const Series& series, const SeriesPart& part) {
  const int64_t columns = std::ssize(series.columns);
  const auto first = series.values.begin() + part.begin * columns;
  return Tensor::from(std::span(first, static_cast<size_t>(part.rows() * columns)), {part.rows(), columns});
}

SeriesWindows windows_at(const SeriesForecaster& model, const Series& series,
                         std::span<const int64_t> origins) {
  const SeriesOptions& options = model.options();
  SeriesWindows windows{rows_around(series, origins, options.context, options.context)};
  if (options.covariates.empty()) return windows;
  const std::vector<CalendarPart> parts = model.calendar();
  const int64_t length = options.context + options.horizon;
  std::vector<float> values;
  for (const int64_t origin : origins) {
    const std::vector<float> own = calendar_of(series, parts, origin - options.context, length);
    values.insert(values.end(), own.begin(), own.end());
  }
  windows.calendar = Tensor::from(values, {std::ssize(origins), length, options.covariate_count()});
  return windows;
}

Tensor targets_at(const SeriesForecaster& model, const Series& series, std::span<const int64_t> origins) {
  return rows_around(series, origins, 0, model.options().horizon);
}

// ---- use ----

NextRows forecast_next(const SeriesForecaster& model, const Series& series) {
  return forecast_from(model, series, series.rows());
}

NextRows forecast_from(const SeriesForecaster& model, const Series& series, int64_t row) {
  model.parts_in(series);
  const SeriesOptions& options = model.options();
  check(row >= 0 && row <= series.rows(), "forecast: there is no row {} in data of {} rows", row,
        series.rows());
  check(row >= options.context, "{}: looks back {}, and the data have {}{}; give data that begin earlier",
        model.model->name(), count_of(options.context, "row"), row,
        row < series.rows() ? " before that time" : "");
  Context context;
  NextRows next{.times = {},
                .forecast = model.role().forecast(windows_at(model, series, std::span(&row, 1)), context)};
  for (int64_t h = 0; h < options.horizon; ++h) next.times.push_back(series.time_text(row + h));
  return next;
}

ForecastScores evaluate(const SeriesForecaster& model, const Series& series, const SeriesPart& part,
                        int64_t stride) {
  const SeriesOptions& options = model.options();
  const std::vector<int64_t> origins = forecast_origins(part, options.context, options.horizon, stride);
  check(!origins.empty(),
        "evaluate: rows {} to {} of the data hold no window: {} of history and {} to forecast are needed",
        part.begin + 1, part.end, count_of(options.context, "row"), options.horizon);
  const auto columns = static_cast<size_t>(options.column_count()), quantiles = options.quantiles.size();
  const std::vector<double> scale = model.role().scaler().scale.values(),
                            season = model.role().scaler().season_error.values();
  std::vector<metrics::SeriesScale> scales;
  for (size_t c = 0; c < columns; ++c) scales.push_back({scale[c], season[c]});
  metrics::SeriesErrors errors(scales);
  metrics::QuantileErrors hits(options.quantiles);
  const NoGrad off;
  Context context;
  const auto block = static_cast<size_t>(windows_in_block(options));
  for (size_t begin = 0; begin < origins.size(); begin += block) {
    const auto some = std::span(origins).subspan(begin, std::min(block, origins.size() - begin));
    const Forecast found = model.role().forecast(windows_at(model, series, some), context);
    const std::vector<double> actual = targets_at(model, series, some).values(),
                              values = found.values.values();
    for (size_t i = 0; i < actual.size(); ++i) errors.add(i % columns, actual[i], values[i]);
    if (!found.quantiles.defined()) continue;
    const std::vector<double> bounds = found.quantiles.values();
    for (size_t i = 0; i < bounds.size(); ++i) {
      const size_t number = i / quantiles;
      hits.add(i % quantiles, actual[number], bounds[i], scale[number % columns]);
    }
  }
  ForecastScores scores{
      .windows = std::ssize(origins), .all = errors.all(), .columns = {}, .coverage = {}, .pinball_loss = {}};
  for (size_t c = 0; c < columns; ++c) scores.columns.push_back(errors.column(c));
  for (size_t q = 0; q < quantiles; ++q) {
    scores.coverage.push_back(hits.coverage(q));
    scores.pinball_loss.push_back(hits.pinball_loss(q));
  }
  return scores;
}

}  // namespace hodhod
