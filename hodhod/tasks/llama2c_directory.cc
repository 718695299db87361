// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/llama2c_directory.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/text/formats/sentencepiece_model.h"
#include "hodhod/text/formats/tokenizer_class.h"

namespace hodhod {
namespace {

constexpr uint32_t kMagic = 0x616b3432;  // "ak42", of versions 1 and 2
constexpr size_t kVersionedHeader = 256;
constexpr int64_t kMostOfAKind = 1 << 24;  // more channels, layers or tokens than any model has

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

template <class T>
T number_at(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

// The sizes at the beginning of a file, and where its weights are.
struct Header {
  int version = 0;  // 0: the first layout
  int64_t width = 0, feed_forward = 0, layers = 0, heads = 0, kv_heads = 0, vocabulary = 0, length = 0;
  bool tied = true;
  size_t weights = 0;  // byte

  int64_t head_width() const { return width / heads; }
  int64_t kv_width() const { return kv_heads * head_width(); }
  // Numbers behind the header.
  int64_t count() const {
    const int64_t layer = 2 * width + 2 * width * width + 2 * kv_width() * width + 3 * width * feed_forward;
    const int64_t angles = version == 0 ? length * (head_width() / 2) * 2 : 0;
    return (tied ? 1 : 2) * vocabulary * width + layers * layer + width + angles;
  }
};

// No header if the bytes do not begin as one.
std::optional<Header> header_of(std::string_view bytes) {
  constexpr size_t kSizes = 7;
  Header header;
  size_t at = 0;
  if (bytes.size() >= kVersionedHeader && number_at<uint32_t>(bytes, 0) == kMagic) {
    header.version = number_at<int32_t>(bytes, 4);
    at = 8;
    if (header.version != 1 && header.version != 2) return std::nullopt;
  }
  if (bytes.size() < at + kSizes * sizeof(int32_t) + 1) return std::nullopt;
  int64_t* const sizes[kSizes] = {&header.width,    &header.feed_forward, &header.layers, &header.heads,
                                  &header.kv_heads, &header.vocabulary,   &header.length};
  for (int64_t* const size : sizes) {
    *size = number_at<int32_t>(bytes, at);
    at += sizeof(int32_t);
  }
  if (header.version == 0) {
    // A negative vocabulary says that the output has weights of its own.
    header.tied = header.vocabulary > 0;
    header.vocabulary = std::abs(header.vocabulary);
    header.weights = at;
  } else {
    header.tied = bytes[at] != 0;
    header.weights = kVersionedHeader;
  }
  for (const int64_t* const size : sizes)
    if (*size < 1 || *size > kMostOfAKind) return std::nullopt;
  if (header.width > 1 << 16 || header.feed_forward > 1 << 20 || header.layers > 1 << 12) return std::nullopt;
  if (header.heads > header.width || header.width % header.heads != 0 || header.head_width() % 2 != 0)
    return std::nullopt;
  if (header.kv_heads > header.heads || header.heads % header.kv_heads != 0) return std::nullopt;
  return header;
}

bool has_its_size(const Header& header, size_t bytes) {
  if (header.version == 2) return true;  // the size depends on the groups
  return header.weights + static_cast<uint64_t>(header.count()) * sizeof(float) == bytes;
}

// The tensors of a file by their names in llama2.c; those of layers lie one after another.
struct Weights {
  std::string_view bytes;
  std::map<std::string, size_t, std::less<>> places = {};  // first byte

  Weights(const Header& h, std::string_view from) : bytes(from) {
    size_t at = h.weights;
    const auto lies_here = [&](const char* name, int64_t count) {
      places[name] = at;
      at += static_cast<size_t>(count) * sizeof(float);
    };
    const auto norms = [&] { lies_here("attention_norm", h.layers * h.width); };
    if (h.version == 1) {
      norms();
      lies_here("ffn_norm", h.layers * h.width);
      lies_here("norm", h.width);
    }
    lies_here("tok_embeddings", h.vocabulary * h.width);
    if (h.version == 0) norms();
    lies_here("wq", h.layers * h.width * h.width);
    lies_here("wk", h.layers * h.kv_width() * h.width);
    lies_here("wv", h.layers * h.kv_width() * h.width);
    lies_here("wo", h.layers * h.width * h.width);
    if (h.version == 0) lies_here("ffn_norm", h.layers * h.width);
    lies_here("w1", h.layers * h.feed_forward * h.width);
    lies_here("w2", h.layers * h.width * h.feed_forward);
    lies_here("w3", h.layers * h.feed_forward * h.width);
    if (h.version == 0) {
      lies_here("norm", h.width);
      lies_here("angles", h.length * (h.head_width() / 2) * 2);
    }
    if (!h.tied) lies_here("output", h.vocabulary * h.width);
  }

  // Of `layer`, where the file has one of each layer.
  void copy(std::string_view name, int64_t layer, Tensor& to) const {
    const size_t size = static_cast<size_t>(to.numel()) * sizeof(float);
    std::memcpy(to.data<float>(),
                bytes.data() + places.find(name)->second + static_cast<size_t>(layer) * size, size);
  }
};

// Rows of each head from pairs side by side, 0 1 2 3 …, to halves, 0 2 … 1 3 ….
void part_pairs(Tensor& weight, int64_t head_width) {
  const int64_t width = weight.dim(1), half = head_width / 2;
  const Tensor pairs = weight.clone();
  for (int64_t row = 0; row < weight.dim(0); ++row) {
    const int64_t head = row / head_width * head_width, at = row - head;
    const int64_t from = head + (at < half ? 2 * at : 2 * (at - half) + 1);
    std::memcpy(weight.data<float>() + row * width, pairs.data<float>() + from * width,
                static_cast<size_t>(width) * sizeof(float));
  }
}

std::unique_ptr<Model> model_of(const Header& header, const Weights& weights) {
  TransformerConfig config = transformer_preset("llama-tiny");
  config.width = header.width;
  config.feed_forward = header.feed_forward;
  config.decoder_layers = header.layers;
  config.heads = header.heads;
  config.kv_heads = header.kv_heads;
  config.vocabulary = header.vocabulary;
  config.max_length = header.length;
  config.norm_epsilon = 1e-5;
  config.tie_embeddings = header.tied;
  config.dropout = config.attention_dropout = 0;
  config.special = {.pad = -1, .bos = 1, .eos = 2};
  std::unique_ptr<Model> model = TransformerModelConfig(config).make();
  static const std::map<std::string, std::string, std::less<>> kNames = {
      {"embedding.weight", "tok_embeddings"},
      {"decoder.final_norm.weight", "norm"},
      {"output.weight", "output"},
      {"self_attention.query.weight", "wq"},
      {"self_attention.key.weight", "wk"},
      {"self_attention.value.weight", "wv"},
      {"self_attention.output.weight", "wo"},
      {"self_attention_norm.weight", "attention_norm"},
      {"feed_forward_norm.weight", "ffn_norm"},
      {"feed_forward.gate.weight", "w1"},
      {"feed_forward.down.weight", "w2"},
      {"feed_forward.up.weight", "w3"}};
  constexpr std::string_view kLayer = "decoder.layer.";
  model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
    std::string_view rest = name;
    int64_t layer = 0;
    if (name.starts_with(kLayer)) {
      const size_t dot = name.find('.', kLayer.size());
      layer = std::stoll(name.substr(kLayer.size(), dot - kLayer.size()));
      rest = rest.substr(dot + 1);
    }
    const auto known = kNames.find(rest);
    check(known != kNames.end(), "llama2.c: there is nothing for the parameter {}", name);
    weights.copy(known->second, layer, parameter);
    if (known->second == "wq" || known->second == "wk") part_pairs(parameter, header.head_width());
  });
  return model;
}

// A tokenizer's file: the length of the longest piece, and for each id its score, its length and its bytes,
// in which blanks are blanks.
text::Tokenizer tokenizer_of(const std::string& path, int64_t vocabulary) {
  const std::string bytes = read_file(path);
  size_t at = sizeof(uint32_t);
  const auto next = [&](size_t count) {
    check(bytes.size() >= at && bytes.size() - at >= count, "{}: ends at byte {}, before its last piece does",
          path, bytes.size());
    at += count;
    return at - count;
  };
  text::SentencePieceProto proto;
  proto.model_type = text::SentencePieceProto::ModelType::bpe;
  proto.byte_fallback = true;
  proto.normalizer.name = "identity";
  proto.normalizer.remove_extra_whitespaces = false;
  using Type = text::ScoredPiece::Type;
  for (int64_t id = 0; id < vocabulary; ++id) {
    const auto score = number_at<float>(bytes, next(sizeof(float)));
    const auto length = number_at<int32_t>(bytes, next(sizeof(int32_t)));
    check(length >= 0 && std::isfinite(score), "{}: piece {} at byte {} has the length {} and the score {}",
          path, id, at - 8, length, score);
    const size_t begin = next(static_cast<size_t>(length));
    text::ScoredPiece piece{.text = {}, .score = score, .type = Type::normal};
    for (const char c : std::string_view(bytes).substr(begin, static_cast<size_t>(length)))
      piece.text += c == ' ' ? "\xE2\x96\x81" : std::string(1, c);
    if (id < 3) {
      piece.text = std::array{"<unk>", "<s>", "</s>"}[static_cast<size_t>(id)];
      piece.type = id == 0 ? Type::unknown : Type::control;
    } else if (id < 259) {
      piece.type = Type::byte;
    }
    proto.pieces.push_back(std::move(piece));
  }
  check(at == bytes.size(), "{}: has {} bytes behind the {} pieces of the model's vocabulary", path,
        bytes.size() - at, vocabulary);
  // Parsed as any other file is, so that what is wrong with its pieces is told.
  text::TokenizerParts parts =
      text::parts_of_proto(text::SentencePieceProto::parse(proto.serialize(), path), path, {});
  parts.roles = {{"unk_token", "<unk>"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}};
  text::put_around(parts, "<s>", "", path);
  return text::Tokenizer(std::move(parts), path);
}

}  // namespace

bool is_llama2c(const std::string& path) {
  try {
    const MappedFile file(path);
    const auto header = header_of(text_of(file));
    return header && has_its_size(*header, file.bytes().size());
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> llama2c_to_directory(const std::string& file, const std::string& directory) {
  const MappedFile mapped(file);
  const auto header = header_of(text_of(mapped));
  check(header && has_its_size(*header, mapped.bytes().size()), "{}: is no model of llama2.c", file);
  check(header->version != 2,
        "{}: holds weights in whole numbers (version 2 of llama2.c), which are not read; export the model "
        "again as "
        "version 1 (python export.py --version 1)",
        file);
  const std::unique_ptr<Model> model = model_of(*header, Weights(*header, text_of(mapped)));
  const std::string folder = parent_path(file);
  for (const std::string& name :
       {fmt::format("tok{}.bin", header->vocabulary), std::string("tokenizer.bin")}) {
    const std::string path = join_path(folder, name);
    if (!file_exists(path)) continue;
    const text::Tokenizer tokenizer = tokenizer_of(path, header->vocabulary);
    make_directories(directory);
    save_model({.model = *model, .tokenizer = tokenizer, .origin = {}, .decoding = DecodeOptions{}},
               directory);
    return {};
  }
  save_model_files(*model, directory, Json::object(), {});
  return {fmt::format("{}: there is neither tok{}.bin nor tokenizer.bin beside it, so {} has no tokenizer",
                      file, header->vocabulary, directory)};
}

}  // namespace hodhod
