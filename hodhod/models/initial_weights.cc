// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/initial_weights.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/positions.h"

namespace hodhod {
namespace {

// Fills the table with sinusoids of this standard deviation.
void fill_with_waves(Tensor& positions, double deviation) {
  const Tensor waves = sinusoidal_positions(positions.dim(0), positions.dim(1), SinusoidOrder::halves);
  const auto amplitude = static_cast<float>(deviation * std::sqrt(2.0));
  std::transform(waves.data<float>(), waves.data<float>() + waves.numel(), positions.data<float>(),
                 [=](float wave) { return amplitude * wave; });
}

}  // namespace

void draw_initial_weights(TransformerModel& model, const Rng& rng, const ParameterChoice& wanted) {
  const TransformerConfig& config = model.config().body;
  const bool pre = config.norm_placement != NormPlacement::post;
  const double one = config.norm_plus_one ? 0 : 1;
  const bool guesses_hidden_words = head_as<MaskedLanguageHead>(model) != nullptr;
  const double layers = static_cast<double>(std::max(config.encoder_layers, config.decoder_layers));
  const double embedding = config.scale_output && config.tie_embeddings ? 1
                           : config.scale_embedding ? 1 / std::sqrt(static_cast<double>(config.width))
                                                    : 0.02;
  for_each_parameter(model, [&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng stream = stream_of(rng, name);
    const std::string_view view = name;
    if (parameter.rank() < 2) {
      fill(parameter, view.ends_with("norm.weight") ? one : 0);
    } else if (view.ends_with("embedding.weight") || name == "output.weight") {
      init_normal(parameter, 0, embedding, stream);
    } else if (view.ends_with("position.weight") && guesses_hidden_words) {
      fill_with_waves(parameter, 0.02);
    } else if (view.ends_with("position.weight") || view.ends_with("token_type.weight") ||
               view.ends_with("relative.weight")) {
      init_normal(parameter, 0, 0.02, stream);
    } else if (pre) {
      const bool ends_sublayer = view.ends_with("attention.output.weight") || view.ends_with("down.weight");
      init_normal(parameter, 0, ends_sublayer ? 0.02 / std::sqrt(2 * layers) : 0.02, stream);
    } else {
      init_xavier_uniform(parameter, stream);
    }
  });
}

}  // namespace hodhod
