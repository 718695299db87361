// SPDX-License-Identifier: Apache-2.0
// The configuration of a forecaster: what all kinds share, and the frame around the options of one kind.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {

struct SeriesOptions {
  // ---- set by the data ----
  std::string time = {};                  // name of the column of times
  std::vector<std::string> columns = {};  // names of the columns that are forecast
  std::string step = {};                  // distance of two rows: "1 hour"
  std::string start = {};                 // the time of the first row to fit on
  std::vector<int64_t> parts = {};        // rows for training, validation and test from `start` on
  // ---- chosen ----
  int64_t context = 96;                      // L
  int64_t horizon = 24;                      // H
  int64_t season = 0;                        // rows in a cycle
  std::vector<std::string> covariates = {};  // parts of the calendar
  std::vector<double> quantiles = {};

  int64_t cycle() const { return std::max<int64_t>(1, season); }  // m; 1 while it is left open
  int64_t column_count() const { return std::max<int64_t>(1, std::ssize(columns)); }  // C
  int64_t covariate_count() const { return 2 * std::ssize(covariates); }              // K: sine and cosine

  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("time", time, "Name of the column of times");
    v("columns", columns, "Names of the columns that are forecast");
    v("step", step, "Distance of two rows");
    v("start", start, "Time of the first row to fit on");
    v("parts", parts, "Rows for training, validation and test", in(0, 1e12));
    v("context", context, "Rows of history that a forecast is made from", in(1, 1 << 20));
    v("horizon", horizon, "Rows to forecast", in(1, 1 << 20));
    v("season", season, "Rows in a cycle; 0 for what is usual at the distance of the rows", in(0, 1 << 20));
    v("covariates", covariates, "What is read of the calendar: hour, weekday, day, month");
    v("quantiles", quantiles, "Quantiles to forecast beside the value, such as 0.1,0.9", above(0).below(1));
  }
};

// A forecaster has no tokens: its vocabulary is empty and its longest sequence is the context.
class SeriesConfig : public ModelConfig {
 public:
  int64_t vocabulary() const override { return 0; }
  int64_t max_length() const override { return series.context; }
  int64_t width() const override { return series.column_count(); }
  const SpecialIds& special() const override;
  void set_vocabulary(int64_t) override {}
  void set_max_length(int64_t) override {}
  void set_special(const SpecialIds&) override {}
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::none}; }

  // Sets what an option of 0 leaves open ("the season, as is usual for hours").
  virtual void complete(int64_t usual_season) = 0;

  SeriesOptions series;

 protected:
  // Why one of the shared options has no effect; empty if it has one.
  static std::string why_shared_useless(std::string_view option);
};

// Around the options of one kind, a struct with
//   visit, validate(series)               as every configuration
//   complete(series)                      sets what is left open; the season is known
//   summary()                             "theta 2"
//   why_useless(option, series)           empty if it has an effect
//   make(config), static type()           the model, and its ModelType
template <class Options>
class ForecasterConfig final : public SeriesConfig {
 public:
  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<ForecasterConfig>(*this); }
  std::string summary() const override {
    return std::string(Options::type().name()) + ", " + body.summary() + ", context " +
           std::to_string(series.context) + ", horizon " + std::to_string(series.horizon);
  }
  std::vector<Field> fields() override {
    std::vector<Field> all = fields_of(series);
    for (Field& field : fields_of(body)) all.push_back(std::move(field));
    return all;
  }
  std::string why_useless(std::string_view option) const override {
    const std::string shared = why_shared_useless(option);
    return shared.empty() ? body.why_useless(option, series) : shared;
  }
  void complete(int64_t usual_season) override {
    if (series.season == 0) series.season = usual_season;
    body.complete(series);
  }
  void validate() const override {
    series.validate();
    check_fields(fields_of(const_cast<Options&>(body)), std::string(Options::type().name()));  // only read
    body.validate(series);
  }
  const ModelType& type(const ModelType*) const override {
    validate();
    return Options::type();
  }
  std::unique_ptr<Model> make() const override { return Options::make(*this); }

  Options body;
};

// How directories of forecasters are read and written: every option is a member of config.json under its own
// name.
ReadConfig read_series_config(std::unique_ptr<SeriesConfig> config, const Json& json,
                              const std::string& path);
Json write_series_config(const SeriesConfig& config, std::string_view type, std::string_view architecture);

// A kind of forecaster, with presets that change its usual options.
template <class Options>
class ForecasterType final : public ModelType {
 public:
  struct Preset {
    std::string_view name;
    void (*change)(SeriesOptions& series, Options& options);
  };

  ForecasterType(std::string_view name, std::string_view architecture, FittedBy way,
                 std::vector<Preset> preset_list)
      : name_(name), architecture_(architecture), way_(way), presets_(std::move(preset_list)) {}

  std::string_view name() const override { return name_; }
  FittedBy fitted_by() const override { return way_; }
  std::vector<std::string> presets() const override {
    std::vector<std::string> names;
    for (const Preset& preset : presets_) names.emplace_back(preset.name);
    return names;
  }
  std::unique_ptr<ModelConfig> preset(std::string_view wanted) const override {
    auto config = std::make_unique<ForecasterConfig<Options>>();
    for (const Preset& preset : presets_) {
      if (preset.name == wanted) preset.change(config->series, config->body);
    }
    return config;
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    return read_series_config(std::make_unique<ForecasterConfig<Options>>(), json, path);
  }
  Json write(const ModelConfig& config) const override {
    return write_series_config(dynamic_cast<const SeriesConfig&>(config), name_, architecture_);
  }

 private:
  std::string_view name_, architecture_;
  FittedBy way_;
  std::vector<Preset> presets_;
};

}  // namespace hodhod
