// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/tokens.h"

#include <algorithm>

#include "hodhod/base/error.h"

namespace hodhod::hf {
namespace {

constexpr int64_t kNone = -1;

// The ids that the file gives, or `otherwise` if it gives none.
std::vector<int64_t> read_ids(ConfigReader& reader, const char* key, std::vector<int64_t> otherwise,
                              int64_t vocabulary) {
  const bool given = reader.mentions(key);
  if (given) {
    otherwise.clear();
    if (const Json* value = reader.find(key)) {
      otherwise = value->is_array() ? json_as<std::vector<int64_t>>(*value, reader.place(key))
                                    : std::vector{json_as<int64_t>(*value, reader.place(key))};
    }
  }
  std::vector<int64_t> ids;
  for (const int64_t id : otherwise) {
    check(id >= kNone, "{}: expected the number of a token, found {}", reader.place(key), id);
    if (id >= vocabulary && given) {
      reader.warn(key, fmt::format("token {} is outside the vocabulary of {} tokens and never occurs", id,
                                   vocabulary));
    }
    if (id >= 0 && id < vocabulary && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

int64_t read_id(ConfigReader& reader, const char* key, int64_t otherwise, int64_t vocabulary) {
  const std::vector<int64_t> ids = read_ids(reader, key, {otherwise}, vocabulary);
  if (ids.size() > 1) reader.warn(key, fmt::format("of several tokens the first, {}, is used", ids[0]));
  return ids.empty() ? kNone : ids[0];
}

Json json_of_id(int64_t id) { return id == kNone ? Json(nullptr) : Json(id); }

}  // namespace

void read_tokens(ConfigReader& reader, SpecialIds& special, int64_t vocabulary, bool reads_source) {
  special.bos = read_id(reader, "bos_token_id", special.bos, vocabulary);
  special.pad = read_id(reader, "pad_token_id", special.pad, vocabulary);
  const auto ends = read_ids(reader, "eos_token_id", {special.eos}, vocabulary);
  special.eos = ends.empty() ? kNone : ends[0];
  if (!ends.empty()) special.other_eos.assign(ends.begin() + 1, ends.end());
  if (!reads_source) return;
  const int64_t start = special.decoder_start < vocabulary ? special.decoder_start : special.pad;
  special.decoder_start = read_id(reader, "decoder_start_token_id", start, vocabulary);
  check(special.decoder_start != kNone, "{}: the decoder has no token of the vocabulary to start from",
        reader.place("decoder_start_token_id"));
}

void write_tokens(const SpecialIds& special, bool reads_source, Json& out) {
  out["pad_token_id"] = json_of_id(special.pad);
  out["bos_token_id"] = json_of_id(special.bos);
  out["eos_token_id"] = special.other_eos.empty() ? json_of_id(special.eos) : Json(special.ends());
  if (reads_source) out["decoder_start_token_id"] = special.decoder_start;
}

}  // namespace hodhod::hf
