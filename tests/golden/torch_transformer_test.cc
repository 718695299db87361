// SPDX-License-Identifier: Apache-2.0
// A whole encoder–decoder of our blocks against recordings of torch.nn.Transformer, post-norm and pre-norm.
#include <algorithm>
#include <map>

#include "hodhod/nn/module.h"
#include "hodhod/nn/transformer_block.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "tests/golden/golden.h"

namespace hodhod::golden {
namespace {

// The blocks of one side and the norm that torch.nn.Transformer has behind them, post-norm too.
struct Side {
  std::vector<TransformerBlock> layers;
  Norm norm;

  template <class V>
  void visit(V& v) {
    v("layers", layers);
    v("norm", norm);
  }
};

struct EncoderDecoder {
  Side encoder, decoder;

  explicit EncoderDecoder(const Json& args) {
    const auto width = args["d_model"].get<int64_t>();
    const NormOptions norm{.epsilon = args["layer_norm_eps"].get<double>()};
    TransformerBlockOptions options{
        .attention = {.width = width, .heads = args["nhead"].get<int64_t>()},
        .feed_forward = {.width = width,
                         .hidden = args["dim_feedforward"].get<int64_t>(),
                         .activation = args["activation"] == "gelu" ? kernels::Activation::gelu
                                                                    : kernels::Activation::relu},
        .norm = norm,
        .placement = args["norm_first"].get<bool>() ? NormPlacement::pre : NormPlacement::post};
    encoder.norm = Norm(width, norm);
    decoder.norm = Norm(width, norm);
    for (int i = 0; i < args["num_encoder_layers"].get<int>(); ++i) encoder.layers.emplace_back(options);
    options.attention.causal = options.cross = true;
    for (int i = 0; i < args["num_decoder_layers"].get<int>(); ++i) decoder.layers.emplace_back(options);
  }

  template <class V>
  void visit(V& v) {
    v("encoder", encoder);
    v("decoder", decoder);
  }
};

// Where PyTorch keeps one of our parameters: query, key and value lie in one tensor, one below the other.
struct Place {
  std::string name;
  int64_t part = 0, parts = 1;
};

void replace(std::string& text, const std::string& from, const std::string& to) {
  if (const size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

Place place_of(std::string name) {
  Place place;
  const bool decoder = name.starts_with("decoder.");
  replace(name, "cross_attention_norm", "norm2");
  replace(name, "self_attention_norm", "norm1");
  replace(name, "feed_forward_norm", decoder ? "norm3" : "norm2");
  replace(name, "self_attention", "self_attn");
  replace(name, "cross_attention", "multihead_attn");
  replace(name, "output.", "out_proj.");
  replace(name, "feed_forward.up", "linear1");
  replace(name, "feed_forward.down", "linear2");
  for (const char* part : {"query.", "key.", "value."}) {
    if (name.find(part) != std::string::npos) {
      place.parts = 3;
      replace(name, part, "in_proj_");
      break;
    }
    ++place.part;
  }
  if (place.parts == 1) place.part = 0;
  place.name = name;
  return place;
}

// The number of keys of each row that are not padding, which is on the right.
Tensor key_ends(const Tensor& padding) {
  std::vector<int64_t> ends;
  for (int64_t b = 0; b < padding.dim(0); ++b) {
    const uint8_t* row = padding.data<uint8_t>() + b * padding.dim(1);
    ends.push_back(std::find(row, row + padding.dim(1), 1) - row);
  }
  return Tensor::from(ends, {padding.dim(0)});
}

// The recording's inputs and outputs as [B, T, C], whatever order they were recorded in.
class Sequences {
 public:
  explicit Sequences(const Recording& recording)
      : recording_(recording), batch_first_(recording.about()["args"].value("batch_first", false)) {}

  Tensor tensor(const std::string& name) const { return turned(recording_.tensor(name)); }
  void expect_close(const std::string& name, const Tensor& got) const {
    recording_.expect_close(name, turned(got));
  }

 private:
  Tensor turned(const Tensor& x) const { return batch_first_ ? x : transpose(x, 0, 1).dense(); }

  const Recording& recording_;
  bool batch_first_;
};

// Of the keys of a side: all, where the recording has no mask for it.
AttentionSetting setting_of(const Recording& recording, const std::string& mask) {
  if (!recording.contains(mask)) return {};
  return {.key_end = key_ends(recording.tensor(mask))};
}

void run(const Recording& recording) {
  const Sequences sequences(recording);
  EncoderDecoder model(recording.about()["args"]);
  for_each_parameter(model, [&](const std::string& ours, Tensor& parameter) {
    const Place place = place_of(ours);
    const Tensor whole = recording.tensor(place.name);
    const int64_t rows = whole.dim(0) / place.parts;
    parameter = slice(whole, 0, place.part * rows, (place.part + 1) * rows).clone();
  });
  set_requires_grad(model);

  const Tensor source = sequences.tensor("in.src").set_requires_grad();
  const Tensor target = sequences.tensor("in.tgt").set_requires_grad();
  const AttentionSetting over_source = setting_of(recording, "in.src_key_padding_mask");
  const AttentionSetting over_target = setting_of(recording, "in.tgt_key_padding_mask");
  Context context{.training = true};
  Tensor x = source;
  for (size_t i = 0; i < model.encoder.layers.size(); ++i) {
    x = model.encoder.layers[i](x, over_source, context);
    sequences.expect_close("out.encoder.layers." + std::to_string(i), x);
  }
  const Tensor memory = model.encoder.norm(x);
  sequences.expect_close("out.memory", memory);
  Tensor y = target;
  for (size_t i = 0; i < model.decoder.layers.size(); ++i) {
    const TransformerBlock& layer = model.decoder.layers[i];
    const TransformerBlock::CrossInput cross{layer.cross_attention->keys_values(memory, context),
                                             over_source};
    y = layer(y, over_target, context, &cross);
    sequences.expect_close("out.decoder.layers." + std::to_string(i), y);
  }
  y = model.decoder.norm(y);
  sequences.expect_close("out.output", y);

  BackwardOptions from;
  from.gradient = sequences.tensor("in.grad_out");
  backward(y, from);
  std::map<std::string, std::vector<Tensor>> gradients;  // by PyTorch's names, the parts in their order
  for_each_parameter(model, [&](const std::string& ours, Tensor& parameter) {
    gradients["grad." + place_of(ours).name].push_back(parameter.grad());
  });
  EXPECT_EQ(gradients.size(), recording.io_names("grad.").size());
  for (const auto& [name, parts] : gradients) recording.expect_close(name, concat(parts, 0));
  sequences.expect_close("grad_in.src", source.grad());
  sequences.expect_close("grad_in.tgt", target.grad());
}

TEST(GoldenTorchTransformer, PostNorm) { for_each_recording("torch_transformer_postnorm", run); }

TEST(GoldenTorchTransformer, PreNorm) { for_each_recording("torch_transformer_prenorm", run); }

}  // namespace
}  // namespace hodhod::golden
