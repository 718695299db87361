// SPDX-License-Identifier: Apache-2.0
// Training a model without changing some of its parameters.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "hodhod/models/adapter_config.h"
#include "hodhod/models/model.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// A trainee whose parameters in `frozen` get no gradient and no update. They are no part of a checkpoint:
// whoever makes the model must give them the same values again.
class PartlyFrozen final : public Trainee {
 public:
  // Both must outlive this. `model` is the trainee's.
  PartlyFrozen(Trainee& trainee, Model& model, const std::vector<std::string>& frozen)
      : trainee_(trainee), frozen_(frozen.begin(), frozen.end()) {
    model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (frozen_.contains(name)) parameter.set_requires_grad(false);
    });
  }

  NamedParameters parameters() override {
    NamedParameters all = trainee_.parameters();
    std::erase_if(all, [&](const auto& parameter) { return frozen_.contains(parameter.first); });
    return all;
  }
  BatchPosition position() const override { return trainee_.position(); }
  void seek(BatchPosition position) override { trainee_.seek(position); }
  NamedParameters carried() const override { return trainee_.carried(); }
  void carry(const NamedParameters& state) override { trainee_.carry(state); }
  void next_batch() override { trainee_.next_batch(); }
  LossSum loss(Context& context) override { return trainee_.loss(context); }
  Scores validate() override { return trainee_.validate(); }
  std::vector<Sample> samples() override { return trainee_.samples(); }
  void save(const std::string& directory) override { trainee_.save(directory); }

 private:
  Trainee& trainee_;
  std::unordered_set<std::string> frozen_;
};

// The names of the parameters that are the model's embedding.
std::vector<std::string> embedding_parameters(Model& model);
// Of those that training an adapter leaves as they are: all but its own and the ones that it brings whole.
std::vector<std::string> frozen_by_adapter(Model& model, const ModelAdapter& adapter);
// Of those below the last `layers` layers: embeddings, earlier layers, and in an encoder-decoder the encoder,
// as far as the decoder has these layers. Error when the model has fewer layers, or no stack of layers.
std::vector<std::string> parameters_below(Model& model, int64_t layers);

}  // namespace hodhod
