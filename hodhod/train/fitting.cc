// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/fitting.h"

#include <fmt/format.h>

#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/signals.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/loop_profile.h"
#include "hodhod/train/metrics_log.h"
#include "hodhod/train/training_state.h"

namespace hodhod {
namespace {

// One call of fit_model().
class FittingRun {
 public:
  FittingRun(const FittedTask& task, const FittingOptions& options, RunDirectory& directory,
             const TrainingLog& log)
      : task_(task), options_(options), directory_(directory), log_(log) {}

  TrainingReport run() {
    begin_ = saved_at_ = steady_now();
    resume();
    directory_.store();
    metrics_.emplace(directory_.path(), state_.step, state_.validated_step == state_.step);
    std::optional<TrainingEnd> end = reason_to_end();
    while (!end) {
      task_.fitting.advance();
      ++state_.step;
      tell_progress();
      end = reason_to_end();
      if (!end && steady_now() - saved_at_ >= options_.save_seconds) save();
    }
    save();
    if (*end != TrainingEnd::signal && (state_.model_step == 0 || state_.model_step != state_.step))
      finish(*end);
    // Only behind the checkpoint that knows of the model: a run that is killed before needs all of it again.
    if (task_.clean_up && state_.model_step > 0 && task_.fitting.finished()) task_.clean_up();
    return report(*end);
  }

 private:
  double seconds() const { return state_.seconds + steady_now() - begin_; }

  std::optional<TrainingEnd> reason_to_end() const {
    if (task_.fitting.finished()) return TrainingEnd::finished;
    if (stop_requested()) return TrainingEnd::signal;
    if (options_.minutes > 0 && seconds() > options_.minutes * 60) return TrainingEnd::out_of_time;
    return std::nullopt;
  }

  void resume() {
    const auto loaded = load_training_state(directory_.path(), log_.message);
    if (!loaded) return;
    const bool lost = loaded->state.model_step > 0 && directory_.has_lost_model();
    if (lost && !task_.fitting.keeps_result()) {
      log_.tell(fmt::format("{}: the model is gone, and is made again", directory_.path()));
      return;
    }
    state_ = loaded->state;
    try {
      task_.fitting.restore({loaded->values, loaded->tensors});
    } catch (const Error& error) {
      fail(
          "{}: the run here cannot go on: {}; give the same to continue it, another directory (`out`) for "
          "another run, or `restart` to start again in this one",
          directory_.path(), error.what());
    }
    if (lost) {
      log_.tell(
          fmt::format("{}: the model is gone, and is written again from the checkpoint", directory_.path()));
      state_.model_step = 0;
    }
    saved_step_ = first_step_ = state_.step;
    log_.tell(fmt::format("continuing from step {}", state_.step));
  }

  void tell_progress() {
    const auto measures = task_.fitting.measures();
    if (!measures.empty()) metrics_->add(state_.step, measures);
    if (!log_.progress) return;
    std::string note;
    for (const auto& [name, value] : measures)
      note += fmt::format("{}{} {:.4f}", note.empty() ? "" : ", ", name, value);
    log_.progress(state_.step, task_.fitting.units(), note);
  }

  // Validates the model and writes it, then the checkpoint that knows of it.
  void finish(TrainingEnd end) {
    check(
        task_.fitting.usable(),
        "the {} minutes are up, and the model cannot be used before all is done; what is done is kept: give "
        "the same command with more `minutes` to go on",
        options_.minutes);
    const double seconds = this->seconds();
    if (task_.validate) {
      const NoGrad off;
      scores_ = task_.validate();
    }
    if (!scores_.values.empty()) {
      std::vector<std::pair<std::string, double>> row = {{"seconds", seconds}};
      std::string line = end == TrainingEnd::finished ? "validation:" : fmt::format("step {}:", state_.step);
      for (const auto& [name, value] : scores_.values) {
        row.emplace_back("validation." + name, value);
        line += fmt::format(" {} {:.4f}", name, value);
      }
      metrics_->add(state_.step, row);
      log_.tell(line);
      state_.best = scores_.values[0].second;
      state_.best_step = state_.step;
    }
    if (state_.model_step == 0) log_.tell(directory_.remove_older_model());
    task_.save(directory_.path());
    state_.model_step = state_.validated_step = state_.step;
    saved_step_ = -1;
    save();
  }

  void save() {
    saved_at_ = steady_now();
    if (saved_step_ == state_.step) return;
    FittingState fitting;
    task_.fitting.store(fitting);
    TrainingState state = state_;
    state.seconds = seconds();
    metrics_->flush();
    save_training_state(directory_.path(), state, fitting.tensors, fitting.values);
    saved_step_ = state_.step;
  }

  TrainingReport report(TrainingEnd end) const {
    return {.end = end,
            .first_step = first_step_,
            .steps = state_.step,
            .best = state_.best,
            .best_step = state_.best_step,
            .model_step = state_.model_step,
            .last = scores_,
            .seconds = steady_now() - begin_};
  }

  const FittedTask& task_;
  FittingOptions options_;
  RunDirectory& directory_;
  TrainingLog log_;
  std::optional<MetricsLog> metrics_;
  TrainingState state_;
  Scores scores_;
  int64_t saved_step_ = -1;
  int64_t first_step_ = 0;
  double begin_ = 0, saved_at_ = 0;
};

}  // namespace

TrainingReport fit_model(const FittedTask& task, const FittingOptions& options, RunDirectory& directory,
                         const TrainingLog& log) {
  check_fields(fields_of(const_cast<FittingOptions&>(options)), "fitting");  // only read
  return FittingRun(task, options, directory, log).run();
}

}  // namespace hodhod
