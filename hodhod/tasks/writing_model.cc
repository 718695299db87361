// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/writing_model.h"

#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/decode/generation_config.h"

namespace hodhod {

WritingModel WritingTask::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                               uint64_t seed) const {
  const auto own = config_for(config, HeadKind::language_model, reads_source, name);
  return {TextModel::make(*own, std::move(tokenizer), seed), usual_decoding};
}

WritingModel WritingTask::make(std::string_view preset, const text::LineSource& lines,
                               const MakeOptions& options) const {
  NewModel made =
      new_model(preset, HeadKind::language_model, reads_source, lines, settings().tokenizer, options);
  return make(*made.config, std::move(made.tokenizer), options.seed);
}

WritingModel WritingTask::load(const ModelPath& path, const FineTuning& tuning) const {
  ModelDirectory directory = ModelDirectory::open(path);
  const ModelConfig& config = *directory.config;
  check(config.head.kind == HeadKind::language_model && config.reads_source() == reads_source,
        "{}: this model {}: it is {}; give one trained with `hodhod train {}`", directory.path, lacks,
        description_of(config), name);
  GenerationConfig decoding = generation_config_of(directory.path, directory.json,
                                                   directory.origin.generation, usual_decoding, params);
  return {load_tuned(std::move(directory), tuning), std::move(decoding.options)};
}

}  // namespace hodhod
