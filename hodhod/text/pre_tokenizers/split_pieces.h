// SPDX-License-Identifier: Apache-2.0
// Splitting the pieces of a SplitText at delimiters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"
#include "hodhod/text/pre_tokenizers/split_behavior.h"

namespace hodhod::text {

// A part of a piece: a delimiter, or the text between two.
struct Stretch {
  Range range;
  bool delimiter;
};

// Appends the pieces that `behavior` makes of the stretches of one piece. May change `stretches`.
void append_stretches(std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out);

// Splits every piece: find(piece, base, found) calls found(range) for the delimiters in `piece`, from left to
// right, with ranges moved by `base`; an empty one splits the text at its place.
template <class Find>
void split_pieces(SplitText& split, SplitBehavior behavior, bool invert, Find&& find) {
  std::vector<Piece> pieces;
  pieces.reserve(split.pieces.size());
  std::vector<Stretch> stretches;
  for (const Piece& piece : split.pieces) {
    if (piece.token >= 0) {
      pieces.push_back(piece);
      continue;
    }
    stretches.clear();
    uint32_t done = piece.range.begin;
    find(split.text.view().substr(done, piece.range.size()), piece.range.begin, [&](Range found) {
      if (found.begin > done) stretches.push_back({{done, found.begin}, invert});
      stretches.push_back({found, !invert});
      done = found.end;
    });
    if (done < piece.range.end) stretches.push_back({{done, piece.range.end}, invert});
    const size_t first = pieces.size();
    append_stretches(stretches, behavior, pieces);
    const auto begin = pieces.begin() + static_cast<std::ptrdiff_t>(first);
    const auto is_empty = [](const Piece& made) { return made.range.size() == 0; };
    pieces.erase(std::remove_if(begin, pieces.end(), is_empty), pieces.end());
  }
  split.pieces = std::move(pieces);
}

// Rewrites the text piece by piece: edit_piece(piece, edit) must consume exactly the piece.
template <class EditPiece>
void rewrite_pieces(SplitText& split, EditPiece&& edit_piece) {
  NormalizedText::Editor edit(split.text);
  for (Piece& piece : split.pieces) {
    edit.keep(piece.range.begin - edit.read());
    const auto begin = static_cast<uint32_t>(edit.written());
    if (piece.token >= 0) {
      edit.keep(piece.range.size());
    } else {
      edit_piece(piece, edit);
    }
    piece.range = {begin, static_cast<uint32_t>(edit.written())};
  }
  edit.finish();
}

}  // namespace hodhod::text
