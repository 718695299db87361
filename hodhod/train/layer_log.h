// SPDX-License-Identifier: Apache-2.0
// Whether each part of a model learns at a sound pace: how large gradients, weights and updates are, group by
// group, and how large the output of each layer is.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/nn/trace.h"
#include "hodhod/train/line_log.h"
#include "hodhod/train/optimizer.h"

namespace hodhod {

// The group of a parameter: the sub-layer it belongs to. Of "encoder.layer.0.self_attention.query.weight" it
// is "encoder.layer.0.self_attention"; of "decoder.weight_hh_l1", a recurrent layer's,
// "decoder.layer.1.hidden"; of a parameter in no layer, its name without the last part.
std::string parameter_group(std::string_view parameter);

// Lines {"step": 50, "gradient": {GROUP: …}, "weight": {…}, "update": {…}, "output": {LAYER: …}} of
//   gradient  ‖g‖₂ of the mean gradient of the update's items, before clipping
//   weight    ‖w‖₂ before the update
//   update    ‖Δw‖₂ / ‖w‖₂ (null where w is zero)
//   output    √(mean x²) of what each layer puts out in the first batch of the update, padding included
// The numbers are sums in double in a fixed order. Measuring changes no bit of the training.
class LayerLog {
 public:
  // Goes on after `step`, as LineLog does.
  LayerLog(std::string path, int64_t step);
  // Its trace holds on to it.
  LayerLog(const LayerLog&) = delete;
  LayerLog& operator=(const LayerLog&) = delete;

  // For the forward pass of a batch: it measures the outputs of the layers.
  Trace* trace();
  // Makes the update as optimizer.step(rate, scale) does, and adds the line of `step`. `items` are those of
  // the update: the gradients are their sums. Needs memory for a copy of the largest parameter.
  void step(Optimizer& optimizer, double rate, double scale, double items, int64_t step);

 private:
  void measure(const Trace::Entry& entry);

  LineLog lines_;
  Trace trace_;
  std::vector<std::pair<std::string, double>> outputs_;
};

}  // namespace hodhod
