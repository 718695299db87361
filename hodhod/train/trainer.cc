// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/signals.h"
#include "hodhod/base/visit.h"
#include "hodhod/models/finite.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/average.h"
#include "hodhod/train/gradient_sum.h"
#include "hodhod/train/loop_profile.h"
#include "hodhod/train/run_log.h"
#include "hodhod/train/training_state.h"

namespace hodhod {
namespace {

// What a trainee carries, under the names of its tensors in a checkpoint.
NamedParameters in_checkpoint(NamedParameters carried) {
  for (auto& [name, tensor] : carried) name = "carried." + name;
  return carried;
}

// One call of train().
class Run {
 public:
  Run(Trainee& trainee, const TrainerOptions& options, RunDirectory& directory, const TrainingLog& log)
      : trainee_(trainee),
        options_(options),
        directory_(directory),
        log_(log),
        optimizer_(make_optimizer(trainee.parameters(), options.optimizer)) {
    if (options.average > 0) average_.emplace(trainee.parameters(), options.average);
    if (options.average_last > 0) last_.emplace(trainee.parameters(), options.average_last);
  }

  TrainingReport run() {
    begin_ = steady_now();
    directory_.store();
    resume();
    written_.emplace(directory_, state_.step, state_.validated_step == state_.step, options_.log_layers);
    std::optional<TrainingEnd> end = reason_to_end();
    const bool ended_before = end.has_value();
    if (!ended_before) mark_beginning();
    while (!end) {
      const TrainingState before = state_;
      if (make_update()) {
        look_after_update();
        end = reason_to_end();
      } else {
        state_ = before;  // asked to stop amid an update, which is made again after resuming
        end = TrainingEnd::signal;
      }
    }
    if (*end != TrainingEnd::signal && state_.validated_step != state_.step) validate();
    save();
    if (!ended_before)
      written_->mark(state_.step, RunMark::ended, std::string(names_of(*end)[static_cast<size_t>(*end)]),
                     Json::Object{{"seconds", seconds()}});
    return report(*end);
  }

 private:
  void mark_beginning() {
    const Json limits = Json::Object{{"steps", options_.steps}, {"minutes", options_.minutes}};
    written_->mark(state_.step, state_.step > 0 ? RunMark::resumed : RunMark::begun, "", limits);
  }

  // Of training, with what earlier calls took.
  double seconds() const { return state_.seconds + steady_now() - begin_; }

  bool due(int64_t every) const { return every > 0 && state_.step % every == 0; }
  // Whether a line of numbers tells of this step.
  bool is_logged(int64_t step) const {
    return options_.log_every > 0 ? step % options_.log_every == 0 || step == 1 : step == 1;
  }
  bool validation_is_due() const {
    return is_validation_step(state_.step, options_.validate_every, options_.validate_growth);
  }
  bool measures_layers(int64_t step) const { return options_.log_layers && is_logged(step); }

  std::optional<TrainingEnd> reason_to_end() const {
    if (state_.step >= options_.steps) return TrainingEnd::finished;
    if (options_.patience > 0 && state_.validations_since_best >= options_.patience)
      return TrainingEnd::patience;
    if (stop_requested()) return TrainingEnd::signal;
    if (options_.minutes > 0 && seconds() > options_.minutes * 60) return TrainingEnd::out_of_time;
    return std::nullopt;
  }

  void look_after_update() {
    const bool last = state_.step >= options_.steps;
    if (validation_is_due() || last) validate();
    // While updates are being skipped, nobody knows yet whether the run can go on from here.
    const bool to_save = options_.save_every > 0 ? due(options_.save_every) : validation_is_due();
    if ((to_save && state_.skipped_in_a_row == 0) || last) save();
  }

  void resume() {
    const auto loaded = load_training_state(directory_.path(), log_.message);
    if (loaded) state_ = loaded->state;
    trainee_.seek({state_.epoch, state_.batch});
    carried_ = trainee_.carried();
    if (!loaded) return;
    restore_parameters(loaded->tensors, optimizer_->parameters());
    optimizer_->restore(loaded->tensors, state_.optimizer_steps);
    if (average_) average_->restore(loaded->tensors);
    if (last_) last_->restore(loaded->tensors);
    for (auto& [name, tensor] : carried_) tensor = tensor.clone();
    restore_parameters(loaded->tensors, in_checkpoint(carried_));
    trainee_.carry(carried_);
    saved_step_ = first_step_ = state_.step;
    first_items_ = state_.items;
    log_.tell(fmt::format("continuing from step {}", state_.step));
    replace_lost_model();
  }

  // A model whose files are gone was no best one: the next validation writes another, the one at the end of a
  // run that has ended too.
  void replace_lost_model() {
    if (state_.model_step == 0 || !directory_.has_lost_model()) return;
    log_.tell(fmt::format("{}: the model of step {} is gone; the next validation writes one again",
                          directory_.path(), state_.model_step));
    state_.model_step = state_.best_step = 0;
    state_.validated_step = -1;
  }

  // Forward and backward over the parts of one update, and the update. False when asked to stop in between.
  bool make_update() {
    GradientSum sum(options_.accumulate);
    for (int64_t part = 0; part < options_.accumulate; ++part) {
      if (part > 0 && stop_requested()) return false;
      sum.add(compute_part(part));
    }
    state_.epoch = trainee_.position().epoch;
    state_.batch = trainee_.position().batch;
    Stopwatch watch(profile_.update);
    const PartialSum total = std::move(sum.take().front());
    set_gradients(optimizer_->parameters(), total.gradients);
    ++state_.step;
    state_.items += total.items;
    update(total.loss, total.items);
    return true;
  }

  // The next batch as a part of the update that follows step `state_.step`.
  PartialSum compute_part(int64_t part) {
    const Rng rng = Rng(options_.seed).fork(static_cast<uint64_t>(state_.step));
    Context context{
        .training = true, .recompute = options_.recompute, .rng = rng.fork(static_cast<uint64_t>(part))};
    if (part == 0 && measures_layers(state_.step + 1)) context.trace = written_->layers()->trace();
    {
      Stopwatch watch(profile_.data);
      trainee_.next_batch();
    }
    LossSum loss;
    {
      Stopwatch watch(profile_.forward);
      loss = trainee_.loss(context);
    }
    Stopwatch watch(profile_.backward);
    backward(loss.sum);
    return {.first = part,
            .end = part + 1,
            .loss = loss.sum.item(),
            .items = loss.items,
            .gradients = take_gradients(optimizer_->parameters())};
  }

  void update(double loss, double items) {
    const double rate = learning_rate(options_.schedule, state_.step, options_.steps);
    const double norm = optimizer_->gradient_norm() / std::max(items, 1.0);
    if (!std::isfinite(loss) || !std::isfinite(norm)) {
      skip(loss);
      return;
    }
    state_.skipped_in_a_row = 0;
    carried_ = trainee_.carried();
    double scale = 1 / std::max(items, 1.0);
    if (options_.clip > 0 && norm > options_.clip) scale *= options_.clip / norm;
    if (measures_layers(state_.step)) {
      written_->layers()->step(*optimizer_, rate, scale, items, state_.step);
    } else {
      optimizer_->step(rate, scale);
    }
    state_.optimizer_steps = optimizer_->steps();
    if (average_) average_->update(state_.step);
    state_.loss_sum += loss;
    state_.loss_items += items;
    if (is_logged(state_.step)) {
      Stopwatch watch(profile_.logging);
      written_->metrics().add(state_.step, {{"loss", state_.loss_sum / std::max(state_.loss_items, 1.0)},
                                            {"learning_rate", rate},
                                            {"gradient_norm", norm},
                                            {"epoch", static_cast<double>(state_.epoch)},
                                            {"items", state_.items},
                                            {"items_per_second", items_per_second()},
                                            {"seconds", seconds()}});
      last_loss_ = state_.loss_sum / std::max(state_.loss_items, 1.0);
      state_.loss_sum = state_.loss_items = 0;
    }
    if (log_.progress) {
      log_.progress(state_.step, options_.steps,
                    fmt::format("loss {:.4f}, {:.0f} items/s", last_loss_ > 0 ? last_loss_ : loss / items,
                                items_per_second()));
    }
  }

  // Leaves out an update that would spoil the weights, and says why. Many in a row end the run.
  void skip(double loss) {
    std::string what = "the gradient of " + optimizer_->first_not_finite();
    if (!std::isfinite(loss)) {
      const std::string broken = first_not_finite(optimizer_->parameters());
      what = fmt::format("the loss ({})", loss);
      if (!broken.empty()) what += fmt::format(", as a value of {} is,", broken);
    }
    for (const auto& [name, parameter] : optimizer_->parameters()) parameter.clear_grad();
    trainee_.seek(trainee_.position());  // what it carries may not be finite either
    carried_ = trainee_.carried();
    ++state_.skipped_in_a_row;
    written_->mark(state_.step, RunMark::skipped, what);
    log_.tell(fmt::format("step {}: {} is not finite; the update is skipped", state_.step, what));
    if (state_.skipped_in_a_row < options_.skip_limit) return;
    // Nothing followed from the weights of the last good update, so they are not sound either.
    diverged(state_.step - state_.skipped_in_a_row,
             fmt::format("{} updates in a row were not finite, the last at step {} ({})",
                         state_.skipped_in_a_row, state_.step, what));
  }

  // Ends the run, whose numbers are no longer finite. It cannot recover from checkpoints of `first_unsound`
  // or later.
  [[noreturn]] void diverged(int64_t first_unsound, const std::string& what) {
    written_->mark(state_.step, RunMark::diverged, what);
    const auto sound = directory_.set_diverged(state_.step, first_unsound);
    const std::string lower = fmt::format("a lower `schedule.rate` (it is {})", options_.schedule.rate);
    std::string way = fmt::format("no good state was saved before; start again with `restart` and {}", lower);
    if (sound) {
      way = fmt::format(
          "the last good state, of step {}, is kept: give the same command with {} to continue from there, "
          "or also with `restart` to start again",
          *sound, lower);
    }
    if (state_.model_step > 0)
      way += fmt::format("; {} holds the model of step {}", directory_.path(), state_.model_step);
    fail("training: {}; {}", what, way);
  }

  void check_finite(const NamedParameters& tensors) {
    const std::string broken = first_not_finite(tensors);
    if (!broken.empty())
      diverged(state_.step, fmt::format("{} is no longer finite at step {}", broken, state_.step));
  }

  void validate() {
    Stopwatch watch(profile_.validation);
    const double seconds = this->seconds();
    check_finite(optimizer_->parameters());
    if (average_) average_->swap();
    // An extra validation at the end of the run is left out of the mean: a longer run would not make it.
    if (last_) last_->begin(validation_is_due());
    measure();
    const bool better = judge();
    take_samples();
    if (better) {
      if (state_.model_step == 0) log_.tell(directory_.remove_older_model());
      trainee_.save(directory_.path());
      state_.model_step = state_.step;
    }
    if (average_) average_->swap();
    if (last_) last_->end();
    state_.validated_step = state_.step;
    saved_step_ = -1;
    tell_scores(better, seconds);
    if (const std::string unsound = unsound_score(); !unsound.empty()) diverged(state_.step, unsound);
  }

  void measure() {
    const NoGrad off;
    try {
      scores_ = trainee_.validate();
    } catch (const NotFinite& error) {
      diverged(state_.step, fmt::format("validation at step {}: {}", state_.step, error.what()));
    }
  }

  void take_samples() {
    if (scores_.values.empty() || !unsound_score().empty()) return;
    const NoGrad off;
    try {
      written_->samples(state_.step, trainee_.samples());
    } catch (const NotFinite&) {  // the scores are finite, and they decide
    }
  }

  // Whether the scores are the best so far. Without scores every model counts as better than the one before.
  bool judge() {
    if (scores_.values.empty()) return true;
    const double score = scores_.values[0].second;
    const bool comparable =
        state_.best_step > 0 && (state_.best_items == 0 || state_.best_items == scores_.items);
    const bool better =
        unsound_score().empty() &&
        (!comparable || (scores_.higher_is_better ? score > state_.best : score < state_.best));
    if (better) {
      state_.best = score;
      state_.best_items = scores_.items;
      state_.best_step = state_.step;
      state_.validations_since_best = 0;
    } else {
      ++state_.validations_since_best;
    }
    return better;
  }

  void tell_scores(bool better, double seconds) {
    if (scores_.values.empty()) return;
    if (better)
      written_->mark(state_.step, RunMark::best,
                     fmt::format("{} {:.4f}", scores_.values[0].first, scores_.values[0].second));
    std::vector<std::pair<std::string, double>> row = {{"items", state_.items}, {"seconds", seconds}};
    std::string line = fmt::format("step {}:", state_.step);
    for (const auto& [name, value] : scores_.values) {
      row.emplace_back("validation." + name, value);
      line += fmt::format(" {} {:.4f}", name, value);
    }
    written_->metrics().add(state_.step, row);
    log_.tell(line + (better ? " (best so far)" : ""));
  }

  // What is wrong with the scores, or empty. The one that decides has to be finite. The others may be
  // infinite, as the perplexity of a model that has learnt nothing may be, but not NaN.
  std::string unsound_score() const {
    for (size_t i = 0; i < scores_.values.size(); ++i) {
      const auto& [name, value] = scores_.values[i];
      if (i == 0 ? !std::isfinite(value) : std::isnan(value))
        return fmt::format("{} in validation is {} at step {}", name, value, state_.step);
    }
    return "";
  }

  void save() {
    if (saved_step_ == state_.step) return;
    Stopwatch watch(profile_.saving);
    TrainingState state = state_;
    state.seconds = seconds();
    NamedParameters tensors = optimizer_->parameters();
    for (const auto& part : {optimizer_->state(), average_ ? average_->state() : NamedParameters(),
                             last_ ? last_->state() : NamedParameters(), in_checkpoint(carried_)}) {
      tensors.insert(tensors.end(), part.begin(), part.end());
    }
    check_finite(tensors);
    written_->metrics().flush();
    save_training_state(directory_.path(), state, tensors);
    saved_step_ = state_.step;
    written_->mark(state_.step, RunMark::saved);
  }

  double items_per_second() const {
    return profile_.work() > 0 ? (state_.items - first_items_) / profile_.work() : 0;
  }

  TrainingReport report(TrainingEnd end) const {
    const double seconds = steady_now() - begin_;
    return {.end = end,
            .first_step = first_step_,
            .steps = state_.step,
            .best = state_.best,
            .best_step = state_.best_step,
            .model_step = state_.model_step,
            .last = scores_,
            .seconds = seconds,
            .loop_seconds = seconds - profile_.work(),
            .items_per_second = items_per_second(),
            .profile = profile_.table(seconds)};
  }

  Trainee& trainee_;
  TrainerOptions options_;
  RunDirectory& directory_;
  TrainingLog log_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<WeightAverage> average_;
  std::optional<LastAverage> last_;
  std::optional<RunLog> written_;
  TrainingState state_;
  NamedParameters carried_;  // by the trainee, after the last update
  Scores scores_;
  LoopProfile profile_;
  int64_t saved_step_ = -1;
  int64_t first_step_ = 0;
  double first_items_ = 0;
  double begin_ = 0;
  double last_loss_ = 0;
};

}  // namespace

TrainingReport train(Trainee& trainee, const TrainerOptions& options, RunDirectory& directory,
                     const TrainingLog& log) {
  options.validate();
  return Run(trainee, options, directory, log).run();
}

TrainingReport train(Trainee& trainee, const TrainerOptions& options, const std::string& directory,
                     const TrainingLog& log) {
  options.validate();
  RunRecord record;
  record.options = settings_of(options);
  RunDirectory taken(directory, std::move(record));
  for (const std::string& note : taken.notes()) {
    if (log.message) log.message(note);
  }
  return train(trainee, options, taken, log);
}

}  // namespace hodhod
