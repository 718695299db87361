// SPDX-License-Identifier: Apache-2.0
// A model that writes text, with its tokenizer and its own way of decoding: what generating and translating
// have in common.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "hodhod/decode/options.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/text_model.h"

namespace hodhod {

struct WritingModel : TextModel {
  DecodeOptions decoding = {};  // from the directory's generation_config.json, else the task's usual options

  // The first input of a decoder that writes behind an encoder.
  int64_t decoder_start() const {
    return decoding.decoder_start >= 0 ? decoding.decoder_start : config().special().decoder_start;
  }
};

// What tells one such task from another.
struct WritingTask {
  std::string_view name;   // "translate"
  std::string_view lacks;  // what another model lacks: "does not translate"
  bool reads_source = false;
  DecodeOptions usual_decoding = {};
  std::string_view params = {};  // its name in task_specific_params of config.json; empty: it has none
  UsualSettings (*settings)() = nullptr;

  // A new model of this configuration. Error when it cannot be one for the task.
  WritingModel make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                    uint64_t seed) const;
  // A new model of a preset's size, with a tokenizer trained on `lines`.
  WritingModel make(std::string_view preset, const text::LineSource& lines, const MakeOptions& options) const;
  // The model in a directory. `tuning` overrides its configuration and tokenizer. Error when it is not one
  // for the task.
  WritingModel load(const ModelPath& path, const FineTuning& tuning) const;
};

}  // namespace hodhod
