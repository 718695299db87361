// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/after/decoder.h"

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/after/clean_up.h"
#include "hodhod/text/normalizers/normalizer.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/patterns/json_pattern.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/byte_tokens.h"

namespace hodhod::text {
namespace {

using Tokens = std::vector<std::string>;

std::string joined(const Tokens& tokens) {
  std::string all;
  for (const auto& token : tokens) all += token;
  return all;
}

// As in Hugging Face's tokenizers, which have one more rule than Transformers.
void clean_up_token(std::string& token) {
  clean_up(token);
  replace_all(token, " do not", " don't");
}

class ByteLevelDecoder : public Decoder {
 public:
  void apply(Tokens& tokens) const override {
    std::string all;
    for (const auto& token : tokens) {
      const std::string bytes = decode(token);
      all += bytes;
    }
    tokens.clear();
    tokens.push_back(std::move(all));
  }
  Json to_json() const override {
    return {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}};
  }

 private:
  // A token with a character outside the alphabet (an added one) stands for itself.
  static std::string decode(std::string_view token) {
    for (size_t i = 0; i < token.size();) {
      const Character c = read_character(token, i);
      if (character_to_byte(c.code) < 0) return std::string(token);
      i += c.size;
    }
    return from_byte_alphabet(token);
  }
};

class WordPieceDecoder : public Decoder {
 public:
  WordPieceDecoder(std::string_view prefix, bool cleanup) : prefix_(prefix), cleanup_(cleanup) {}
  void apply(Tokens& tokens) const override {
    for (size_t i = 0; i < tokens.size(); ++i) {
      std::string& token = tokens[i];
      if (i > 0) {
        if (token.starts_with(prefix_)) {
          token.erase(0, prefix_.size());
        } else {
          token.insert(0, 1, ' ');
        }
      }
      if (cleanup_) clean_up_token(token);
    }
  }
  Json to_json() const override {
    return {{"type", "WordPiece"}, {"prefix", prefix_}, {"cleanup", cleanup_}};
  }

 private:
  std::string prefix_;
  bool cleanup_;
};

class MetaspaceDecoder : public Decoder {
 public:
  explicit MetaspaceDecoder(MetaspaceOptions options) : options_(std::move(options)) {}
  void apply(Tokens& tokens) const override {
    for (size_t i = 0; i < tokens.size(); ++i) {
      const bool drops = i == 0 && options_.prepend_scheme != PrependScheme::never;
      replace_all(tokens[i], options_.replacement, drops ? "" : " ");
    }
  }
  Json to_json() const override { return metaspace_to_json(options_); }

 private:
  MetaspaceOptions options_;
};

class BpeDecoder : public Decoder {
 public:
  explicit BpeDecoder(std::string_view suffix) : suffix_(suffix) {}
  void apply(Tokens& tokens) const override {
    for (size_t i = 0; i < tokens.size(); ++i)
      replace_all(tokens[i], suffix_, i + 1 < tokens.size() ? " " : "");
  }
  Json to_json() const override { return {{"type", "BPEDecoder"}, {"suffix", suffix_}}; }

 private:
  std::string suffix_;
};

class ByteFallbackDecoder : public Decoder {
 public:
  void apply(Tokens& tokens) const override {
    for (auto& token : tokens) {
      if (const int byte = byte_of_token(token); byte >= 0) token.assign(1, static_cast<char>(byte));
    }
  }
  Json to_json() const override { return {{"type", "ByteFallback"}}; }
};

class FuseDecoder : public Decoder {
 public:
  void apply(Tokens& tokens) const override {
    std::string all = joined(tokens);
    tokens.clear();
    tokens.push_back(std::move(all));
  }
  Json to_json() const override { return {{"type", "Fuse"}}; }
};

class StripDecoder : public Decoder {
 public:
  StripDecoder(std::string_view content, int64_t start, int64_t stop)
      : content_(content), start_(start), stop_(stop) {}
  void apply(Tokens& tokens) const override {
    for (auto& token : tokens) {
      std::string_view rest = token;
      for (int64_t i = 0; i < start_ && rest.starts_with(content_); ++i) rest.remove_prefix(content_.size());
      for (int64_t i = 0; i < stop_ && rest.ends_with(content_); ++i) rest.remove_suffix(content_.size());
      token = std::string(rest);
    }
  }
  Json to_json() const override {
    return {{"type", "Strip"}, {"content", content_}, {"start", start_}, {"stop", stop_}};
  }

 private:
  std::string content_;
  int64_t start_, stop_;
};

// Replace applies the normaliser of that name to each token.
class ReplaceDecoder : public Decoder {
 public:
  explicit ReplaceDecoder(NormalizerPtr replace) : replace_(std::move(replace)) {}
  void apply(Tokens& tokens) const override {
    for (auto& token : tokens) token = normalize(*replace_, token);
  }
  Json to_json() const override { return replace_->to_json(); }

 private:
  NormalizerPtr replace_;
};

class CtcDecoder : public Decoder {
 public:
  CtcDecoder(std::string pad, std::string delimiter, bool cleanup)
      : pad_(std::move(pad)), delimiter_(std::move(delimiter)), cleanup_(cleanup) {}
  void apply(Tokens& tokens) const override {
    Tokens out;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0 && tokens[i] == tokens[i - 1]) continue;
      std::string token = tokens[i];
      replace_all(token, pad_, "");
      if (cleanup_) {
        clean_up_token(token);
        replace_all(token, delimiter_, " ");
      }
      if (!token.empty()) out.push_back(std::move(token));
    }
    tokens = std::move(out);
  }
  Json to_json() const override {
    return {
        {"type", "CTC"}, {"pad_token", pad_}, {"word_delimiter_token", delimiter_}, {"cleanup", cleanup_}};
  }

 private:
  std::string pad_, delimiter_;
  bool cleanup_;
};

class DecoderSequence : public Decoder {
 public:
  explicit DecoderSequence(std::vector<DecoderPtr> parts) : parts_(std::move(parts)) {}
  void apply(Tokens& tokens) const override {
    for (const auto& part : parts_) part->apply(tokens);
  }
  Json to_json() const override {
    Json parts = Json::array();
    for (const auto& part : parts_) parts.push_back(part->to_json());
    return {{"type", "Sequence"}, {"decoders", parts}};
  }

 private:
  std::vector<DecoderPtr> parts_;
};

}  // namespace

DecoderPtr make_byte_level_decoder() { return std::make_unique<ByteLevelDecoder>(); }
DecoderPtr make_word_piece_decoder(std::string_view prefix, bool cleanup) {
  return std::make_unique<WordPieceDecoder>(prefix, cleanup);
}
DecoderPtr make_metaspace_decoder(MetaspaceOptions options) {
  return std::make_unique<MetaspaceDecoder>(std::move(options));
}
DecoderPtr make_bpe_decoder(std::string_view suffix) { return std::make_unique<BpeDecoder>(suffix); }
DecoderPtr make_byte_fallback_decoder() { return std::make_unique<ByteFallbackDecoder>(); }
DecoderPtr make_fuse_decoder() { return std::make_unique<FuseDecoder>(); }
DecoderPtr make_strip_decoder(std::string_view content, int start, int stop) {
  return std::make_unique<StripDecoder>(content, start, stop);
}
DecoderPtr make_replace_decoder(std::string_view what, std::string_view with) {
  return std::make_unique<ReplaceDecoder>(make_replace(what, with));
}
DecoderPtr make_decoder_sequence(std::vector<DecoderPtr> parts) {
  return std::make_unique<DecoderSequence>(std::move(parts));
}

DecoderPtr decoder_from_json(const Json& json, const std::string& where) {
  if (json.is_null()) return nullptr;
  const auto type = json_get<std::string>(json, "type", where);
  if (type == "ByteLevel") return make_byte_level_decoder();
  if (type == "WordPiece") {
    return make_word_piece_decoder(json_get_or<std::string>(json, "prefix", "##", where),
                                   json_get_or<bool>(json, "cleanup", true, where));
  }
  if (type == "Metaspace") return make_metaspace_decoder(read_metaspace_options(json, where));
  if (type == "BPEDecoder") return make_bpe_decoder(json_get_or<std::string>(json, "suffix", "</w>", where));
  if (type == "ByteFallback") return make_byte_fallback_decoder();
  if (type == "Fuse") return make_fuse_decoder();
  if (type == "Strip") {
    const auto content = json_get<std::string>(json, "content", where);
    check(!content.empty(), "{}: content: expected a character", where);
    return std::make_unique<StripDecoder>(content, json_get_or<int64_t>(json, "start", 0, where),
                                          json_get_or<int64_t>(json, "stop", 0, where));
  }
  if (type == "Replace") return std::make_unique<ReplaceDecoder>(normalizer_from_json(json, where));
  if (type == "CTC") {
    return std::make_unique<CtcDecoder>(json_get_or<std::string>(json, "pad_token", "<pad>", where),
                                        json_get_or<std::string>(json, "word_delimiter_token", "|", where),
                                        json_get_or<bool>(json, "cleanup", true, where));
  }
  if (type == "Sequence") {
    std::vector<DecoderPtr> parts;
    size_t i = 0;
    for (const Json& part : json_list(json, "decoders", where)) {
      auto read = decoder_from_json(part, fmt::format("{}: decoders[{}]", where, i++));
      if (read) parts.push_back(std::move(read));
    }
    return make_decoder_sequence(std::move(parts));
  }
  fail("{}: no decoder is called \"{}\"", where, type.substr(0, 100));
}

}  // namespace hodhod::text
