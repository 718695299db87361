// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/description.h"

#include <algorithm>
#include <map>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/transformer.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

constexpr int64_t kBytes = 4;  // of an f32

using Extents = std::vector<int64_t>;

int64_t count_of(const Extents& shape) {
  int64_t count = 1;
  for (int64_t extent : shape) count *= extent;
  return count;
}

// Keys that the queries of one row see, all together, of one head.
double pairs_seen(int64_t queries, int64_t keys, bool causal, int64_t window) {
  double pairs = 0;
  for (int64_t t = 0; t < queries; ++t) {
    const int64_t first = window > 0 ? std::max<int64_t>(0, t - window + 1) : 0;
    const int64_t end = causal ? t + 1 : window > 0 ? std::min(keys, t + window) : keys;
    pairs += static_cast<double>(end - first);
  }
  return pairs;
}

class Walk {
 public:
  Walk(const TransformerConfig& config, const DescribeOptions& options) {
    d_.config = config;
    d_.batch = options.batch;
    d_.length = options.length > 0 ? options.length : config.max_length;
    check(options.batch > 0, "describe: a batch of {}; give a number above 0", options.batch);
    check(options.length >= 0 && d_.length <= config.max_length,
          "describe: a length of {} for a model that takes {}; give a length from 1 to that", options.length,
          config.max_length);
    Transformer model = Transformer::shapes_of(config);
    for_each_parameter(model, [&](const std::string& name, Tensor& parameter) {
      const Shape& shape = parameter.shape();
      for (int i = 0; i < shape.rank(); ++i) shapes_[name].push_back(shape[i]);
      d_.parameters += parameter.numel();
    });
  }

  Description run() {
    const TransformerConfig& c = d_.config;
    if (c.has_encoder()) stack("encoder", c.source_vocabulary > 0 ? "source_embedding" : "embedding");
    if (c.has_decoder()) stack("decoder", "embedding");
    stack_ = "";
    head();
    check(shapes_.empty(), "describe: parameter {} has no place in the walk",
          shapes_.empty() ? "" : shapes_.begin()->first);
    finish();
    return d_;
  }

 private:
  Extents tokens() const { return {d_.batch, d_.length}; }
  Extents states(int64_t width) const { return {d_.batch, d_.length, width}; }
  Extents states() const { return states(d_.config.width); }
  bool has(const std::string& name) const { return shapes_.contains(name); }

  // The shape of a parameter that is described now; each is taken once.
  Extents take(const std::string& name) {
    const auto found = shapes_.find(name);
    check(found != shapes_.end(), "describe: the model has no parameter {}", name);
    Extents shape = found->second;
    shapes_.erase(found);
    return shape;
  }

  LayerDescription& add(const char* component, std::string name, Extents in, Extents out) {
    d_.layers.push_back({.component = component,
                         .stack = stack_,
                         .layer = layer_,
                         .name = std::move(name),
                         .in = std::move(in),
                         .out = std::move(out)});
    return d_.layers.back();
  }

  // "encoder.layer.3." before names of the block's parameters.
  std::string prefix() const {
    if (stack_.empty()) return "";
    return layer_ < 0 ? stack_ + "." : fmt::format("{}.layer.{}.", stack_, layer_);
  }

  // A linear layer on `in`; its weight is [out, in].
  void linear(const char* component, const std::string& name, Extents in) {
    const Extents weight = take(prefix() + name + ".weight");
    Extents out = in;
    out.back() = weight[0];
    LayerDescription& row = add(component, name, std::move(in), std::move(out));
    row.parameters = count_of(weight);
    if (has(prefix() + name + ".bias")) row.parameters += count_of(take(prefix() + name + ".bias"));
    row.flops = 2.0 * static_cast<double>(count_of(row.out)) * static_cast<double>(weight[1]);
  }

  // A norm of states; in training it keeps what it is given.
  void norm(const std::string& name, const char* component = "add & norm") {
    LayerDescription& row = add(component, name, states(), states());
    row.parameters = count_of(take(prefix() + name + ".weight"));
    if (has(prefix() + name + ".bias")) row.parameters += count_of(take(prefix() + name + ".bias"));
    row.kept = 2 * kBytes * count_of(row.out);  // its input, and its output for the layer after it
  }

  void stack(const char* name, const std::string& table) {
    stack_ = "";
    layer_ = -1;
    const TransformerConfig& c = d_.config;
    const bool decoder = std::string_view(name) == "decoder";
    add("input", fmt::format("token ids of the {}", name), {}, tokens());
    LayerDescription& embedding = add("embedding", table, tokens(), states());
    embedding.shared = !has(table + ".weight");
    if (!embedding.shared) embedding.parameters = count_of(take(table + ".weight"));
    stack_ = name;
    if (has(prefix() + "token_type.weight")) {
      add("embedding", "token_type", tokens(), states()).parameters =
          count_of(take(prefix() + "token_type.weight"));
    }
    positions();
    if (c.embedding_norm) norm("embedding_norm");
    const int64_t layers = decoder ? c.decoder_layers : c.encoder_layers;
    for (layer_ = 0; layer_ < layers; ++layer_) block(decoder);
    layer_ = -1;
    if (c.final_norm) norm("final_norm");
  }

  void positions() {
    const PositionKind kind = d_.config.positions;
    if (kind == PositionKind::none) return;
    const std::string name(names_of(kind)[static_cast<size_t>(kind)]);
    LayerDescription& row = add("positions", name, states(), states());
    if (kind == PositionKind::learned) row.parameters = count_of(take(prefix() + "position.weight"));
    if (kind == PositionKind::relative) row.parameters = count_of(take(prefix() + "relative.weight"));
  }

  void block(bool decoder) {
    const bool pre = d_.config.norm_placement == NormPlacement::pre;
    const auto sub_layer = [&](const std::string& name, const auto& f) {
      if (pre) norm(name + "_norm");
      f(name);
      if (pre) {
        add("add & norm", name + " + residual", states(), states());
      } else {
        norm(name + "_norm");
      }
    };
    const StackSizes sizes = decoder ? d_.config.sizes_of_decoder() : d_.config.sizes_of_encoder();
    const bool causal = decoder || d_.config.causal;
    sub_layer("self_attention",
              [&](const std::string& name) { attention(name, sizes, causal, d_.config.window); });
    if (decoder && d_.config.has_encoder())
      sub_layer("cross_attention", [&](const std::string& name) { attention(name, sizes, false, 0); });
    sub_layer("feed_forward", [&](const std::string& name) { feed_forward(name, sizes.feed_forward); });
  }

  void attention(const std::string& name, const StackSizes& sizes, bool causal, int64_t window) {
    const int64_t heads = sizes.heads, size = sizes.head_size, groups = sizes.kv_heads;
    for (const char* part : {".query", ".key", ".value"}) {
      linear("attention", name + part, states());
      d_.layers.back().kept = kBytes * count_of(d_.layers.back().out);
    }
    // Queries with keys, then probabilities with values: a multiply-add each for every element of a head.
    const double pairs =
        static_cast<double>(d_.batch * heads) * pairs_seen(d_.length, d_.length, causal, window);
    const Extents scores = {d_.batch, heads, d_.length, d_.length};
    add("attention", name + ": softmax(q · k)", {d_.batch, heads, d_.length, size}, scores).flops =
        2 * pairs * static_cast<double>(size);
    LayerDescription& mix = add("attention", name + ": probabilities · v",
                                {d_.batch, groups, d_.length, size}, states(heads * size));
    mix.flops = 2 * pairs * static_cast<double>(size);
    mix.kept = kBytes * count_of(mix.out);
    linear("attention", name + ".output", states(heads * size));
  }

  void feed_forward(const std::string& name, int64_t hidden) {
    const TransformerConfig& c = d_.config;
    linear("feed-forward", name + ".up", states());
    d_.layers.back().kept = kBytes * count_of(d_.layers.back().out) * (c.gated ? 2 : 1);
    if (c.gated) {
      linear("feed-forward", name + ".gate", states());
      d_.layers.back().kept = kBytes * count_of(d_.layers.back().out);
    }
    const std::string activation(kernels::name_of(c.activation));
    add("feed-forward", name + ": " + activation + (c.gated ? "(gate) · up" : ""), states(hidden),
        states(hidden));
    linear("feed-forward", name + ".down", states(hidden));
  }

  void head() {
    const TransformerConfig& c = d_.config;
    Extents out = states(c.vocabulary);
    if (c.head == HeadKind::none) return;
    if (c.head == HeadKind::language_model) {
      if (has("prediction.weight")) {
        linear("linear", "prediction", states());
        d_.layers.back().kept = kBytes * count_of(d_.layers.back().out);
        norm("prediction_norm", "linear");
      }
      LayerDescription& row = add("linear", "output", states(), out);
      row.flops = 2.0 * static_cast<double>(count_of(out)) * static_cast<double>(c.width);
      row.shared = !has("output.weight");
      if (!row.shared) row.parameters += count_of(take("output.weight"));
      if (has("output_bias")) row.parameters += count_of(take("output_bias"));
    } else {
      const bool sequence = c.head == HeadKind::classifier;
      if (has("pooler.weight")) linear("linear", "pooler", {d_.batch, c.width});
      linear("linear", "classifier", sequence ? Extents{d_.batch, c.width} : states());
      out = d_.layers.back().out;
    }
    if (c.labels != 1) add("softmax", "probabilities", out, out);
  }

  void finish() {
    const TransformerConfig& c = d_.config;
    int64_t described = 0, widest = 0;
    for (const LayerDescription& row : d_.layers) {
      described += row.parameters;
      d_.forward_flops += row.flops;
      d_.activations += row.kept;
      if (row.layer >= 0 && row.component != "attention") widest = std::max(widest, count_of(row.out));
    }
    check(described == d_.parameters, "describe: {} parameters in the walk and {} in the model", described,
          d_.parameters);
    d_.tokens = d_.batch * d_.length;
    d_.weights = d_.gradients = kBytes * d_.parameters;
    d_.optimizer = 2 * d_.weights;
    // The backward pass works on a gradient of the widest layer and one of the states; the loss, which goes
    // over the vocabulary in chunks, on a gradient of the output layer's table before that.
    const int64_t backward = kBytes * (widest + 2 * count_of(states()));
    const int64_t loss = c.head == HeadKind::language_model
                             ? kBytes * (c.vocabulary * c.width +
                                         std::min(d_.tokens * c.vocabulary,
                                                  std::max<int64_t>(int64_t{8} << 20, 256 * c.vocabulary)))
                             : 0;
    d_.activations += std::max(backward, loss);
    if (c.has_decoder()) {
      const int64_t sides = c.has_encoder() ? 2 : 1;  // of an encoder–decoder, those of the source too
      const StackSizes sizes = c.sizes_of_decoder();
      d_.cache = 2 * kBytes * sides * sizes.layers * d_.tokens * sizes.kv_heads * sizes.head_size;
    }
  }

  Description d_;
  std::map<std::string, Extents> shapes_;  // of parameters that are still to be described
  std::string stack_;
  int64_t layer_ = -1;
};

}  // namespace

Description describe(const TransformerConfig& config, const DescribeOptions& options) {
  return Walk(config, options).run();
}

}  // namespace hodhod
