// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_level.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/text/models/vocabulary.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::text {
namespace {

class WordLevel : public TokenizerModel {
 public:
  WordLevel(Vocabulary vocabulary, std::string unk_token)
      : vocabulary_(std::move(vocabulary)),
        unk_token_(std::move(unk_token)),
        unk_(vocabulary_.find(unk_token_)) {}

  std::string_view type() const override { return "WordLevel"; }
  int32_t vocab_size() const override { return vocabulary_.size(); }
  std::optional<int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::string_view id_to_token(int32_t id) const override { return vocabulary_.token(id); }
  std::optional<int32_t> unknown_id() const override { return unk_ < 0 ? std::nullopt : std::optional(unk_); }

  void encode(std::string_view piece, Scratch&, std::vector<Token>& out) const override {
    int32_t id = vocabulary_.find(piece);
    if (id < 0) id = unk_;
    if (id >= 0) out.push_back({id, 0, static_cast<uint32_t>(piece.size())});
  }

  void encode_all(std::span<const std::string_view> pieces, std::vector<int32_t>& ids) const {
    const auto first = static_cast<std::ptrdiff_t>(ids.size());
    vocabulary_.find_all(pieces, ids);
    std::replace_if(
        ids.begin() + first, ids.end(), [](int32_t id) { return id < 0; }, unk_);
    if (unk_ < 0) ids.erase(std::remove(ids.begin() + first, ids.end(), unk_), ids.end());
  }

  std::string to_json() const override {
    return fmt::format(R"({{"type":"WordLevel","vocab":{},"unk_token":{}}})", vocabulary_.to_json(),
                       quote_json(unk_token_));
  }

 private:
  Vocabulary vocabulary_;
  std::string unk_token_;
  int32_t unk_;
};

}  // namespace

ModelPtr make_word_level(const std::vector<std::string>& tokens, std::string unk_token,
                         const std::string& where) {
  return std::make_unique<WordLevel>(Vocabulary(tokens, where), std::move(unk_token));
}

bool encode_whole_words(const TokenizerModel& model, std::span<const std::string_view> pieces,
                        std::vector<int32_t>& ids) {
  const auto* words = dynamic_cast<const WordLevel*>(&model);
  if (words != nullptr) words->encode_all(pieces, ids);
  return words != nullptr;
}

ModelPtr word_level_from_json(const Json& json, const std::string& where) {
  const Json* vocab = json_find(json, "vocab");
  check(vocab != nullptr, "{}: the key \"vocab\" is missing", where);
  return std::make_unique<WordLevel>(Vocabulary::from_json(*vocab, where + ": vocab"),
                                     json_get_or<std::string>(json, "unk_token", "<unk>", where));
}

}  // namespace hodhod::text
