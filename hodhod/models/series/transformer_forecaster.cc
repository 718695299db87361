// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/transformer_forecaster.h"

#include <fmt/format.h>

#include "hodhod/base/error.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/norm.h"
#include "hodhod/nn/traced_norm.h"
#include "hodhod/nn/transformer_block.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

class TransformerForecaster final : public ForecasterModel<TransformerForecasterOptions> {
 public:
  explicit TransformerForecaster(const ForecasterConfig<TransformerForecasterOptions>& config)
      : ForecasterModel(config, QuantileSource::outputs) {
    const TransformerForecasterOptions& body = config.body;
    const int64_t patches = body.patches(config.series);
    patch_ = Linear(body.patch, body.width);
    positions_ = Tensor::empty({patches, body.width});
    const TransformerBlockOptions block{.attention = {.width = body.width, .heads = body.heads},
                                        .feed_forward = {.width = body.width,
                                                         .hidden = body.feed_forward,
                                                         .activation = kernels::Activation::gelu},
                                        .norm = {},
                                        .placement = NormPlacement::pre,
                                        .dropout = body.dropout};
    for (int64_t i = 0; i < body.layers; ++i) layers_.emplace_back(block);
    norm_ = Norm(body.width);
    output_ = Linear(patches * body.width, config.series.horizon * (1 + std::ssize(config.series.quantiles)));
  }

  void for_each_parameter(const ParameterFunction& f) override { hodhod::for_each_parameter(*this, f); }
  // Matrices: Xavier-uniform. Positions: normal with deviation 0.02. Norms: 1. Biases: 0.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override {
    ForecasterModel::initialise(rng, wanted);
    for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (!wanted(name)) return;
      if (name == "positions") {
        init_normal(parameter, 0, 0.02, stream_of(rng, name));
      } else if (name.ends_with("norm.weight")) {
        init_ones(parameter);
      } else if (parameter.rank() == 2 && name.ends_with(".weight")) {
        init_xavier_uniform(parameter, stream_of(rng, name));
      }
    });
  }

  Forecast forecast(const SeriesWindows& windows, Context& context) const override {
    const NoGrad off;
    check_history(windows.history);
    const NetworkInput input = network_input(*this, windows, options().norm);
    return forecast_of(*this, input.history, run(input.history.x, context));
  }

  Tensor loss(const SeriesWindows& windows, const Tensor& targets, Context& context) const override {
    check_history(windows.history);
    const NetworkInput input = network_input(*this, windows, options().norm);
    return loss_of(*this, input.history, run(input.history.x, context), target_rows(*this, targets));
  }

  template <class V>
  void visit(V& v) {
    visit_shared(v);
    v("patch", patch_);
    v("positions", positions_);
    v("layer", layers_);
    v("norm", norm_);
    v("output", output_);
  }

 private:
  Tensor dropped(const Tensor& x, Context& context) const {
    return context.training && options().dropout > 0 ? dropout(x, options().dropout, context.next_stream())
                                                     : x;
  }

  // x [N, L] → [N, P, patch]
  Tensor patches_of(const Tensor& x) const {
    const int64_t rows = x.dim(0), length = x.dim(1), count = options().patches(series());
    std::vector<int64_t> places;
    for (int64_t p = 0; p < count; ++p) {
      for (int64_t i = 0; i < options().patch; ++i)
        places.push_back(std::min(p * options().stride + i, length - 1));  // the last value is repeated
    }
    const Tensor taken = index_select(x, 1, Tensor::from(places, {std::ssize(places)}).to(x.device()));
    return reshape(taken, {rows, count, options().patch});
  }

  // [N, P, patch] → [N, P, C]
  Tensor encode(const Tensor& patches, Context& context) const {
    const Trace::Scope scope(context.trace, "encoder");
    trace(context, "steps", Component::input, "BTC", patches);
    trace(context, "embedding.position_rows", Component::positions, "TC", positions_);
    Tensor x = dropped(patch_(patches, context) + positions_, context);
    trace(context, "embedding.output", Component::embedding, "BTC", x);
    for (size_t i = 0; i < layers_.size(); ++i) {
      const Trace::Scope layer(context.trace, "layer", i);
      x = layers_[i](x, {}, context);
    }
    return traced_norm(norm_, "final_norm", x, context);
  }

  // [N, L] → [N, H · (1 + Q)]
  Tensor run(const Tensor& rows, Context& context) const {
    const Tensor x = encode(patches_of(rows), context);
    const Tensor flat = dropped(reshape(x, {x.dim(0), x.dim(1) * x.dim(2)}), context);
    const Tensor y = output_(flat, context);
    trace(context, "forecast", Component::linear, "BC", y);
    return y;
  }

  Linear patch_;      // patch → C
  Tensor positions_;  // [P, C]
  std::vector<TransformerBlock> layers_;
  Norm norm_;
  Linear output_;  // P · C → H · (1 + Q)
};

}  // namespace

void TransformerForecasterOptions::validate(const SeriesOptions& series) const {
  check(patch <= series.context, "transformer-forecaster: a patch has {} rows, and the context {}", patch,
        series.context);
  check(width % heads == 0,
        "transformer-forecaster: width {} is not a multiple of heads {}; change one of them", width, heads);
}

std::string TransformerForecasterOptions::summary() const {
  return fmt::format("{} layers, width {}, patches of {}, {} apart", layers, width, patch, stride);
}

std::string TransformerForecasterOptions::why_useless(std::string_view option, const SeriesOptions&) const {
  return option == "covariates" ? "the Transformer reads no calendar" : "";
}

std::unique_ptr<Model> TransformerForecasterOptions::make(
    const ForecasterConfig<TransformerForecasterOptions>& config) {
  return std::make_unique<TransformerForecaster>(config);
}

const ModelType& TransformerForecasterOptions::type() {
  using Options = TransformerForecasterOptions;
  static const ForecasterType<Options> kType(
      "transformer-forecaster", "TransformerForecaster", FittedBy::gradients,
      {{"transformer-forecaster", [](SeriesOptions& series, Options&) { series.context = 336; }}});
  return kType;
}

}  // namespace hodhod
