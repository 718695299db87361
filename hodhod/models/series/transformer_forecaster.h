// SPDX-License-Identifier: Apache-2.0
// A Transformer's encoder over patches of a series (PatchTST: Nie et al. 2023, "A Time Series is Worth 64
// Words"), the same network for every column:
//
//   history, its last value repeated `stride` times → P patches of `patch` rows, `stride` apart
//   → linear layer + learned positions → encoder blocks (pre-norm) → norm → all states side by side
//   → linear layer → all H rows at once
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hodhod/base/number_range.h"
#include "hodhod/models/series/network.h"
#include "hodhod/models/series/series_config.h"

namespace hodhod {

struct TransformerForecasterOptions {
  int64_t patch = 16, stride = 8;
  int64_t width = 16, heads = 4, layers = 3, feed_forward = 128;
  double dropout = 0.3;
  WindowNorm norm = WindowNorm::instance;

  // P
  int64_t patches(const SeriesOptions& series) const { return (series.context - patch) / stride + 2; }

  void validate(const SeriesOptions& series) const;
  void complete(SeriesOptions&) const {}
  std::string summary() const;
  std::string why_useless(std::string_view option, const SeriesOptions& series) const;
  static std::unique_ptr<Model> make(const ForecasterConfig<TransformerForecasterOptions>& config);
  static const ModelType& type();

  template <class Visitor>
  void visit(Visitor&& v) {
    v("patch", patch, "Rows in a patch", in(1, 1 << 16));
    v("stride", stride, "Rows from one patch to the next", in(1, 1 << 16));
    v("width", width, "Channels of a hidden state", in(1, 1 << 16));
    v("heads", heads, "Attention heads", in(1, 1 << 12));
    v("layers", layers, "Number of encoder blocks", in(1, 1000));
    v("feed_forward", feed_forward, "Hidden units of a block's feed-forward network", in(1, 1 << 20));
    v("dropout", dropout, "Dropout of patches, of each sub-layer and before the last layer",
      at_least(0).below(1));
    v("norm", norm, "What a window is measured from: nothing, its last value, its mean and deviation");
  }
};

}  // namespace hodhod
