// SPDX-License-Identifier: Apache-2.0
#include "bench/workloads.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "bench/worker.h"
#include "hodhod/base/error.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

namespace hodhod::bench {
namespace {

Tensor random_ids(int64_t vocabulary, int64_t batch, int64_t time, uint64_t stream) {
  Tensor ids = Tensor::empty({batch, time}, DType::i64);
  Rng rng(1, stream);
  for (int64_t i = 0; i < ids.numel(); ++i) {
    ids.data<int64_t>()[i] = static_cast<int64_t>(rng.below(static_cast<uint64_t>(vocabulary)));
  }
  return ids;
}

// Multiply-adds of a forward pass are counted; a multiply-add is two operations, and backward costs twice
// forward.
constexpr double kOperationsPerMultiplyAdd = 6;

// A parameter is updated and its gradient freed as soon as it is complete: one gradient at a time is alive.
class Training : public Workload {
 public:
  double step() final {
    optimizer_->begin_step();
    const Tensor value = loss();
    const double result = value.item();
    backward(value, {.on_leaf = [&](Node& leaf) {
               const auto place =
                   std::lower_bound(index_.begin(), index_.end(), std::pair<Node*, size_t>{&leaf, 0});
               if (place != index_.end() && place->first == &leaf) optimizer_->update(place->second, 1e-4);
             }});
    return result;
  }
  double parameters() const final { return parameters_; }

 protected:
  virtual Tensor loss() = 0;

  template <class Layer>
  void train(Layer& layer) {
    set_requires_grad(layer);
    const auto all = parameters_of(layer);
    for (size_t i = 0; i < all.size(); ++i) {
      parameters_ += static_cast<double>(all[i].second.numel());
      index_.emplace_back(all[i].second.node().get(), i);
    }
    std::sort(index_.begin(), index_.end());
    optimizer_ =
        make_optimizer(all, {.beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01, .decay_vectors = true});
  }

 private:
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<std::pair<Node*, size_t>> index_;
  double parameters_ = 0;
};

// Multiply-adds of one pass over `tokens` positions of a stack, and over `memory` positions it attends to.
double stack_cost(const TransformerConfig& c, int64_t layers, double tokens, double length,
                  double memory_tokens, double memory_length, bool causal) {
  const auto width = static_cast<double>(c.width), hidden = static_cast<double>(c.feed_forward);
  double layer =
      tokens * (4 * width * width + 2 * width * hidden) + tokens * length * 2 * width * (causal ? 0.5 : 1);
  if (memory_tokens > 0) {
    layer +=
        tokens * 2 * width * width + memory_tokens * 2 * width * width + tokens * memory_length * 2 * width;
  }
  return layer * static_cast<double>(layers);
}

class Gpt final : public Training {
 public:
  Gpt(int64_t vocabulary, int64_t length, int64_t batch, int64_t layers, int64_t heads, int64_t width)
      : config_(make_config(vocabulary, length, layers, heads, width)),
        model_(config_, Rng(1)),
        ids_(random_ids(vocabulary, batch, length, 1)),
        targets_(random_ids(vocabulary, batch, length, 2)) {
    train(model_);
  }

  double operations() const override {
    const auto length = static_cast<double>(ids_.dim(1)), tokens = static_cast<double>(ids_.numel());
    return kOperationsPerMultiplyAdd *
           (stack_cost(config_, config_.decoder_layers, tokens, length, 0, 0, true) +
            tokens * static_cast<double>(config_.width * config_.vocabulary));
  }

 private:
  static TransformerConfig make_config(int64_t vocabulary, int64_t length, int64_t layers, int64_t heads,
                                       int64_t width) {
    TransformerConfig config = transformer_preset("gpt2");
    config.vocabulary = vocabulary;
    config.max_length = length;
    config.decoder_layers = layers;
    config.heads = heads;
    config.width = width;
    config.feed_forward = 4 * width;
    config.dropout = config.attention_dropout = 0;
    return config;
  }

  Tensor loss() override {
    Context context{.training = true};
    return model_.loss({.target = {.ids = ids_}}, targets_, {}, context);
  }

  TransformerConfig config_;
  TransformerModel model_;
  Tensor ids_, targets_;
};

class Translator final : public Training {
 public:
  Translator(int64_t vocabulary, int64_t layers, int64_t width, int64_t heads, int64_t hidden, int64_t batch,
             int64_t length)
      : config_(make_config(vocabulary, layers, width, heads, hidden, length)),
        model_(config_, Rng(1)),
        source_(random_ids(vocabulary, batch, length, 1)),
        target_(random_ids(vocabulary, batch, length, 2)),
        labels_(random_ids(vocabulary, batch, length, 3)) {
    train(model_);
  }

  double operations() const override {
    const auto length = static_cast<double>(source_.dim(1)), tokens = static_cast<double>(source_.numel());
    return kOperationsPerMultiplyAdd *
           (stack_cost(config_, config_.encoder_layers, tokens, length, 0, 0, false) +
            stack_cost(config_, config_.decoder_layers, tokens, length, tokens, length, true) +
            tokens * static_cast<double>(config_.width * config_.vocabulary));
  }

 private:
  static TransformerConfig make_config(int64_t vocabulary, int64_t layers, int64_t width, int64_t heads,
                                       int64_t hidden, int64_t length) {
    TransformerConfig config = transformer_preset("transformer-base");
    config.vocabulary = vocabulary;
    config.encoder_layers = config.decoder_layers = layers;
    config.width = width;
    config.heads = heads;
    config.feed_forward = hidden;
    config.max_length = length;
    config.positions = PositionKind::interleaved;
    config.final_norm = true;  // as torch.nn.Transformer has
    config.dropout = 0;
    return config;
  }

  Tensor loss() override {
    Context context{.training = true};
    return model_.loss({.source = {.ids = source_}, .target = {.ids = target_}}, labels_, {}, context);
  }

  TransformerConfig config_;
  TransformerModel model_;
  Tensor source_, target_, labels_;
};

class Classifier final : public Training {
 public:
  Classifier()
      : config_(make_config()),
        net_{TransformerModel({config_, {.kind = HeadKind::none}}, Rng(1)), Linear(config_.width, 2)},
        ids_(random_ids(config_.vocabulary, 16, 256, 1)),
        labels_(random_ids(2, 1, 16, 2).reshaped({16})) {
    fill(net_.head.weight, 0.01);
    fill(net_.head.bias, 0);
    train(net_);
  }

  double operations() const override {
    return kOperationsPerMultiplyAdd *
           stack_cost(config_, config_.encoder_layers, static_cast<double>(ids_.numel()), 256, 0, 0, false);
  }

 private:
  struct Net {
    TransformerModel body;
    Linear head;
    template <class V>
    void visit(V& v) {
      v("body", body);
      v("head", head);
    }
  };

  static TransformerConfig make_config() {
    TransformerConfig config = transformer_preset("bert-small");
    config.vocabulary = 8000;
    config.max_length = 256;
    config.token_types = 0;
    config.embedding_norm = false;
    config.norm_epsilon = 1e-5;
    config.dropout = config.attention_dropout = 0;
    return config;
  }

  Tensor loss() override {
    Context context{.training = true};
    const HiddenStates memory = net_.body.encode({.ids = ids_}, context);
    return cross_entropy(net_.head(mean(memory.states, {1})), labels_);
  }

  TransformerConfig config_;
  Net net_;
  Tensor ids_, labels_;
};

class RecurrentLM final : public Training {
 public:
  explicit RecurrentLM(Cell cell)
      : gates_(cell == Cell::lstm  ? 4
               : cell == Cell::gru ? 3
                                   : 1),
        net_{Tensor::empty({65, 256}), Recurrent({.cell = cell, .input = 256, .hidden = 256, .layers = 2}),
             Linear(256, 65)},
        ids_(random_ids(65, 32, 64, 1)),
        targets_(random_ids(65, 32, 64, 2)) {
    for_each_parameter(net_, [](const std::string& name, Tensor& parameter) {
      Rng rng = Rng(1).fork(name.size());
      for (int64_t i = 0; i < parameter.numel(); ++i) parameter.data<float>()[i] = (rng.uniform() - 0.5f) / 8;
    });
    train(net_);
  }

  double operations() const override {
    const auto tokens = static_cast<double>(ids_.numel());
    return kOperationsPerMultiplyAdd * tokens * (2 * 2 * gates_ * 256.0 * 256.0 + 256.0 * 65.0);
  }

 private:
  struct Net {
    Tensor embedding;
    Recurrent cells;
    Linear output;
    template <class V>
    void visit(V& v) {
      v("embedding", embedding);
      v("cells", cells);
      v("output", output);
    }
  };

  Tensor loss() override {
    Context context{.training = true};
    const Tensor states = net_.cells(ids_, net_.embedding, context).output;
    return linear_cross_entropy(states, net_.output.weight, net_.output.bias, targets_);
  }

  double gates_;
  Net net_;
  Tensor ids_, targets_;
};

const std::vector<std::pair<std::string, std::function<std::unique_ptr<Workload>()>>>& makers() {
  static const std::vector<std::pair<std::string, std::function<std::unique_ptr<Workload>()>>> all = {
      {"a", [] { return std::make_unique<Gpt>(65, 64, 12, 4, 4, 128); }},
      {"b", [] { return std::make_unique<Gpt>(65, 256, 8, 6, 6, 384); }},
      {"c", [] { return std::make_unique<Gpt>(50257, 64, 4, 12, 12, 768); }},
      {"d", [] { return std::make_unique<Translator>(8000, 3, 256, 4, 1024, 64, 24); }},
      {"e", [] { return std::make_unique<Translator>(16000, 6, 512, 8, 2048, 32, 24); }},
      {"f", [] { return std::make_unique<Classifier>(); }},
      {"lstm", [] { return std::make_unique<RecurrentLM>(Cell::lstm); }},
      {"gru", [] { return std::make_unique<RecurrentLM>(Cell::gru); }},
      {"rnn", [] { return std::make_unique<RecurrentLM>(Cell::tanh); }},
  };
  return all;
}

}  // namespace

std::unique_ptr<Workload> make_workload(const std::string& name) {
  for (const auto& [known, make] : makers()) {
    if (known == name) return make();
  }
  fail("versus_torch: there is no workload {}; they are a to f, lstm, gru and rnn", name);
}

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : makers()) names.push_back(name);
  return names;
}

double product_speed() {
  constexpr int64_t kM = 4096, kN = 3072, kK = 768;
  const Tensor a = Tensor::empty({kM, kK}), b = Tensor::empty({kN, kK}), c = Tensor::empty({kM, kN});
  // Not constant: some processors run faster on operands that do not change.
  init_uniform(a, -1, 1, Rng(1));
  init_uniform(b, -1, 1, Rng(2));
  std::vector<double> seconds;
  for (int i = 0; i < 9; ++i) {
    const double start = now();
    kernels::cpu_kernels<float>().product({.m = kM,
                                           .n = kN,
                                           .k = kK,
                                           .a = {.data = a.data<float>(), .stride = kK},
                                           .b = {.data = b.data<float>(), .stride = kK, .transpose = true},
                                           .c = c.data<float>(),
                                           .c_stride = kN});
    if (i > 0) seconds.push_back(now() - start);
  }
  return 2.0 * kM * kN * kK / median(seconds);
}

}  // namespace hodhod::bench
