// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/windows.h"

#include <algorithm>

#include "hodhod/base/error.h"

namespace hodhod::hf {
namespace {

constexpr const char *kWindow = "sliding_attention", *kFull = "full_attention";

std::vector<std::string> layer_types(const TransformerConfig& config) {
  std::vector<std::string> types;
  for (int64_t i = 0; i < config.decoder_layers; ++i)
    types.emplace_back(config.has_window(i) ? kWindow : kFull);
  return types;
}

}  // namespace

int64_t read_window(ConfigReader& reader, int64_t usual) {
  const bool given = reader.mentions("sliding_window");
  const int64_t window = reader.get_or<int64_t>("sliding_window", given ? 0 : usual);
  check(window >= 0 && window <= 1 << 30,
        "{}: a window of {} keys; give a number from 1 to {}, or null for all keys",
        reader.place("sliding_window"), window, 1 << 30);
  return window;
}

void read_layer_types(ConfigReader& reader, TransformerConfig& config) {
  const auto wanted = reader.get_or<std::vector<std::string>>("layer_types", {});
  if (wanted.empty()) return;
  const std::string place = reader.place("layer_types");
  check(std::ssize(wanted) == config.decoder_layers, "{}: {} layers, and the model has {}; make them agree",
        place, wanted.size(), config.decoder_layers);
  for (const std::string& type : wanted) {
    check(type == kWindow || type == kFull, "{}: {} is not known; {} and {} are", place, shown(Json(type)),
          kWindow, kFull);
  }
  const auto first = std::find(wanted.begin(), wanted.end(), kWindow);
  if (first == wanted.end()) {
    config.window = config.window_from = config.full_every = 0;
    return;
  }
  check(config.window > 0, "{}: layers with a window, and sliding_window does not say of how many keys",
        place);
  config.window_from = first - wanted.begin();
  config.full_every = 0;
  const int64_t next_full = std::find(first, wanted.end(), kFull) - wanted.begin();
  for (int64_t every = 2; layer_types(config) != wanted; ++every) {
    check(every <= next_full + 1,
          "{}: this order of layers is not known; known are layers that see everything, then ones with a "
          "window, of which each so-many-th sees everything",
          place);
    config.full_every = every;
  }
}

void write_layer_types(const TransformerConfig& config, Json& out) {
  Json types = Json::array({});
  for (std::string& type : layer_types(config)) types.push_back(std::move(type));
  out["layer_types"] = types;
}

}  // namespace hodhod::hf
