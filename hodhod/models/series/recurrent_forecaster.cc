// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/recurrent_forecaster.h"

#include <fmt/format.h>

#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

class RecurrentForecaster final : public ForecasterModel<RecurrentForecasterOptions> {
 public:
  explicit RecurrentForecaster(const ForecasterConfig<RecurrentForecasterOptions>& config)
      : ForecasterModel(config, QuantileSource::outputs) {
    const RecurrentForecasterOptions& body = config.body;
    const SeriesOptions& own = config.series;
    layers_ = Recurrent(RecurrentOptions{.cell = cell_of(body.cell),
                                         .input = body.patch * (1 + own.covariate_count()),
                                         .hidden = body.width,
                                         .layers = body.layers,
                                         .dropout = body.dropout});
    output_ = is_direct() ? Linear(body.width + own.horizon * own.covariate_count(),
                                   own.horizon * (1 + std::ssize(own.quantiles)))
                          : Linear(body.width, body.patch);
  }

  void for_each_parameter(const ParameterFunction& f) override { hodhod::for_each_parameter(*this, f); }
  // Cells: uniform in ±1/√H; the forget gates of LSTMs have bias 1. The output: Xavier-uniform, bias 0.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  Forecast forecast(const SeriesWindows& windows, Context& context) const override {
    const NoGrad off;
    check_history(windows.history);
    const NetworkInput input = network_input(*this, windows, options().norm);
    return forecast_of(*this, input.history,
                       is_direct() ? at_once(input, context) : step_by_step(input, context));
  }

  Tensor loss(const SeriesWindows& windows, const Tensor& targets, Context& context) const override {
    check_history(windows.history);
    const NetworkInput input = network_input(*this, windows, options().norm);
    const Tensor rows = target_rows(*this, targets);
    return is_direct() ? loss_of(*this, input.history, at_once(input, context), rows)
                       : loss_of_steps(input, rows, context);
  }

  template <class V>
  void visit(V& v) {
    visit_shared(v);
    v("rnn", layers_);
    v("output", output_);
  }

 private:
  bool is_direct() const { return options().mode == ForecastMode::direct; }

  // Numbers x [N, T · patch] and the calendar of rows `begin`, … as what the layers read, [N, T, input].
  Tensor steps_of(const Tensor& x, const Tensor& calendar, int64_t begin) const {
    const int64_t rows = x.dim(0), steps = x.dim(1) / options().patch;
    const Tensor values = reshape(x, {rows, steps, options().patch});
    if (!calendar.defined()) return values;
    const Tensor known = contiguous(slice(calendar, 1, begin, begin + x.dim(1)));
    return concat({values, reshape(known, {rows, steps, options().patch * series().covariate_count()})}, 2);
  }

  Tensor dropped(const Tensor& x, Context& context) const {
    return context.training && options().dropout > 0 ? dropout(x, options().dropout, context.next_stream())
                                                     : x;
  }

  // Reads steps x [N, T, input] from a state on.
  RecurrentRun read(const Tensor& x, const RecurrentInput& start, Context& context) const {
    const Trace::Scope scope(context.trace, "encoder");
    trace(context, "steps", Component::input, "BTC", x);
    return layers_(x, context, start);
  }

  // [N, H · (1 + Q)]
  Tensor at_once(const NetworkInput& input, Context& context) const {
    const Tensor states = read(steps_of(input.history.x, input.calendar, 0), {}, context).output;
    Tensor last = dropped(select(states, 1, states.dim(1) - 1), context);
    if (input.calendar.defined()) {
      const Tensor future = contiguous(slice(input.calendar, 1, series().context, input.calendar.dim(1)));
      last = concat({last, reshape(future, {last.dim(0), -1})}, 1);
    }
    const Tensor y = output_(last, context);
    trace(context, "forecast", Component::linear, "BC", y);
    return y;
  }

  // The calendar that a step reads is that of the rows that it predicts: they are known before.
  Tensor step_by_step(const NetworkInput& input, Context& context) const {
    const int64_t patch = options().patch;
    RecurrentRun run = read(steps_of(input.history.x, input.calendar, patch), {}, context);
    std::vector<Tensor> predicted;
    for (int64_t done = 0;;) {
      predicted.push_back(output_(select(run.output, 1, run.output.dim(1) - 1), context));
      done += patch;
      if (done >= series().horizon) break;
      const Tensor next = steps_of(predicted.back(), input.calendar, series().context + done);
      run = read(next, {.state = run.last}, context);
    }
    const Tensor y = concat(predicted, 1);
    trace(context, "forecast", Component::linear, "BC", y);
    return contiguous(slice(y, 1, 0, series().horizon));
  }

  // The squared errors of the forecasts of all steps, as if they were those of the horizon alone.
  Tensor loss_of_steps(const NetworkInput& input, const Tensor& targets, Context& context) const {
    const int64_t patch = options().patch;
    const Tensor all = concat({input.history.x, input.history.normalised(targets)}, 1);
    const int64_t length = all.dim(1);
    const Tensor x = steps_of(contiguous(slice(all, 1, 0, length - patch)), input.calendar, patch);
    const Tensor y = output_(dropped(layers_(x, context).output, context), context);
    const Tensor found = input.history.restored(reshape(y, {all.dim(0), length - patch}));
    const Tensor wanted = input.history.restored(contiguous(slice(all, 1, patch, length)));
    const double share = static_cast<double>(targets.dim(1)) / static_cast<double>(length - patch);
    return mse_loss(found, wanted, Reduction::sum) * share;
  }

  Recurrent layers_;
  Linear output_;
};

void RecurrentForecaster::initialise(const Rng& rng, const ParameterChoice& wanted) {
  ForecasterModel::initialise(rng, wanted);
  const int64_t hidden = options().width;
  const double limit = 1 / std::sqrt(static_cast<double>(hidden));
  for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng stream = stream_of(rng, name);
    if (name.starts_with("rnn.")) {
      init_uniform(parameter, -limit, limit, stream);
      // The gates are in the order i, f, g, o; this is f.
      const bool forgets = options().cell == RecurrentCell::lstm && name.find("bias_ih") != std::string::npos;
      if (forgets) fill(slice(parameter, 0, hidden, 2 * hidden), 1);
    } else if (name == "output.weight") {
      init_xavier_uniform(parameter, stream);
    }
  });
}

}  // namespace

void RecurrentForecasterOptions::validate(const SeriesOptions& series) const {
  check(series.context % patch == 0,
        "recurrent-forecaster: context {} is not a multiple of patch {}, the rows of a step; change one of "
        "them",
        series.context, patch);
  if (mode == ForecastMode::direct) return;
  check(series.horizon % patch == 0,
        "recurrent-forecaster: horizon {} is not a multiple of patch {}, the rows of a step; change one of "
        "them",
        series.horizon, patch);
  check(
      series.quantiles.empty(),
      "recurrent-forecaster: quantiles need mode=direct; those of single steps are not those of the horizon");
}

std::string RecurrentForecasterOptions::summary() const {
  return fmt::format("{} {}, {} layers, width {}, {} rows a step", name_of(cell), name_of(mode), layers,
                     width, patch);
}

std::unique_ptr<Model> RecurrentForecasterOptions::make(
    const ForecasterConfig<RecurrentForecasterOptions>& config) {
  return std::make_unique<RecurrentForecaster>(config);
}

const ModelType& RecurrentForecasterOptions::type() {
  using Options = RecurrentForecasterOptions;
  using Series = SeriesOptions;
  static const ForecasterType<Options> kType(
      "recurrent-forecaster", "RecurrentForecaster", FittedBy::gradients,
      {{"recurrent-forecaster", [](Series&, Options&) {}},
       {"gru-forecaster", [](Series&, Options&) {}},
       {"lstm-forecaster", [](Series&, Options& options) { options.cell = RecurrentCell::lstm; }},
       {"rnn-forecaster", [](Series&, Options& options) { options.cell = RecurrentCell::tanh; }}});
  return kType;
}

}  // namespace hodhod
