// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/naive.h"

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/models/series/forecaster_model.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// There is nothing to fit.
struct NaiveFit final : ForecasterFit {
  int64_t units() const override { return 0; }
  void run(int64_t) override {}
};

class Naive final : public ForecasterModel<NaiveOptions> {
 public:
  explicit Naive(const ForecasterConfig<NaiveOptions>& config)
      : ForecasterModel(config, QuantileSource::residuals) {}

  void for_each_parameter(const ParameterFunction& f) override { hodhod::for_each_parameter(*this, f); }
  std::unique_ptr<ForecasterFit> fit(const Tensor&) override { return std::make_unique<NaiveFit>(); }

  Forecast forecast(const SeriesWindows& windows, Context&) const override {
    const NoGrad off;
    check_history(windows.history);
    return with_residual_quantiles(*this, values(windows.history));
  }

  template <class V>
  void visit(V& v) {
    visit_shared(v);
  }

 private:
  Tensor values(const Tensor& history) const {
    const int64_t rows = history.dim(1), horizon = series().horizon;
    const Shape shape{history.dim(0), horizon, history.dim(2)};
    const Tensor last = slice(history, 1, rows - 1, rows);
    switch (options().method) {
      case NaiveMethod::last:
        return expand(last, shape);
      case NaiveMethod::mean:
        return expand(mean(history, 1, Keep::yes), shape);
      case NaiveMethod::drift: {
        std::vector<double> steps;
        for (int64_t h = 1; h <= horizon; ++h) steps.push_back(static_cast<double>(h));
        const Tensor slope = (last - slice(history, 1, 0, 1)) / static_cast<double>(rows - 1);
        return last + slope * Tensor::from(steps, {1, horizon, 1}).to(history.device());
      }
      case NaiveMethod::seasonal:
        break;
    }
    std::vector<int64_t> places;
    for (int64_t h = 0; h < horizon; ++h) places.push_back(rows - series().cycle() + h % series().cycle());
    return index_select(history, 1, Tensor::from(places, {horizon}).to(history.device()));
  }
};

}  // namespace

void NaiveOptions::validate(const SeriesOptions& series) const {
  check(method != NaiveMethod::drift || series.context >= 2,
        "naive: the drift is that of the history from end to end, and context is {}; give 2 or more",
        series.context);
  check(method != NaiveMethod::seasonal || series.season <= series.context,
        "naive: a season of {} rows and a context of {}; the context must hold a season", series.season,
        series.context);
}

void NaiveOptions::complete(SeriesOptions& series) const {
  if (method == NaiveMethod::last) series.context = 1;
  if (method == NaiveMethod::seasonal) series.context = series.cycle();
}

std::string NaiveOptions::summary() const { return std::string(name_of(method)); }

std::string NaiveOptions::why_useless(std::string_view option, const SeriesOptions&) const {
  if (option == "covariates") return "naive forecasts read no calendar";
  if (option != "context") return "";
  return method == NaiveMethod::last       ? "the last value is all that is read"
         : method == NaiveMethod::seasonal ? "it is the season"
                                           : "";
}

std::unique_ptr<Model> NaiveOptions::make(const ForecasterConfig<NaiveOptions>& config) {
  return std::make_unique<Naive>(config);
}

const ModelType& NaiveOptions::type() {
  using Type = ForecasterType<NaiveOptions>;
  static const Type kType(
      "naive", "NaiveForecaster", FittedBy::fitting,
      {{"naive", [](SeriesOptions& series, NaiveOptions&) { series.context = 1; }},
       {"seasonal-naive",
        [](SeriesOptions&, NaiveOptions& options) { options.method = NaiveMethod::seasonal; }},
       {"drift", [](SeriesOptions&, NaiveOptions& options) { options.method = NaiveMethod::drift; }},
       {"mean", [](SeriesOptions&, NaiveOptions& options) { options.method = NaiveMethod::mean; }}});
  return kType;
}

}  // namespace hodhod
