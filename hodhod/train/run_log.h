// SPDX-License-Identifier: Apache-2.0
// What a run writes down on its way, for whoever watches it. DIR is the run's directory.
//
//   DIR/metrics.jsonl           numbers of each logged step (train/metrics_log.h)
//   DIR/training/marks.jsonl    what happened: {"step": 300, "mark": "resumed"}
//   DIR/training/samples.jsonl  answers of the model at validations
//   DIR/training/layers.jsonl   with `log_layers`: norms of the model's parts (train/layer_log.h)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/train/layer_log.h"
#include "hodhod/train/line_log.h"
#include "hodhod/train/metrics_log.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// begun      at step 0; the line also has "steps" and "minutes", the limits of this call (0: none)
// resumed    from the checkpoint of this step; the line has the same
// skipped    an update that was not finite; `note` says why
// best       a validation that was the best so far; `note` is the score that decides
// saved      a checkpoint
// diverged   the run ended with numbers that were not finite; `note` says which
// ended      the call of train() ended; `note` says why: finished, time, patience or signal. The line also
// has
//            "seconds", of training until then
enum class RunMark { begun, resumed, skipped, best, saved, diverged, ended };
constexpr std::array<std::string_view, 7> names_of(RunMark) {
  return {"begun", "resumed", "skipped", "best", "saved", "diverged", "ended"};
}

class RunLog {
 public:
  // Goes on after `step`, as LineLog does, in all files.
  RunLog(const RunDirectory& directory, int64_t step, bool validated, bool log_layers);

  MetricsLog& metrics() { return metrics_; }
  LayerLog* layers() { return layers_ ? &*layers_ : nullptr; }
  void mark(int64_t step, RunMark mark, const std::string& note = "", const Json& more = {});
  // Writes nothing where there are none.
  void samples(int64_t step, const std::vector<Sample>& samples);

 private:
  MetricsLog metrics_;
  LineLog marks_, samples_;
  std::optional<LayerLog> layers_;
};

}  // namespace hodhod
