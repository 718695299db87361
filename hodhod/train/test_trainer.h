// SPDX-License-Identifier: Apache-2.0
// For tests of the trainer: a small network to train, whose losses and scores a test can spoil.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/data/batching.h"
#include "hodhod/nn/linear.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/loss.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// A small network with dropout that learns y = tanh(3x), batches in a shuffled order.
class Curve final : public Trainee {
 public:
  Curve() : sampler_(std::vector<int64_t>(40, 1), {.max_tokens = 7, .seed = 3}) {
    Rng rng(5);
    for (Linear* layer : {&first_, &second_}) {
      for (Tensor* parameter : {&layer->weight, &layer->bias}) {
        for (int64_t i = 0; i < parameter->numel(); ++i) {
          parameter->data<float>()[i] = static_cast<float>(rng.normal() * 0.5);
        }
        parameter->set_requires_grad();
      }
    }
  }

  NamedParameters parameters() override {
    return {{"first.weight", first_.weight},
            {"first.bias", first_.bias},
            {"second.weight", second_.weight},
            {"second.bias", second_.bias}};
  }
  BatchPosition position() const override { return sampler_.position(); }
  void seek(BatchPosition position) override {
    sampler_.seek(position);
    state_ = Tensor::zeros({1});
  }
  NamedParameters carried() const override {
    return carries ? NamedParameters{{"drift", state_}} : NamedParameters{};
  }
  void carry(const NamedParameters& state) override {
    if (carries) state_ = state.at(0).second;
  }
  void next_batch() override {
    const auto rows = sampler_.next();
    std::vector<float> x, y;
    for (int64_t row : rows) {
      x.push_back(static_cast<float>(row) / 20 - 1);
      y.push_back(std::tanh(3 * x.back()));
    }
    const auto count = static_cast<int64_t>(rows.size());
    x_ = Tensor::from(x, {count, 1});
    y_ = Tensor::from(y, {count, 1});
    ++batches_seen;
    items_seen += count;
    if (on_batch) on_batch(batches_seen);
  }
  LossSum loss(Context& context) override {
    const Tensor hidden = dropout(tanh(first_(carries ? add(x_, state_) : x_)), 0.1, context.next_stream());
    const float seen = spoil && spoil(batches_seen) ? NAN : x_.data<float>()[0];
    state_ = Tensor::from(std::vector<float>{0.9F * state_.data<float>()[0] + 0.1F * seen}, {1});
    Tensor sum = mse_loss(second_(hidden), y_, Reduction::sum);
    if (steep && batches_seen > 3) sum = add(sum, sqrt(sub(second_.bias, second_.bias)));
    if (spoil && spoil(batches_seen)) sum = scale(sum, std::numeric_limits<double>::quiet_NaN());
    return {sum, static_cast<double>(x_.dim(0))};
  }
  Scores validate() override {
    at_validation.push_back(values());
    if (without_scores) return {};
    std::vector<float> x, y;
    for (int i = 0; i < 21; ++i) {
      x.push_back(static_cast<float>(i) / 10 - 1);
      y.push_back(std::tanh(3 * x.back()));
    }
    const double loss =
        mse_loss(second_(tanh(first_(Tensor::from(x, {21, 1})))), Tensor::from(y, {21, 1})).item();
    return {.values = {{"loss", judge ? judge(loss) : loss}}, .items = items_scored};
  }
  void save(const std::string& directory) override {
    std::string text;
    for (float value : values()) text += fmt::format("{} ", value);
    write_file_atomically(join_path(directory, "model.txt"), text);
  }

  std::vector<float> values() {
    std::vector<float> all;
    for (const auto& [name, parameter] : parameters()) {
      const auto some = parameter.values<float>();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }

  std::vector<std::vector<float>> at_validation;
  bool without_scores = false;
  bool carries = false;  // a state from batch to batch that moves the inputs
  bool steep = false;    // from the second update on: a loss that is finite with a slope that is not
  int batches_seen = 0;
  int64_t items_seen = 0;
  double items_scored = 21;
  std::function<double(double)> judge;  // what a validation gives instead of its loss
  std::function<void(int)> on_batch;
  std::function<bool(int)> spoil;

 private:
  Linear first_{1, 8}, second_{8, 1};
  BatchSampler sampler_;
  Tensor x_, y_, state_ = Tensor::zeros({1});
};

inline TrainerOptions options_for(int64_t steps) {
  TrainerOptions options;
  options.steps = steps;
  options.accumulate = 3;
  options.validate_every = 7;
  options.save_every = 5;
  options.average = 0.9;
  options.schedule = {.kind = ScheduleKind::inverse_sqrt, .rate = 0.01, .warmup = 5};
  return options;
}

struct Result {
  std::vector<float> weights;
  std::string best;
};

inline Result result_of(Curve& curve, const std::string& directory) {
  return {curve.values(), read_file(join_path(directory, "model.txt"))};
}

inline Result whole_run() {
  const TemporaryDirectory directory;
  Curve curve;
  train(curve, options_for(24), directory.path());
  return result_of(curve, directory.path());
}

// What train() says when it throws.
inline std::string training_error(Curve& curve, const TrainerOptions& options, const std::string& directory) {
  try {
    train(curve, options, directory);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace hodhod
