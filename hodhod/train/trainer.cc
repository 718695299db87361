// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/file_lock.h"
#include "hodhod/base/json.h"
#include "hodhod/base/signals.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/average.h"
#include "hodhod/train/metrics_log.h"
#include "hodhod/train/training_state.h"

namespace hodhod {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds spent in each part of the loop.
struct Profile {
  double forward = 0, backward = 0, update = 0, data = 0, validation = 0, saving = 0, logging = 0;
};

class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total), start_(now()) {}
  ~Stopwatch() { total_ += now() - start_; }

 private:
  double& total_;
  double start_;
};

// One call of train().
class Run {
 public:
  Run(Trainee& trainee, const TrainerOptions& options, const std::string& directory, const TrainingLog& log)
      : trainee_(trainee),
        options_(options),
        directory_(directory),
        log_(log),
        optimizer_(make_optimizer(trainee.parameters(), options.optimizer)) {
    if (options.average > 0) average_.emplace(trainee.parameters(), options.average);
    if (options.average_last > 0) last_.emplace(trainee.parameters(), options.average_last);
  }

  TrainingReport run() {
    begin_ = now();
    const std::string training = join_path(directory_, "training");
    make_directories(training);
    const FileLock lock(join_path(training, "lock"),
                        "a run in this directory is under way; wait for its end, or train in another one");
    for (const std::string& written : {directory_, training}) remove_leftovers(written);
    resume();
    metrics_.emplace(directory_, state_.step);
    trainee_.seek({state_.epoch, state_.batch});
    TrainingEnd end = TrainingEnd::finished;
    while (state_.step < options_.steps) {
      if (stop_requested()) {
        end = TrainingEnd::signal;
        break;
      }
      if (options_.minutes > 0 && now() - begin_ + state_.seconds > options_.minutes * 60) {
        end = TrainingEnd::out_of_time;
        break;
      }
      const TrainingState before = state_;
      if (!make_update()) {
        state_ = before;  // asked to stop among the batches of an update: it is made anew after resuming
        end = TrainingEnd::signal;
        break;
      }
      const bool last = state_.step >= options_.steps;
      if (due(options_.validate_every) || last) validate();
      if (due(options_.save_every > 0 ? options_.save_every : options_.validate_every) || last) save();
      if (options_.patience > 0 && state_.validations_since_best >= options_.patience) {
        end = TrainingEnd::patience;
        break;
      }
    }
    if (end == TrainingEnd::out_of_time && state_.step != validated_step_) validate();
    save();
    return report(end);
  }

 private:
  bool due(int64_t every) const { return every > 0 && state_.step % every == 0; }

  void resume() {
    if (auto loaded = load_training_state(directory_, log_.message)) {
      state_ = loaded->state;
      restore_parameters(loaded->tensors, optimizer_->parameters());
      optimizer_->restore(loaded->tensors, state_.optimizer_steps);
      if (average_) average_->restore(loaded->tensors);
      if (last_) last_->restore(loaded->tensors);
      saved_step_ = state_.step;
      if (log_.message) log_.message(fmt::format("continuing from step {}", state_.step));
    }
  }

  // Forward and backward over the batches of one update, and the update. False when asked to stop in between.
  bool make_update() {
    double loss = 0, items = 0;
    for (int64_t micro = 0; micro < options_.accumulate; ++micro) {
      if (micro > 0 && stop_requested()) {
        for (const auto& [name, parameter] : optimizer_->parameters()) parameter.clear_grad();
        return false;
      }
      Context context{
          .training = true,
          .rng =
              Rng(options_.seed).fork(static_cast<uint64_t>(state_.step)).fork(static_cast<uint64_t>(micro))};
      {
        Stopwatch watch(profile_.data);
        trainee_.next_batch();
      }
      LossSum part;
      {
        Stopwatch watch(profile_.forward);
        part = trainee_.loss(context);
      }
      Stopwatch watch(profile_.backward);
      loss += part.sum.item();
      items += part.items;
      backward(part.sum);
    }
    state_.epoch = trainee_.position().epoch;
    state_.batch = trainee_.position().batch;
    Stopwatch watch(profile_.update);
    ++state_.step;
    state_.items += items;
    update(loss, items);
    return true;
  }

  void update(double loss, double items) {
    const double rate = learning_rate(options_.schedule, state_.step, options_.steps, trainee_.width());
    const double norm = optimizer_->gradient_norm() / std::max(items, 1.0);
    if (!std::isfinite(loss) || !std::isfinite(norm)) {
      skip(loss);
      return;
    }
    state_.skipped_in_a_row = 0;
    double scale = 1 / std::max(items, 1.0);
    if (options_.clip > 0 && norm > options_.clip) scale *= options_.clip / norm;
    optimizer_->step(rate, scale);
    state_.optimizer_steps = optimizer_->steps();
    if (average_) average_->update(state_.step);
    state_.loss_sum += loss;
    state_.loss_items += items;
    if (due(options_.log_every) || state_.step == 1) {
      Stopwatch watch(profile_.logging);
      metrics_->add(state_.step, {{"loss", state_.loss_sum / std::max(state_.loss_items, 1.0)},
                                  {"learning_rate", rate},
                                  {"gradient_norm", norm},
                                  {"epoch", static_cast<double>(state_.epoch)},
                                  {"items_per_second", items_per_second()},
                                  {"seconds", state_.seconds + now() - begin_}});
      last_loss_ = state_.loss_sum / std::max(state_.loss_items, 1.0);
      state_.loss_sum = state_.loss_items = 0;
    }
    if (log_.progress) {
      log_.progress(state_.step, options_.steps,
                    fmt::format("loss {:.4f}, {:.0f} items/s", last_loss_ > 0 ? last_loss_ : loss / items,
                                items_per_second()));
    }
  }

  // An update that would spoil the weights is left out, by name; many in a row end the run.
  void skip(double loss) {
    std::string what = "the gradient of " + optimizer_->first_not_finite();
    if (!std::isfinite(loss)) {
      const std::string broken = first_broken_parameter();
      what = fmt::format("the loss ({})", loss);
      if (!broken.empty()) what += fmt::format(", as a value of {} is,", broken);
    }
    for (const auto& [name, parameter] : optimizer_->parameters()) parameter.clear_grad();
    ++state_.skipped_in_a_row;
    if (log_.message)
      log_.message(fmt::format("step {}: {} is not finite; the update is skipped", state_.step, what));
    check(state_.skipped_in_a_row < options_.skip_limit,
          "training: {} updates in a row were not finite, the last at step {} ({}); lower schedule.rate, or "
          "look at the data",
          state_.skipped_in_a_row, state_.step, what);
  }

  // The first parameter that holds a value that is not finite, or empty.
  std::string first_broken_parameter() const {
    for (const auto& [name, parameter] : optimizer_->parameters()) {
      for (double value : parameter.values()) {
        if (!std::isfinite(value)) return name;
      }
    }
    return "";
  }

  void validate() {
    Stopwatch watch(profile_.validation);
    validated_step_ = state_.step;
    if (average_) average_->swap();
    // A validation that only the end of this run asks for is none of the moments, as a longer run has it not.
    if (last_) last_->begin(due(options_.validate_every));
    {
      NoGrad off;
      scores_ = trainee_.validate();
    }
    if (!scores_.values.empty()) {
      const double score = scores_.values[0].second;
      const bool better =
          state_.best_step == 0 || (scores_.higher_is_better ? score > state_.best : score < state_.best);
      if (better) {
        state_.best = score;
        state_.best_step = state_.step;
        state_.validations_since_best = 0;
        trainee_.save(directory_);
      } else {
        ++state_.validations_since_best;
      }
      std::vector<std::pair<std::string, double>> row;
      std::string line = fmt::format("step {}:", state_.step);
      for (const auto& [name, value] : scores_.values) {
        row.emplace_back("validation." + name, value);
        line += fmt::format(" {} {:.4f}", name, value);
      }
      metrics_->add(state_.step, row);
      if (log_.message) log_.message(line + (better ? " (best so far)" : ""));
    } else {
      trainee_.save(directory_);  // nothing tells which is best: the last one it is
    }
    if (average_) average_->swap();
    if (last_) last_->end();
  }

  void save() {
    if (saved_step_ == state_.step) return;
    Stopwatch watch(profile_.saving);
    TrainingState state = state_;
    state.seconds += now() - begin_;
    NamedParameters tensors = optimizer_->parameters();
    for (const auto& part : {optimizer_->state(), average_ ? average_->state() : NamedParameters(),
                             last_ ? last_->state() : NamedParameters()}) {
      tensors.insert(tensors.end(), part.begin(), part.end());
    }
    metrics_->flush();
    save_training_state(directory_, state, tensors);
    saved_step_ = state_.step;
  }

  double items_per_second() const {
    const double busy = profile_.forward + profile_.backward + profile_.update;
    return busy > 0 ? (state_.items - first_items_) / busy : 0;
  }

  TrainingReport report(TrainingEnd end) {
    TrainingReport report{.end = end,
                          .steps = state_.step,
                          .best = state_.best,
                          .best_step = state_.best_step,
                          .last = scores_,
                          .seconds = now() - begin_,
                          .loop_seconds = 0,
                          .items_per_second = items_per_second(),
                          .profile = {}};
    const double work = profile_.forward + profile_.backward + profile_.update;
    report.loop_seconds = report.seconds - work;
    const std::pair<const char*, double> rows[] = {{"forward", profile_.forward},
                                                   {"backward", profile_.backward},
                                                   {"update", profile_.update - profile_.logging},
                                                   {"batches", profile_.data},
                                                   {"validation", profile_.validation},
                                                   {"checkpoints", profile_.saving},
                                                   {"metrics", profile_.logging}};
    double known = 0;
    for (const auto& [name, seconds] : rows) {
      known += seconds;
      report.profile +=
          fmt::format("{:12} {:9.2f} s {:6.2f} %\n", name, seconds, 100 * seconds / report.seconds);
    }
    report.profile += fmt::format("{:12} {:9.2f} s {:6.2f} %\n", "the rest", report.seconds - known,
                                  100 * (report.seconds - known) / report.seconds);
    return report;
  }

  Trainee& trainee_;
  TrainerOptions options_;
  std::string directory_;
  TrainingLog log_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<WeightAverage> average_;
  std::optional<LastAverage> last_;
  std::optional<MetricsLog> metrics_;
  TrainingState state_;
  Scores scores_;
  Profile profile_;
  int64_t saved_step_ = -1;
  int64_t validated_step_ = -1;
  double first_items_ = 0;
  double begin_ = 0;
  double last_loss_ = 0;
};

}  // namespace

void TrainerOptions::validate() const {
  const auto at_least = [](const char* name, auto value, auto least) {
    check(value >= least, "training: {} is {}; give at least {}", name, value, least);
  };
  at_least("steps", steps, 1);
  at_least("minutes", minutes, 0.0);
  at_least("accumulate", accumulate, 1);
  at_least("clip", clip, 0.0);
  at_least("validate_every", validate_every, 0);
  at_least("save_every", save_every, 0);
  at_least("log_every", log_every, 0);
  at_least("patience", patience, 0);
  at_least("skip_limit", skip_limit, 1);
  at_least("schedule.rate", schedule.rate, 0.0);
  at_least("schedule.warmup", schedule.warmup, 0);
  at_least("average_last", average_last, 0);
  check(average == 0 || average_last == 0,
        "training: average {} and average_last {} are both given; the model can be one of them", average,
        average_last);
  check(average >= 0 && average < 1, "training: average is {}; give a decay from 0 to below 1", average);
}

TrainingReport train(Trainee& trainee, const TrainerOptions& options, const std::string& directory,
                     const TrainingLog& log) {
  options.validate();
  return Run(trainee, options, directory, log).run();
}

}  // namespace hodhod
