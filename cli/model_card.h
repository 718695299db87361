// SPDX-License-Identifier: Apache-2.0
// The model card that a run leaves in its directory: README.md, in the form that Hugging Face shows.
#pragma once

#include "cli/training_run.h"
#include "hodhod/train/run_directory.h"
#include "hodhod/train/trainer.h"

namespace hodhod::cli {

// What the model is, what it was trained on and how, its scores at the step that was kept, and how it is
// used, here and with Transformers. A README.md that the program did not write stays as it is.
void write_model_card(const RunDirectory& run, const RunModel& model, const TrainFlags& flags,
                      const TrainingReport& report);

}  // namespace hodhod::cli
