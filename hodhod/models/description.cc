// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/description.h"

#include <cctype>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/models/forecaster.h"
#include "hodhod/models/model.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/traced_steps.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/traced_norm.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr int64_t kBytes = 4;  // of an f32
constexpr int64_t kUnlimited = int64_t{1} << 20, kUsualLength = 128;
constexpr int64_t kLettersOfWord = 6;  // in a text of average words

// A model on the device `shapes` and a batch for it; the model runs through the role that it has.
class ShapesRun {
 public:
  ShapesRun(const ModelConfig& config, int64_t batch, int64_t length)
      : model_(config.make_shapes()),
        ids_(Tensor::empty({batch, length}, DType::i64, Device::shapes)),
        rows_(Tensor::empty({batch}, DType::i64, Device::shapes)) {
    set_requires_grad(*model_);
  }

  Model& model() { return *model_; }

  // Tokens → probabilities, or logits of a single label or of a span, or hidden states if the model has no
  // head. A forecaster: history → forecast, and where that is trained its loss.
  Tensor forward(Context& context) const {
    if (const Forecaster* role = forecaster())
      return trains() ? loss(context) : role->forecast(windows(), context).values;
    const Tensor logits = answer(context);
    const HeadOptions& head = model_->config().head;
    const bool over_places =
        head.kind == HeadKind::span;  // as tasks compare them, over the windows of a text
    if (head.kind == HeadKind::none || head.labels == 1 || over_places) return logits;
    const Tensor probabilities = softmax(logits);
    trace(context, "probabilities", Component::softmax, logits.rank() == 3 ? "BTV" : "BV", probabilities);
    return probabilities;
  }

  Tensor loss(Context& context) const {
    if (const Forecaster* role = forecaster()) return role->loss(windows(), targets(), context);
    if (const LanguageModel* role = writer()) return role->loss(sequences(), ids_, {}, context);
    if (const auto* head = head_as<MaskedLanguageHead>(*model_))
      return head->loss(all_states(context), model_->embedding_table(), all_ids(), {}, context);
    const Tensor logits = answer(context);
    if (!model_->config().head.has_labels()) return mean(logits);
    return cross_entropy(logits, logits.rank() == 2 ? rows_ : ids_);
  }

  // Whether it is trained by gradients.
  bool trains() const { return model_->config().fitted_by() == FittedBy::gradients; }
  bool writes() const { return writer() != nullptr; }
  // Whether a role computes the answer step by step. Topics are parameters alone.
  bool runs() const { return writer() != nullptr || forecaster() != nullptr || model_->encoder() != nullptr; }
  int64_t bytes_of_state() const { return writer() ? writer()->state_bytes(ids_.dim(0), ids_.dim(1)) : 0; }

 private:
  const LanguageModel* writer() const {
    const LanguageModel* role = model_->sequence_to_sequence();
    return role ? role : model_->language_model();
  }
  const Forecaster* forecaster() const { return std::as_const(*model_).forecaster(); }
  SeriesWindows windows() const {
    const SeriesOptions& series = forecaster()->series();
    const int64_t batch = ids_.dim(0), rows = series.context + series.horizon;
    SeriesWindows all{
        Tensor::empty({batch, series.context, series.column_count()}, DType::f64, Device::shapes)};
    if (series.covariate_count() > 0)
      all.calendar = Tensor::empty({batch, rows, series.covariate_count()}, DType::f32, Device::shapes);
    return all;
  }
  Tensor targets() const {
    const SeriesOptions& series = forecaster()->series();
    return Tensor::empty({ids_.dim(0), series.horizon, series.column_count()}, DType::f64, Device::shapes);
  }
  SequenceBatch sequences() const {
    return {.source = {.ids = model_->config().reads_source() ? ids_ : Tensor()}, .target = {.ids = ids_}};
  }

  // Logits, or hidden states if there is no head.
  Tensor answer(Context& context) const {
    if (const LanguageModel* role = writer()) return role->logits(sequences(), context);
    if (head_as<ClassificationHead>(*model_)) return classify(*model_, {.ids = ids_}, context);
    if (head_as<TaggingHead>(*model_)) return tag(*model_, tokens(), context);
    if (head_as<SpanHead>(*model_)) return find_span(*model_, {.ids = ids_}, context);
    if (const auto* head = head_as<MaskedLanguageHead>(*model_))
      return head->logits(all_states(context), model_->embedding_table(), context);
    return model_->encoder()->encode({.ids = ids_}, context).states;
  }

  // Every token is a word, each spelled in its own way.
  TokenBatch tokens() const {
    TokenBatch batch{.ids = ids_};
    if (model_->config().alphabet() == nullptr) return batch;
    const int64_t words = ids_.numel();
    batch.letters = WordLetters{.ids = Tensor::empty({words, kLettersOfWord}, DType::i64, Device::shapes),
                                .of_tokens = ids_};
    return batch;
  }

  // A masked-language head takes the states of chosen tokens: here all of them, [B·T, C].
  Tensor all_states(Context& context) const {
    const Tensor states = model_->encoder()->encode({.ids = ids_}, context).states;
    return reshape(states, {-1, states.dim(2)});
  }
  Tensor all_ids() const { return reshape(ids_, {-1}); }

  std::unique_ptr<Model> model_;
  Tensor ids_, rows_;  // [B, T] and [B]; used as tokens and as labels
};

std::vector<int64_t> extents(const Shape& shape) { return {shape.begin(), shape.end()}; }

// Splits a trace's name, "decoder.layer.3.output", into stack, number of the layer, and name within it.
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
  Trace trace([&](const Trace::Entry& entry) {
    if (!is_measured_by_norm(entry.name)) steps.add(entry);
  });
  Context context{.trace = &trace};
  if (run.runs()) run.forward(context);
  std::vector<LayerDescription> rows;
  for (const TracedStep& step : steps.steps()) {
    LayerDescription& row = rows.emplace_back();
    set_place(step.name, row);
    row.component = name_of(step.component);
    if (step.component != Component::input) row.in = extents(step.in);
    row.out = extents(step.out);
    row.parameters = step.parameters;
    row.flops = step.operations;
    row.kept = step.bytes;
    row.shared = step.shared;
  }
  for (const auto& [name, parameter] : steps.unused()) {
    LayerDescription& row = rows.emplace_back();
    // What a pass does not use: of such a model, the layer that its training predicts tokens with.
    row.component = run.model().bidirectional_language_model() != nullptr ? "training" : "constant";
    row.name = name;
    row.out = extents(parameter.shape());
    row.parameters = parameter.numel();
  }
  return rows;
}

// The peak memory of a training step, after the gradients have been allocated.
int64_t bytes_of_training_step(ShapesRun& run, bool recompute) {
  const auto step = [&] {
    Context context{.training = true, .recompute = recompute, .rng = Rng(1)};
    backward(run.loss(context));
  };
  step();
  const int64_t before = shapes_memory().in_use;
  reset_shapes_peak();
  step();
  return shapes_memory().peak - before;
}

}  // namespace

std::vector<std::pair<std::string, int64_t>> parameters_by_component(const Description& description) {
  std::vector<std::pair<std::string, int64_t>> sums;
  for (const LayerDescription& row : description.layers) {
    if (row.parameters == 0) continue;
    auto found = sums.begin();
    while (found != sums.end() && found->first != row.component) ++found;
    if (found == sums.end()) found = sums.insert(found, {std::string(row.component), 0});
    found->second += row.parameters;
  }
  return sums;
}

void check_recompute(const ModelConfig& config, bool recompute) {
  check(
      !recompute || config.recomputes(),
      "--recompute: only the layers of a Transformer can be computed again, and this model is none; leave it "
      "out");
}

Description describe(const ModelConfig& config, const DescribeOptions& options) {
  Description d;
  d.batch = options.batch;
  const int64_t usual = config.max_length() < kUnlimited ? config.max_length() : kUsualLength;
  d.length = options.length > 0 ? options.length : usual;
  check(options.batch > 0, "describe: a batch of {}; give a number above 0", options.batch);
  check(options.length >= 0 && d.length <= config.max_length(),
        "describe: a length of {} for a model that takes {}; give a length from 1 to that", options.length,
        config.max_length());
  check_recompute(config, options.recompute);
  const OnDevice shapes(Device::shapes);
  const Recording on(true);
  ShapesRun run(config, d.batch, d.length);
  d.parameters = parameter_count(run.model());
  d.layers = describe_layers(run);
  for (const LayerDescription& row : d.layers) {
    d.forward_flops += row.flops;
    if (options.recompute && row.layer >= 0) d.again_flops += row.flops;
  }
  d.tokens = d.batch * d.length;
  d.weights = kBytes * d.parameters;
  if (run.trains()) {
    d.gradients = d.weights;
    d.optimizer = 2 * d.weights;
    d.activations = bytes_of_training_step(run, options.recompute);
  }
  d.writes = run.writes();
  d.cache = run.bytes_of_state();
  return d;
}

}  // namespace hodhod
