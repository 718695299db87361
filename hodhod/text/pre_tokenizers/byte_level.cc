// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/byte_level.h"

#include "hodhod/text/pre_tokenizers/gpt2_pattern.h"
#include "hodhod/text/pre_tokenizers/split_pieces.h"

namespace hodhod::text {
namespace {

class ByteLevel : public PreTokenizer {
 public:
  explicit ByteLevel(ByteLevelOptions options) : options_(options) {}

  void apply(SplitText& split) const override {
    if (options_.add_prefix_space) add_prefix_space(split);
    if (options_.use_regex) cut(split);
    split.bytes = true;
  }

  Json to_json() const override {
    return {{"type", "ByteLevel"},
            {"add_prefix_space", options_.add_prefix_space},
            {"trim_offsets", options_.trim_offsets},
            {"use_regex", options_.use_regex}};
  }

 private:
  static void add_prefix_space(SplitText& split) {
    rewrite_pieces(split, [](const Piece& piece, NormalizedText::Editor& edit) {
      if (edit.source()[piece.range.begin] != ' ') edit.insert(" ");
      edit.keep(piece.range.size());
    });
  }

  void cut(SplitText& split) const {
    std::vector<Piece> pieces;
    const std::string_view text = split.text.view();
    pieces.reserve(text.size() / 4 + 8);
    for (const Piece& piece : split.pieces) {
      if (piece.token >= 0) {
        pieces.push_back(piece);
        continue;
      }
      const std::string_view inside = text.substr(0, piece.range.end);
      for (size_t at = piece.range.begin; at < inside.size();) {
        const size_t end = scanner_.next(inside, at);
        pieces.push_back({{static_cast<uint32_t>(at), static_cast<uint32_t>(end)}});
        at = end;
      }
    }
    split.pieces = std::move(pieces);
  }

  ByteLevelOptions options_;
  Gpt2Scanner scanner_;
};

}  // namespace

PreTokenizerPtr make_byte_level(ByteLevelOptions options) { return std::make_unique<ByteLevel>(options); }

}  // namespace hodhod::text
