// SPDX-License-Identifier: Apache-2.0
// What a run needs to go on as if it had never stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hodhod/base/json.h"
#include "hodhod/train/optimizer.h"

namespace hodhod {

struct TrainingState {
  int64_t step = 0;             // updates made or skipped
  int64_t optimizer_steps = 0;  // updates made
  int64_t epoch = 0;
  int64_t batch = 0;                    // the next one of the epoch
  double items = 0;                     // trained on so far
  double loss_sum = 0, loss_items = 0;  // since the last line of metrics
  double best = 0;
  double best_items = 0;       // that `best` was measured on
  int64_t best_step = 0;       // 0: no validation yet
  int64_t validated_step = 0;  // of the last validation
  int64_t model_step = 0;      // of the model that is in the directory; 0: none yet
  int64_t validations_since_best = 0;
  int64_t skipped_in_a_row = 0;
  double seconds = 0;  // of all runs so far

  template <class Visitor>
  void visit(Visitor&& v) {
    v("step", step);
    v("optimizer_steps", optimizer_steps);
    v("epoch", epoch);
    v("batch", batch);
    v("items", items);
    v("loss_sum", loss_sum);
    v("loss_items", loss_items);
    v("best", best);
    v("best_items", best_items);
    v("best_step", best_step);
    v("validated_step", validated_step);
    v("model_step", model_step);
    v("validations_since_best", validations_since_best);
    v("skipped_in_a_row", skipped_in_a_row);
    v("seconds", seconds);
  }
};

struct LoadedState {
  TrainingState state;
  NamedParameters tensors;
  Json values = nullptr;  // those of a fitting (train/fitting.h); null if there are none
};

// Publishes a checkpoint in DIRECTORY/training. Older ones are removed only when this one is complete.
void save_training_state(const std::string& directory, const TrainingState& state,
                         const NamedParameters& tensors, const Json& values = nullptr);

// The newest checkpoint that is whole, or nothing where there is none. `message` is told of damaged ones.
std::optional<LoadedState> load_training_state(const std::string& directory,
                                               const std::function<void(const std::string&)>& message);

// Whether there is any checkpoint.
bool has_training_state(const std::string& directory);

// Removes the checkpoints of `step` and later steps. Returns the step of the newest that is left, if any.
std::optional<int64_t> remove_training_states_from(const std::string& directory, int64_t step);

// Copies the tensors of the same names into the parameters; Error when one is missing or has another shape.
void restore_parameters(const NamedParameters& from, const NamedParameters& parameters);

}  // namespace hodhod
