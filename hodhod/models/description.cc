// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/description.h"

#include <cctype>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/traced_steps.h"
#include "hodhod/models/transformer.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr int64_t kBytes = 4;  // of an f32

// A model on the device `shapes` and a batch for it.
class ShapesRun {
 public:
  ShapesRun(const TransformerConfig& config, int64_t batch, int64_t length)
      : model_(Transformer::shapes_of(config)),
        ids_(Tensor::empty({batch, length}, DType::i64, Device::shapes)),
        rows_(Tensor::empty({batch}, DType::i64, Device::shapes)) {
    set_requires_grad(model_);
  }

  Transformer& model() { return model_; }

  // Tokens → probabilities; states alone where the model has no head.
  Tensor forward(Context& context) const {
    const Memory states = run(context);
    if (head() == HeadKind::none) return states.states;
    const Tensor logits = has_labels() ? labels(states, context) : model_.logits(states.states, context);
    if (config().labels == 1) return logits;
    const Tensor probabilities = softmax(logits);
    trace(context, "probabilities", Component::softmax, logits.rank() == 3 ? "BTV" : "BV", probabilities);
    return probabilities;
  }

  Tensor loss(Context& context) const {
    const Memory states = run(context);
    if (head() == HeadKind::none) return mean(states.states);
    if (has_labels()) {
      const Tensor logits = labels(states, context);
      return cross_entropy(logits, head() == HeadKind::classifier ? rows_ : ids_);
    }
    return linear_cross_entropy(model_.head_states(states.states), model_.output_weight(),
                                model_.output_bias(), ids_);
  }

 private:
  const TransformerConfig& config() const { return model_.config(); }
  HeadKind head() const { return config().head; }
  bool has_labels() const { return head() == HeadKind::classifier || head() == HeadKind::tagger; }

  Memory run(Context& context) const {
    const TokenBatch tokens{.ids = ids_};
    if (!config().has_decoder()) return model_.encode(tokens, context);
    if (!config().has_encoder()) return {model_.decode(tokens, nullptr, context), {}};
    const Memory memory = model_.encode(tokens, context);
    return {model_.decode(tokens, &memory, context), {}};
  }
  Tensor labels(const Memory& states, Context& context) const {
    return head() == HeadKind::classifier ? model_.classify(states, context) : model_.tag(states, context);
  }

  Transformer model_;
  Tensor ids_, rows_;  // [B, T] and [B]; they stand for tokens and for labels
};

std::vector<int64_t> extents(const Shape& shape) { return {shape.begin(), shape.end()}; }

// A name of a trace as the stack, the number of the layer and the name within it: "decoder.layer.3.output".
void set_place(const std::string& name, LayerDescription& row) {
  constexpr std::string_view kLayer = "layer.";
  row.name = name;
  const size_t at = name.find(kLayer);
  if (at == std::string::npos || at + kLayer.size() >= name.size()) return;
  const size_t number = at + kLayer.size(), end = name.find('.', number);
  if (!std::isdigit(static_cast<unsigned char>(name[number])) || end == std::string::npos) return;
  row.stack = at > 0 ? name.substr(0, at - 1) : "";
  row.layer = std::stoll(name.substr(number, end - number));
  row.name = name.substr(end + 1);
}

std::vector<LayerDescription> describe_layers(ShapesRun& run) {
  TracedSteps steps(parameters_of(run.model()));
  Trace trace([&](const Trace::Entry& entry) { steps.add(entry); });
  Context context{.trace = &trace};
  run.forward(context);
  std::vector<LayerDescription> rows;
  for (const TracedStep& step : steps.steps()) {
    LayerDescription& row = rows.emplace_back();
    set_place(step.name, row);
    row.component = names_of(step.component)[static_cast<size_t>(step.component)];
    if (step.component != Component::input) row.in = extents(step.in);
    row.out = extents(step.out);
    row.parameters = step.parameters;
    row.flops = step.operations;
    row.kept = step.bytes;
    row.shared = step.shared;
  }
  for (const auto& [name, parameter] : steps.unused()) {
    LayerDescription& row = rows.emplace_back();
    row.component = "constant";
    row.name = name;
    row.out = extents(parameter.shape());
    row.parameters = parameter.numel();
  }
  return rows;
}

// The most that a training step holds, once the gradients are there.
int64_t bytes_of_training_step(ShapesRun& run) {
  const auto step = [&] {
    Context context{.training = true, .rng = Rng(1)};
    backward(run.loss(context));
  };
  step();
  const int64_t before = shapes_memory().in_use;
  reset_shapes_peak();
  step();
  return shapes_memory().peak - before;
}

// Keys and values of every layer; of an encoder–decoder, those of the source too.
int64_t bytes_of_cache(const TransformerConfig& config, int64_t tokens) {
  if (!config.has_decoder()) return 0;
  const int64_t sides = config.has_encoder() ? 2 : 1;
  const StackSizes sizes = config.sizes_of_decoder();
  return 2 * kBytes * sides * sizes.layers * tokens * sizes.kv_heads * sizes.head_size;
}

}  // namespace

Description describe(const TransformerConfig& config, const DescribeOptions& options) {
  Description d;
  d.config = config;
  d.batch = options.batch;
  d.length = options.length > 0 ? options.length : config.max_length;
  check(options.batch > 0, "describe: a batch of {}; give a number above 0", options.batch);
  check(options.length >= 0 && d.length <= config.max_length,
        "describe: a length of {} for a model that takes {}; give a length from 1 to that", options.length,
        config.max_length);
  const OnDevice shapes(Device::shapes);
  const Recording on(true);
  ShapesRun run(config, d.batch, d.length);
  d.parameters = parameter_count(run.model());
  d.layers = describe_layers(run);
  for (const LayerDescription& row : d.layers) d.forward_flops += row.flops;
  d.tokens = d.batch * d.length;
  d.weights = d.gradients = kBytes * d.parameters;
  d.optimizer = 2 * d.weights;
  d.activations = bytes_of_training_step(run);
  d.cache = bytes_of_cache(config, d.tokens);
  return d;
}

}  // namespace hodhod
