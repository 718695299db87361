// SPDX-License-Identifier: Apache-2.0
// One text through a model, recorded, with what the model answers: the part of a page that is one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "hodhod/base/json.h"
#include "hodhod/look/look.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/recorder.h"
#include "hodhod/look/subject.h"
#include "hodhod/look/target.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

// The tokens that a page mentions, by their ids. A model that writes in another vocabulary than it reads has
// two of them.
struct Mentioned {
  std::set<int64_t> read = {}, written = {};
};

class PassRun {
 public:
  PassRun(Subject& subject, const LookOptions& options, Recorder& recorder, bool gradients,
          Mentioned& mentioned)
      : subject_(subject),
        options_(options),
        recorder_(recorder),
        gradients_(gradients),
        mentioned_(mentioned) {}

  // The page's entry for pass `number`; its tensors are in the recorder.
  Json operator()(size_t number, const Reading& reading, const ReadingOptions& asked);

 private:
  void record_pass(size_t number, const Reading& reading, Json& pass);
  // `head_input`: where the logits are off the tape, what they were computed from.
  void add_answers(const Reading& reading, Tensor logits, Tensor head_input, Json& pass);
  Json record_gradients(const Reading& reading, const Target& target, Tensor logits, Tensor head_input);

  Subject& subject_;
  const LookOptions& options_;
  Recorder& recorder_;
  bool gradients_;
  Mentioned& mentioned_;
};

}  // namespace hodhod::look
