// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/unigram.h"

#include "hodhod/base/error.h"
#include "hodhod/text/models/unigram_model.h"

namespace hodhod::text {
namespace {

const UnigramModel& as_unigram(const TokenizerModel& model) {
  const auto* unigram = dynamic_cast<const UnigramModel*>(&model);
  check(unigram != nullptr, "sampling segmentations: the model is {}; only Unigram has probabilities",
        model.type());
  return *unigram;
}

}  // namespace

std::vector<ScoredTokens> best_tokens(const TokenizerModel& model, std::string_view piece, size_t n) {
  const UnigramModel& unigram = as_unigram(model);
  check(n <= 1024, "best_tokens: {} segmentations asked for; at most 1024 are given", n);
  std::vector<ScoredTokens> result;
  for (const Segmentation& found : best_segmentations(unigram.table(), piece, n)) {
    result.push_back({unigram.finish(piece, found.tokens), found.score});
  }
  return result;
}

std::vector<Token> sample_tokens(const TokenizerModel& model, std::string_view piece, double alpha,
                                 Rng& rng) {
  const UnigramModel& unigram = as_unigram(model);
  std::vector<Token> found;
  sample_segmentation(unigram.table(), piece, alpha, rng, found);
  return unigram.finish(piece, found);
}

ModelPtr make_unigram(std::vector<std::pair<std::string, double>> pieces, std::optional<int32_t> unk_id,
                      bool byte_fallback, const std::string& where) {
  UnigramOptions options;
  options.byte_fallback = byte_fallback;
  return std::make_unique<UnigramModel>(std::move(pieces), unk_id, std::move(options), where);
}

ModelPtr unigram_from_json(const Json& json, const std::string& where) {
  const Json* vocab = json_find(json, "vocab");
  check(vocab != nullptr && vocab->is_array(), "{}: vocab: expected a list of [token, score]", where);
  std::vector<std::pair<std::string, double>> pieces;
  pieces.reserve(vocab->size());
  for (const Json& entry : *vocab) {
    check(entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_number(),
          "{}: vocab: entry {}: expected [token, score]", where, pieces.size());
    pieces.emplace_back(entry[0].get<std::string>(), entry[1].get<double>());
  }
  std::optional<int32_t> unk_id;
  if (const Json* id = json_find(json, "unk_id"); id != nullptr && !id->is_null()) {
    const auto value = json_as<int64_t>(*id, where + ": unk_id");
    check(value >= 0 && value < static_cast<int64_t>(pieces.size()),
          "{}: unk_id: {} is not the id of one of its {} tokens", where, value, pieces.size());
    unk_id = static_cast<int32_t>(value);
  }
  return make_unigram(std::move(pieces), unk_id, json_get_or<bool>(json, "byte_fallback", false, where),
                      where);
}

}  // namespace hodhod::text
