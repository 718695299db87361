// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_json.h"

#include <string>

#include "hodhod/base/visit.h"

namespace hodhod {
Json generation_json(const DecodeOptions& options, const TransformerConfig& config) {
  Json json = Json::object();
  const Json ours = to_json(options), theirs = to_json(DecodeOptions{.top_k = 50});
  for (const auto& [key, value] : ours.items()) {
    if (key == "seed" || value == theirs[key]) continue;
    if (options.do_sample || !is_of_sampling(key)) json[key] = value;
  }
  if (!json.contains("max_new_tokens")) json["max_length"] = config.max_length;
  if (config.bos >= 0) json["bos_token_id"] = config.bos;
  if (config.eos >= 0)
    json["eos_token_id"] = config.other_eos.empty() ? Json(config.eos) : Json(config.ends());
  if (config.pad >= 0) json["pad_token_id"] = config.pad;
  if (config.has_encoder()) {
    json["decoder_start_token_id"] = config.decoder_start;
    if (config.pad >= 0 && config.pad != config.eos) {
      json["bad_words_ids"] = Json::array({Json::array({config.pad})});
    }
    if (config.eos >= 0) json["forced_eos_token_id"] = config.eos;
  }
  return json;
}

}  // namespace hodhod
