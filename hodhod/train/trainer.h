// SPDX-License-Identifier: Apache-2.0
// The training loop: batches → loss → gradients → update, with validation, checkpoints, metrics and resuming.
//
// What a run computes depends on its options and data alone. A signal or a crash may stop it at any moment.
// When it is continued, the weights at the end have the same bits as without the stop.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/nn/context.h"
#include "hodhod/tensor/tensor.h"
#include "hodhod/train/optimizer.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/schedule.h"

namespace hodhod {

struct TrainerOptions {
  int64_t steps = 10000;
  double minutes = 0;
  int64_t accumulate = 1;
  bool recompute = false;
  double clip = 1.0;
  int64_t validate_every = 500;
  double validate_growth = 0;
  int64_t save_every = 0;
  int64_t log_every = 50;
  bool log_layers = false;
  int64_t patience = 0;
  double average = 0;
  int64_t average_last = 0;
  int64_t skip_limit = 20;
  uint64_t seed = 1;
  OptimizerOptions optimizer = {};
  ScheduleOptions schedule = {};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("steps", steps, "Number of updates to make", at_least(1));
    v("minutes", minutes, "Stop after this many minutes; 0 for no limit", at_least(0));
    v("accumulate", accumulate, "Number of batches in an update", in(1, 1'000'000));
    v("recompute", recompute,
      "Compute what is inside a Transformer's layers again in the backward pass: less memory, more time, the "
      "same model");
    v("clip", clip, "Largest norm of the gradient; 0 for no limit", at_least(0));
    v("validate_every", validate_every, "Number of updates between validations; 0 for one at the end only",
      at_least(0));
    v("validate_growth", validate_growth,
      "Validate ever less often: after step n, wait for this share of n if that is more than "
      "--validate-every",
      in(0, 1e6));
    v("save_every", save_every, "Number of updates between checkpoints; 0 to save at each validation",
      at_least(0));
    v("log_every", log_every, "Number of updates between lines in metrics.jsonl; 0 for none", at_least(0));
    v("log_layers", log_layers,
      "At the same steps, also write the sizes of gradients, weights, updates and outputs of each layer to "
      "training/layers.jsonl");
    v("patience", patience, "Stop after this many validations without a better one; 0 for never",
      at_least(0));
    v("average", average, "Decay of a running average of the weights that is used in their place; 0 for none",
      at_least(0).below(1));
    v("average_last", average_last,
      "Use the mean of the weights at this many last validations in their place; 0 for none", in(0, 1000));
    v("skip_limit", skip_limit, "Stop after this many updates in a row whose loss or gradient is not finite",
      at_least(1));
    v("seed", seed, "Seed of initial weights, data order and dropout");
    v("optimizer", optimizer);
    v("schedule", schedule);
  }

  // Error naming the option and the value if one is out of range.
  void validate() const;
};

// Whether there is a validation after this step: at `every`, and from each on to the next after max(`every`,
// ⌊`growth` · step⌋) steps. 0 as `every`: at none.
bool is_validation_step(int64_t step, int64_t every, double growth);

// A loss on the tape, summed over its items: tokens, or examples.
struct LossSum {
  Tensor sum;
  double items = 0;
};

// The results of a validation by name. The first of them decides which model is best. Without any, the last
// model is kept.
struct Scores {
  std::vector<std::pair<std::string, double>> values;
  bool higher_is_better = false;
  double items = 0;  // the number they were measured on; scores on different numbers are not compared
};

// What a model answered to one input of the data for validation.
struct Sample {
  std::string input;
  std::string expected;  // empty: there is no right answer
  std::string output;
};

// What is trained: a model with its data. The trainer knows nothing else of them.
class Trainee {
 public:
  virtual ~Trainee() = default;
  virtual NamedParameters parameters() = 0;
  // Which batch comes next, and a way to go to another one. The order of batches is a function of the seed
  // and the epoch alone.
  virtual BatchPosition position() const = 0;
  virtual void seek(BatchPosition position) = 0;
  // What goes from batch to batch besides the position, such as the state of a recurrent network that reads
  // on: tensors by name, which nobody changes later. A checkpoint holds it. seek() begins it anew, and
  // carry() sets it to what it was at another time.
  virtual NamedParameters carried() const { return {}; }
  virtual void carry(const NamedParameters& /*state*/) {}
  // Takes the next batch; computes the loss of the batch taken last.
  virtual void next_batch() = 0;
  virtual LossSum loss(Context& context) = 0;
  virtual Scores validate() = 0;
  // A few answers of the model that was validated last, for a person to read. The same model gives the same.
  virtual std::vector<Sample> samples() { return {}; }
  // Writes the model as it is now as a Hugging Face directory.
  virtual void save(const std::string& directory) = 0;
};

enum class TrainingEnd { finished, out_of_time, patience, signal };
constexpr std::array<std::string_view, 4> names_of(TrainingEnd) {
  return {"finished", "time", "patience", "signal"};
}

struct TrainingReport {
  TrainingEnd end = TrainingEnd::finished;
  int64_t first_step = 0;  // the step it went on from; equal to `steps` when nothing was left to do
  int64_t steps = 0;
  double best = 0;
  int64_t best_step = 0;
  int64_t model_step = 0;  // of the model in the directory; 0: this run has written none yet
  Scores last = {};
  double seconds = 0;           // of this call, without earlier ones
  double loop_seconds = 0;      // of these, outside of forward, backward and update
  double items_per_second = 0;  // over forward, backward and update
  std::string profile = {};     // a table of where the time went
};

// Where the trainer reports its progress.
struct TrainingLog {
  std::function<void(int64_t step, int64_t steps, const std::string& note)> progress = {};
  std::function<void(const std::string& line)> message = {};
  // message(line), if there is one and the line is not empty.
  void tell(const std::string& line) const {
    if (message && !line.empty()) message(line);
  }
};

// Trains in `directory`. It writes the best model there (without validation scores the last one), checkpoints
// in training/, and what RunLog says on the way (train/run_log.h). A run that is there is continued; one that
// has ended is left as it is.
//
// When a score, the weights, or `skip_limit` updates in a row are not finite, the run ends with an Error that
// names the step of the last sound state and the way to go on from it. Nothing is saved after that step.
TrainingReport train(Trainee& trainee, const TrainerOptions& options, RunDirectory& directory,
                     const TrainingLog& log = {});

// The same. The directory is taken as that of a run with these options (see RunDirectory).
TrainingReport train(Trainee& trainee, const TrainerOptions& options, const std::string& directory,
                     const TrainingLog& log = {});

}  // namespace hodhod
