// SPDX-License-Identifier: Apache-2.0
// Trained models of other programs, in the formats of those, with outputs of an independent double-precision
// reference: what our layers and models compute with their weights, and what decoding then writes.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/utf8.h"
#include "hodhod/decode/generator.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/llama2c_directory.h"

namespace hodhod::golden {
namespace {

constexpr double kClose = 2e-4;  // the recordings have six digits

// A directory with config.json, model.safetensors and expected.jsonl.
struct TrainedModel {
  Json config;
  TensorFile weights;
  std::vector<Json> expected;

  explicit TrainedModel(const std::string& path)
      : config(read_json(join_path(path, "config.json"))), weights(path) {
    const std::string text = read_file(join_path(path, "expected.jsonl"));
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      if (end > at) expected.push_back(parse_json(text.substr(at, end - at), path));
      at = end + 1;
    }
  }
  Tensor load(const std::string& name) const { return weights.load(name).clone(); }
  int64_t number(const char* key) const { return config.at(key).get<int64_t>(); }
};

std::string path_of(const std::string& name) { return join_path(data_directory(), "models/" + name); }

#define SKIP_WITHOUT(name) \
  if (!file_exists(join_path(path_of(name), "config.json"))) GTEST_SKIP() << "there is no " << path_of(name)

void expect_beginning(const Json& expected, const Tensor& got, const std::string& what) {
  ASSERT_LE(static_cast<int64_t>(expected.size()), got.numel()) << what;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double value = expected.at(i).get<double>();
    EXPECT_NEAR(got.data<float>()[i], value, kClose * std::max(1.0, std::abs(value))) << what << " " << i;
  }
}

int64_t largest(const Tensor& logits) {
  const float* z = logits.data<float>();
  return std::max_element(z, z + logits.numel()) - z;
}

Tensor row_of(const std::vector<int64_t>& ids) {
  return Tensor::from<int64_t>(ids, {1, static_cast<int64_t>(ids.size())});
}

std::vector<std::string> characters(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size(); at += read_character(text, at).size)
    out.push_back(text.substr(at, read_character(text, at).size));
  return out;
}

// Place of each word in a list.
std::map<std::string, int64_t> places_in(const Json& words) {
  std::map<std::string, int64_t> places;
  for (const Json& word : words) places.emplace(word.text(), static_cast<int64_t>(places.size()));
  return places;
}

// A GRU with the recorded weights PREFIX.weight_ih_l0 and so on.
Recurrent gru_of(const TrainedModel& model, const std::string& prefix) {
  const Tensor input = model.load(prefix + ".weight_ih_l0");
  Recurrent gru({.cell = Cell::gru, .input = input.dim(1), .hidden = input.dim(0) / 3});
  gru.directions[0] = {input,
                       model.load(prefix + ".weight_hh_l0"),
                       model.load(prefix + ".bias_ih_l0"),
                       model.load(prefix + ".bias_hh_l0"),
                       {}};
  return gru;
}

// Letters → encoder → its last state → decoder, letter by letter.
void expect_phonemes(const std::string& name) {
  SKIP_WITHOUT(name);
  const TrainedModel model(path_of(name));
  const auto sources = places_in(model.config.at("source_vocab")),
             targets = places_in(model.config.at("target_vocab"));
  const Recurrent encoder = gru_of(model, "encoder.rnn"), decoder = gru_of(model, "decoder.rnn");
  const Tensor source_table = model.load("encoder.emb.weight"),
               target_table = model.load("decoder.emb.weight"), weight = model.load("decoder.fc.weight"),
               bias = model.load("decoder.fc.bias");
  Context context;
  for (const Json& one : model.expected) {
    SCOPED_TRACE(one.at("input").text());
    std::vector<int64_t> ids;
    for (const std::string& letter : characters(one.at("input").text()))
      ids.push_back(sources.contains(letter) ? sources.at(letter) : sources.at("<unk>"));
    ids.push_back(sources.at("</s>"));
    RecurrentState state = encoder(embedding(row_of(ids), source_table), context).last;
    expect_beginning(one.at("encoder_state_first8"), state.output, "state of the encoder");
    std::vector<std::string> written;
    double log_probability = 0;
    for (int64_t token = targets.at("<s>"); written.size() < 20;) {
      const RecurrentRun run = decoder(embedding(row_of({token}), target_table), context, {.state = state});
      const Tensor logits = linear(run.output, weight, bias);
      if (token == targets.at("<s>")) expect_beginning(one.at("first_step_logits"), logits, "first logits");
      state = run.last;
      token = largest(logits);
      log_probability += log_softmax(logits).data<float>()[token];
      if (token == targets.at("</s>")) break;
      written.push_back(model.config.at("target_vocab").at(static_cast<size_t>(token)).text());
    }
    EXPECT_EQ(Json(written), one.at("output"));
    const double recorded = one.at("logprob").get<double>();
    EXPECT_NEAR(log_probability, recorded, kClose * std::max(1.0, std::abs(recorded)));
  }
}

TEST(TrainedModels, AGruPronouncesEnglish) { expect_phonemes("g2p-en-gru"); }
TEST(TrainedModels, AGruPronouncesPersian) { expect_phonemes("g2p-fa-gru"); }

Recurrent lstm_of(const TrainedModel& model, const std::string& prefix) {
  const Tensor input = model.load(prefix + ".weight_ih"), bias = model.load(prefix + ".bias");
  Recurrent lstm({.cell = Cell::lstm, .input = input.dim(1), .hidden = input.dim(0) / 4});
  lstm.directions[0] = {input, model.load(prefix + ".weight_hh"), bias, Tensor::zeros(bias.shape()), {}};
  return lstm;
}

// Two LSTM layers over a window of 40 characters; the mean of embeddings and states, weighted by attention,
// predicts the next.
TEST(TrainedModels, TwoLstmsContinueAText) {
  SKIP_WITHOUT("charlstm-textgenrnn");
  const TrainedModel model(path_of("charlstm-textgenrnn"));
  const Recurrent first = lstm_of(model, "rnn_1"), second = lstm_of(model, "rnn_2");
  const Tensor table = model.load("embedding.weight"), attention = model.load("attention.weight"),
               weight = model.load("output.weight"), bias = model.load("output.bias");
  std::map<int64_t, std::string> letters;
  const Json vocabulary = read_json(join_path(path_of("charlstm-textgenrnn"), "vocab.json"));
  for (const auto& [letter, id] : vocabulary.items()) letters[id.get<int64_t>()] = letter;
  const auto window = static_cast<size_t>(model.number("window"));
  Context context;
  const auto logits_of = [&](const std::vector<int64_t>& ids) {
    std::vector<int64_t> padded(window > ids.size() ? window - ids.size() : 0, model.number("pad"));
    padded.insert(padded.end(), ids.end() - static_cast<std::ptrdiff_t>(window - padded.size()), ids.end());
    const Tensor x = embedding(row_of(padded), table), h1 = first(x, context).output,
                 h2 = second(h1, context).output;
    const Tensor all = concat({x, h1, h2}, 2);
    const Tensor scores = matmul(all, reshape(attention, {1, attention.numel(), 1}));
    return linear(matmul(softmax(reshape(scores, {1, 1, scores.dim(1)})), all), weight, bias);
  };
  for (const Json& one : model.expected) {
    SCOPED_TRACE(one.at("prompt").text());
    std::vector<int64_t> ids;
    for (const Json& id : one.at("prompt_ids")) ids.push_back(id.get<int64_t>());
    expect_beginning(one.at("first_logits"), logits_of(ids), "first logits");
    std::string text = one.at("prompt").text();
    for (const std::string& expected = one.at("greedy_text").text(); text.size() < expected.size();) {
      ids.push_back(largest(logits_of(ids)));
      text += letters.at(ids.back());
    }
    EXPECT_EQ(text, one.at("greedy_text").text());
  }
}

using Loader = std::function<Tensor(const std::string& name)>;

// Fills the model's parameters: load(name) gives each.
void fill(TransformerModel& model, const Loader& load) {
  model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
    const Tensor value = load(name);
    ASSERT_EQ(value.shape(), parameter.shape()) << name;
    parameter = value;
  });
}

// "decoder.layer.3.self_attention.query.weight" → {"3", "self_attention.query.weight"}.
std::pair<std::string, std::string> layer_and_rest(const std::string& name) {
  const size_t begin = name.find("layer.") + 6, end = name.find('.', begin);
  return {name.substr(begin, end - begin), name.substr(end + 1)};
}

// The file of llama2.c itself, as `hodhod convert` reads it, with its tokenizer.
TEST(TrainedModels, AFileOfLlama2cGoesOn) {
  SKIP_WITHOUT("llama-tiny-dreams");
  const std::string path = path_of("llama-tiny-dreams");
  const TrainedModel files(path);
  const TemporaryDirectory work;
  EXPECT_TRUE(llama2c_to_directory(join_path(path, "model.bin"), work / "dreams").empty());
  const TextGenerator generator = TextGenerator::load(work / "dreams");
  for (const Json& one : files.expected) {
    SCOPED_TRACE(one.at("prompt").text());
    const std::vector<int32_t> read = generator.tokenizer->encode(one.at("prompt").text()).ids;
    EXPECT_EQ(Json(read), one.at("prompt_ids"));
    Prompt prompt{.target = {read.begin(), read.end()}};
    DecodeOptions options;
    options.max_new_tokens = static_cast<int64_t>(one.at("greedy_ids").size() - read.size());
    Context context;
    const auto found = generate(*generator.model->language_model(), std::span(&prompt, 1), options, context);
    std::vector<int64_t> ids = prompt.target;
    ids.insert(ids.end(), found[0][0].tokens.begin(), found[0][0].tokens.end());
    EXPECT_EQ(Json(ids), one.at("greedy_ids"));
  }
}

// OpenNMT's positions: place t, counted from 1, has sin(t w_i) and then cos(t w_i), w_i = 10000^(−i/(C/2 −
// 1)).
Tensor positions_from_one(int64_t length, int64_t width) {
  Tensor table = Tensor::zeros({length, width});
  const int64_t half = width / 2;
  for (int64_t t = 0; t < length; ++t) {
    for (int64_t i = 0; i < half; ++i) {
      const double angle = static_cast<double>(t + 1) *
                           std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(half - 1));
      table.data<float>()[t * width + i] = static_cast<float>(std::sin(angle));
      table.data<float>()[t * width + half + i] = static_cast<float>(std::cos(angle));
    }
  }
  return table;
}

// Where the file keeps a parameter of a layer: rows [part / parts, (part + 1) / parts) of a tensor.
struct StoredPart {
  std::string name;
  int64_t part = 0, parts = 1;
};

StoredPart stored_part(const std::string& rest) {
  const std::string kind = rest.substr(rest.rfind('.') + 1);
  const bool cross = rest.starts_with("cross_attention");
  const std::string attention = cross ? "attention" : "self_attention";
  const std::string norm = kind == "weight" ? "gamma" : "beta";
  if (rest.find("attention_norm.") != std::string::npos) return {attention + ".layer_norm." + norm};
  if (rest.starts_with("feed_forward_norm.")) return {"ffn.layer_norm." + norm};
  if (rest.starts_with("feed_forward.up.")) return {"ffn.linear_0." + kind};
  if (rest.starts_with("feed_forward.down.")) return {"ffn.linear_1." + kind};
  if (rest.find(".output.") != std::string::npos)
    return {attention + (cross ? ".linear_2." : ".linear_1.") + kind};
  const int64_t part = rest.find(".query.") != std::string::npos ? 0
                       : rest.find(".key.") != std::string::npos ? 1
                                                                 : 2;
  if (!cross) return {attention + ".linear_0." + kind, part, 3};
  if (part == 0) return {attention + ".linear_0." + kind};
  return {attention + ".linear_1." + kind, part - 1, 2};
}

TransformerModel transliterator(const TrainedModel& files) {
  constexpr int64_t kLongest = 64;
  TransformerConfig config = transformer_preset("tiny");
  config.width = files.number("d_model");
  config.heads = config.decoder_heads = files.number("heads");
  config.feed_forward = config.decoder_feed_forward = files.number("ffn");
  config.encoder_layers = config.decoder_layers = files.number("layers");
  config.source_vocabulary = files.load("encoder.embeddings.weight").dim(0);
  config.vocabulary = files.load("decoder.embeddings.weight").dim(0);
  config.max_length = kLongest;
  config.positions = PositionKind::learned;
  config.norm_placement = NormPlacement::pre;
  config.norm_epsilon = 1e-5;
  config.final_norm = true;
  config.scale_embedding = true;
  config.activation = kernels::Activation::relu;
  config.tie_embeddings = false;
  config.output_bias = true;
  config.special = {.pad = -1, .bos = 1, .eos = 2, .decoder_start = 1};
  TransformerModel model(TransformerModelConfig(config), Rng(1));
  fill(model, [&](const std::string& name) {
    const std::string stack = name.substr(0, name.find('.'));
    if (name == "embedding.weight") return files.load("decoder.embeddings.weight");
    if (name == "source_embedding.weight") return files.load("encoder.embeddings.weight");
    if (name == "output.weight") return files.load("decoder.projection.weight");
    if (name == "output_bias") return files.load("decoder.projection.bias");
    if (name.ends_with("position.weight")) return positions_from_one(kLongest, files.number("d_model"));
    if (name.find("final_norm") != std::string::npos)
      return files.load(stack + ".layer_norm." + (name.ends_with("weight") ? "gamma" : "beta"));
    const auto [layer, rest] = layer_and_rest(name);
    const StoredPart place = stored_part(rest);
    const Tensor whole = files.load(stack + ".layer_" + layer + "." + place.name);
    const int64_t rows = whole.dim(0) / place.parts;
    return slice(whole, 0, place.part * rows, (place.part + 1) * rows).clone();
  });
  return model;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  const std::string text = read_file(path);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(TrainedModels, ATransformerSpellsArabicNames) {
  SKIP_WITHOUT("translit-ar-en-transformer");
  const std::string path = path_of("translit-ar-en-transformer");
  const TrainedModel files(path);
  const TransformerModel model = transliterator(files);
  const auto sources = lines_of(join_path(path, "source_vocabulary.txt")),
             targets = lines_of(join_path(path, "target_vocabulary.txt"));
  std::map<std::string, int64_t> ids;
  for (size_t i = 0; i < sources.size(); ++i) ids.emplace(sources[i], static_cast<int64_t>(i));
  Context context;
  for (const Json& one : files.expected) {
    SCOPED_TRACE(one.at("input").text());
    Prompt prompt{.target = {1}};
    for (const std::string& letter : characters(one.at("input").text()))
      prompt.source.tokens.push_back(ids.contains(letter) ? ids.at(letter) : files.number("source_unk"));
    const TokenBatch source{.ids = row_of(prompt.source.tokens)};
    expect_beginning(one.at("encoder_out_first_row"), model.encode(source, context).states, "encoder");
    const Tensor logits = model.logits({.source = source, .target = {.ids = row_of({1})}}, context);
    expect_beginning(one.at("first_step_logits"), logits, "first logits");
    const auto spelt = [&](const std::vector<int64_t>& tokens) {
      std::string text;
      for (const int64_t token : tokens)
        if (token != 2) text += targets.at(static_cast<size_t>(token));
      return text;
    };
    DecodeOptions options;
    options.max_new_tokens = 40;
    options.eos = {2};
    const auto greedy = generate(*model.sequence_to_sequence(), std::span(&prompt, 1), options, context);
    EXPECT_EQ(spelt(greedy[0][0].tokens), one.at("greedy").text());
    options.num_beams = 4;
    const auto beam = generate(*model.sequence_to_sequence(), std::span(&prompt, 1), options, context);
    EXPECT_EQ(spelt(beam[0][0].tokens), one.at("best_by_mean_logprob_beam4").text());
  }
}

}  // namespace
}  // namespace hodhod::golden
