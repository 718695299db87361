// SPDX-License-Identifier: Apache-2.0
// Fitting without gradients: models that are counted, swept or solved rather than trained on a tape.
//
// A Fitting is the algorithm alone. fit_model() runs it in a run's directory, as train() does with a Trainee:
// checkpoints, the lock, signals, --minutes and metrics.jsonl are the same. A run that was killed goes on
// with the same bits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hodhod/base/json.h"
#include "hodhod/base/number_range.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// What a checkpoint of a fitting holds besides the number of units that are done.
struct FittingState {
  Json values = Json::object();  // small things: phases, positions, names and sizes of files
  NamedTensors tensors = {};
};

// The work is cut into units whose sizes depend on the data and the options alone: a block of text, a sweep,
// an iteration, a merge. What is fitted depends neither on the number of threads nor on where a run was
// stopped.
class Fitting {
 public:
  virtual ~Fitting() = default;

  // Does the next unit of work. Called while finished() is false. A unit should take a second at most, since
  // a signal is looked at between two units.
  virtual void advance() = 0;
  virtual bool finished() const = 0;
  // Number of units in all, if it is known; otherwise 0.
  virtual int64_t units() const { return 0; }
  // Whether the model can be used as it is now, before the end. A run that is out of time saves such a model.
  virtual bool usable() const { return finished(); }
  // Numbers of the last unit by name, such as a loss, for metrics.jsonl and the progress line. May be empty.
  virtual std::vector<std::pair<std::string, double>> measures() const { return {}; }

  // Whether what was fitted can be had from a checkpoint of the end, once the model was saved. Otherwise all
  // the work is done again where the model is gone.
  virtual bool keeps_result() const { return true; }

  // Everything that is needed to go on after the units that are done. restore() is called before the first
  // advance(), on a Fitting made with the same data and options; it throws Error when the state is not one of
  // this fitting.
  virtual void store(FittingState& state) const = 0;
  virtual void restore(const FittingState& state) = 0;
};

struct FittingOptions {
  double minutes = 0;
  double save_seconds = 30;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("minutes", minutes, "Stop after this many minutes; 0 for no limit", at_least(0));
    v("save_seconds", save_seconds, "Seconds between checkpoints; 0 to save after every unit of work",
      at_least(0));
  }
};

// A fitting with what its task does with the model.
struct FittedTask {
  Fitting& fitting;
  std::function<Scores()> validate;                        // may be empty
  std::function<void(const std::string& directory)> save;  // writes the model as it is now
  // Removes what only a fitting needs that has not finished. May be empty.
  std::function<void()> clean_up = {};
};

// Fits the model in `directory` and writes it there when the fitting has finished, or when the time is up and
// the model is usable. A run that is there goes on; one that has finished is left as it is. In the report,
// `steps` are units. Error, and no model, when the time is up and the model is not usable.
TrainingReport fit_model(const FittedTask& task, const FittingOptions& options, RunDirectory& directory,
                         const TrainingLog& log = {});

}  // namespace hodhod
