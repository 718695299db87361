// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_json.h"

#include <string>

#include "hodhod/base/visit.h"

namespace hodhod {
Json generation_json(const DecodeOptions& options, const ModelConfig& config) {
  const SpecialIds& special = config.special();
  Json json = Json::object();
  const Json ours = to_json(options), theirs = to_json(DecodeOptions{.top_k = 50});
  for (const auto& [key, value] : ours.items()) {
    if (key == "seed" || value == theirs[key]) continue;
    if (options.do_sample || !is_of_sampling(key)) json[key] = value;
  }
  if (!json.contains("max_new_tokens")) json["max_length"] = config.max_length();
  if (special.bos >= 0) json["bos_token_id"] = special.bos;
  if (special.eos >= 0)
    json["eos_token_id"] = special.other_eos.empty() ? Json(special.eos) : Json(special.ends());
  if (special.pad >= 0) json["pad_token_id"] = special.pad;
  if (config.reads_source()) {
    json["decoder_start_token_id"] =
        options.decoder_start >= 0 ? options.decoder_start : special.decoder_start;
    if (options.forced_bos >= 0) json["forced_bos_token_id"] = options.forced_bos;
    if (special.pad >= 0 && special.pad != special.eos) {
      json["bad_words_ids"] = Json::array({Json::array({special.pad})});
    }
    if (special.eos >= 0) json["forced_eos_token_id"] = special.eos;
  }
  return json;
}

}  // namespace hodhod
