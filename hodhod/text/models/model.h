// SPDX-License-Identifier: Apache-2.0
// Tokenizer models: turn a piece of text into tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/rng.h"
#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

// An id and the bytes of the piece it covers. Tokens of a piece come in order; a token that stands for one
// byte of a character (byte fallback) covers that byte alone.
struct Token {
  int32_t id = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

class TokenizerModel {
 public:
  // Buffers, caches and random numbers of one thread. Results never depend on earlier uses of a scratch,
  // except through `rng` in models that sample.
  struct Scratch {
    Rng rng;
    virtual ~Scratch() = default;
  };

  virtual ~TokenizerModel() = default;

  // "BPE", "WordPiece", "Unigram", "WordLevel": the type in tokenizer.json.
  virtual std::string_view type() const = 0;

  virtual std::unique_ptr<Scratch> make_scratch() const { return std::make_unique<Scratch>(); }
  // Appends the tokens of `piece` to `out`, with ranges relative to the piece. `scratch` comes from
  // make_scratch.
  virtual void encode(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const = 0;
  // The same for a piece of raw bytes, each standing for its character in GPT-2's byte alphabet. The default
  // spells the piece in that alphabet and calls encode.
  virtual void encode_bytes(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const;

  // Appends the ids of a whole text that has not been normalised, if the model has a faster way to the result
  // of the pipeline around it. False if it has none, or none for this text; then nothing is appended.
  virtual bool encode_raw(std::string_view, Scratch&, std::vector<int32_t>&) const { return false; }

  // Ids are in [0, vocab_size()); some may be unused.
  virtual int32_t vocab_size() const = 0;
  virtual std::optional<int32_t> token_to_id(std::string_view token) const = 0;
  // Empty for an id that is out of range or unused.
  virtual std::string_view id_to_token(int32_t id) const = 0;
  virtual std::optional<int32_t> unknown_id() const = 0;

  // The object under "model" as JSON text (vocabularies are too big to go through a Json), vocabulary in
  // order of id.
  virtual std::string to_json() const = 0;
};

using ModelPtr = std::unique_ptr<const TokenizerModel>;

// Reads the object under "model" of tokenizer.json; if "type" is absent it is inferred from the other
// members.
ModelPtr model_from_json(const Json& json, const std::string& where);

}  // namespace hodhod::text
