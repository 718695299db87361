// SPDX-License-Identifier: Apache-2.0
// Training a model without changing some of its parameters.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

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
  void save(const std::string& directory) override { trainee_.save(directory); }

 private:
  Trainee& trainee_;
  std::unordered_set<std::string> frozen_;
};

// The names of the parameters that are the model's embedding.
inline std::vector<std::string> embedding_parameters(Model& model) {
  const Tensor table = model.embedding_table();
  std::vector<std::string> names;
  model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (table.defined() && parameter.storage().get() == table.storage().get() &&
        parameter.offset() == table.offset())
      names.push_back(name);
  });
  return names;
}

}  // namespace hodhod
