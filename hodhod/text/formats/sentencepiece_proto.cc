// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/sentencepiece_proto.h"

#include <array>
#include <cmath>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/text/formats/wire_format.h"
#include "hodhod/text/unicode/byte_tokens.h"

namespace hodhod::text {
namespace {

using Proto = SentencePieceProto;
using PieceType = Proto::PieceType;

Proto::Piece parse_piece(WireReader fields) {
  Proto::Piece piece;
  for (; fields.next();) {
    switch (fields.number()) {
      case 1:
        piece.text = fields.bytes();
        break;
      case 2:
        piece.score = fields.float32();
        check(std::isfinite(piece.score),
              "{}: byte {}: a piece's score is not a finite number; the file is damaged", fields.name(),
              fields.position());
        break;
      case 3: {
        const uint64_t type = fields.varint();
        check(type >= 1 && type <= 6, "{}: byte {}: piece type {} is not one of 1 to 6", fields.name(),
              fields.position(), type);
        piece.type = static_cast<PieceType>(type);
        break;
      }
      default:
        break;
    }
  }
  return piece;
}

void parse_trainer(WireReader fields, Proto& proto) {
  for (; fields.next();) {
    switch (fields.number()) {
      case 3: {
        const uint64_t type = fields.varint();
        check(type >= 1 && type <= 4, "{}: byte {}: model type {} is not one of 1 to 4", fields.name(),
              fields.position(), type);
        proto.model_type = static_cast<Proto::ModelType>(type);
        break;
      }
      case 24:
        proto.treat_whitespace_as_suffix = fields.boolean();
        break;
      case 35:
        proto.byte_fallback = fields.boolean();
        break;
      case 40:
        proto.unk_id = fields.int32();
        break;
      case 41:
        proto.bos_id = fields.int32();
        break;
      case 42:
        proto.eos_id = fields.int32();
        break;
      case 43:
        proto.pad_id = fields.int32();
        break;
      case 44:
        proto.unk_surface = fields.bytes();
        break;
      default:
        break;
    }
  }
}

void parse_normalizer(WireReader fields, Proto::Normalizer& normalizer) {
  for (; fields.next();) {
    switch (fields.number()) {
      case 1:
        normalizer.name = fields.bytes();
        break;
      case 2:
        normalizer.precompiled_charsmap = fields.bytes();
        break;
      case 3:
        normalizer.add_dummy_prefix = fields.boolean();
        break;
      case 4:
        normalizer.remove_extra_whitespaces = fields.boolean();
        break;
      case 5:
        normalizer.escape_whitespaces = fields.boolean();
        break;
      default:
        break;
    }
  }
}

void parse_samples(WireReader fields, std::vector<Proto::Sample>& samples) {
  for (; fields.next();) {
    if (fields.number() != 1) continue;
    Proto::Sample sample;
    for (WireReader inner = fields.message(); inner.next();) {
      if (inner.number() == 1) sample.input = inner.bytes();
      if (inner.number() == 2) sample.expected = inner.bytes();
    }
    samples.push_back(std::move(sample));
  }
}

void check_pieces(const Proto& proto, std::string_view name) {
  check(!proto.pieces.empty(), "{}: holds no pieces; it is not a SentencePiece model", name);
  std::unordered_set<std::string_view> normal, reserved;
  std::array<bool, 256> byte_found{};
  int unknowns = 0;
  size_t bytes = 0;
  for (size_t id = 0; id < proto.pieces.size(); ++id) {
    const Proto::Piece& piece = proto.pieces[id];
    check(!piece.text.empty(), "{}: piece {} is empty; the file is damaged", name, id);
    const bool is_normal = piece.type == PieceType::normal || piece.type == PieceType::user_defined ||
                           piece.type == PieceType::unused;
    check((is_normal ? normal : reserved).insert(piece.text).second, "{}: piece {} '{}' is defined twice",
          name, id, piece.text);
    unknowns += piece.type == PieceType::unknown;
    if (piece.type == PieceType::byte) {
      check(proto.byte_fallback, "{}: piece {} is of type byte but the model has no byte fallback", name, id);
      const int byte = byte_of_token(piece.text);
      check(byte >= 0 && piece.text == byte_token(static_cast<uint8_t>(byte)),
            "{}: piece {} '{}' is of type byte but is not <0x00> to <0xFF>", name, id, piece.text);
      bytes += !byte_found[static_cast<size_t>(byte)];
      byte_found[static_cast<size_t>(byte)] = true;
    }
  }
  check(unknowns == 1, "{}: has {} unknown pieces; there must be one", name, unknowns);
  check(!proto.byte_fallback || bytes == 256, "{}: has byte fallback but {} of its 256 byte pieces", name,
        bytes);
}

std::string write_normalizer(const Proto::Normalizer& normalizer) {
  WireWriter out;
  if (!normalizer.name.empty()) out.bytes(1, normalizer.name);
  out.bytes(2, normalizer.precompiled_charsmap);
  out.varint(3, normalizer.add_dummy_prefix);
  out.varint(4, normalizer.remove_extra_whitespaces);
  out.varint(5, normalizer.escape_whitespaces);
  return out.result();
}

}  // namespace

SentencePieceProto SentencePieceProto::parse(std::string_view bytes, std::string_view name) {
  SentencePieceProto proto;
  bool has_trainer = false, has_normalizer = false;
  for (WireReader fields(bytes, name); fields.next();) {
    switch (fields.number()) {
      case 1:
        proto.pieces.push_back(parse_piece(fields.message()));
        break;
      case 2:
        parse_trainer(fields.message(), proto);
        has_trainer = true;
        break;
      case 3:
        parse_normalizer(fields.message(), proto.normalizer);
        has_normalizer = true;
        break;
      case 4:
        parse_samples(fields.message(), proto.samples);
        break;
      case 5:
        parse_normalizer(fields.message(), proto.denormalizer);
        break;
      default:
        break;
    }
  }
  // Every writer puts them after the pieces, so a file without them is truncated.
  check(has_trainer && has_normalizer, "{}: byte {}: the {} is missing; the file is truncated", name,
        bytes.size(), has_trainer ? "normalizer_spec" : "trainer_spec");
  check_pieces(proto, name);
  return proto;
}

std::string SentencePieceProto::serialize() const {
  WireWriter out;
  for (const Piece& piece : pieces) {
    WireWriter inner;
    inner.bytes(1, piece.text);
    inner.float32(2, piece.score);
    if (piece.type != PieceType::normal) inner.varint(3, static_cast<uint64_t>(piece.type));
    out.bytes(1, inner.result());
  }
  WireWriter trainer;
  trainer.varint(3, static_cast<uint64_t>(model_type));
  trainer.varint(4, pieces.size());
  trainer.varint(24, treat_whitespace_as_suffix);
  trainer.varint(35, byte_fallback);
  trainer.int32(40, unk_id);
  trainer.int32(41, bos_id);
  trainer.int32(42, eos_id);
  trainer.int32(43, pad_id);
  trainer.bytes(44, unk_surface);
  for (const auto& [id, field] : {std::pair{unk_id, 45u}, {bos_id, 46u}, {eos_id, 47u}, {pad_id, 48u}}) {
    if (id >= 0 && static_cast<size_t>(id) < pieces.size())
      trainer.bytes(field, pieces[static_cast<size_t>(id)].text);
  }
  out.bytes(2, trainer.result());
  out.bytes(3, write_normalizer(normalizer));
  if (!samples.empty()) {
    WireWriter list;
    for (const Sample& sample : samples) {
      WireWriter inner;
      inner.bytes(1, sample.input);
      inner.bytes(2, sample.expected);
      list.bytes(1, inner.result());
    }
    out.bytes(4, list.result());
  }
  if (!denormalizer.precompiled_charsmap.empty()) out.bytes(5, write_normalizer(denormalizer));
  return out.result();
}

int32_t SentencePieceProto::unknown_piece() const {
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].type == PieceType::unknown) return static_cast<int32_t>(id);
  }
  fail("SentencePieceProto: there is no unknown piece; add one of type unknown");
}

}  // namespace hodhod::text
