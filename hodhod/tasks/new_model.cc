// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/new_model.h"

#include <utility>

#include "hodhod/models/registry.h"

namespace hodhod {

UsualSettings usual_generation() {
  UsualSettings usual;
  usual.tokenizer.kind = TokenizerKind::character;
  usual.trainer.schedule = {.kind = ScheduleKind::cosine, .rate = 1e-3, .warmup = 100, .final_fraction = 0.1};
  usual.trainer.optimizer.beta2 = 0.99;
  usual.trainer.optimizer.epsilon = 1e-8;
  usual.trainer.optimizer.weight_decay = 0.1;
  return usual;
}

TaskTokenizerOptions usual_language_tokenizer(const ModelConfig& config) {
  TaskTokenizerOptions usual = usual_generation().tokenizer;
  if (config.fitted_by() == FittedBy::fitting) {
    usual.kind = TokenizerKind::word;
    usual.word_ends = WordEnds::blanks;
    usual.vocabulary = kAllWords;
  }
  return usual;
}

UsualSettings usual_translation() {
  UsualSettings usual;
  usual.tokenizer.special = SpecialTokens::translation;
  usual.tokenizer.blanks = Blanks::joined;
  usual.trainer.schedule = {.kind = ScheduleKind::inverse_sqrt, .rate = 1e-3, .warmup = 1000};
  return usual;
}

UsualSettings usual_encoding() {
  UsualSettings usual;
  usual.tokenizer.kind = TokenizerKind::wordpiece;
  usual.tokenizer.special = SpecialTokens::encoder;
  usual.tokenizer.blanks = Blanks::joined;
  usual.trainer.steps = 2000;
  usual.trainer.validate_every = 200;
  usual.trainer.schedule = {.kind = ScheduleKind::linear, .rate = 5e-4, .warmup = 200};
  usual.trainer.optimizer.beta2 = 0.999;
  usual.trainer.optimizer.epsilon = 1e-8;
  usual.trainer.optimizer.weight_decay = 0.01;
  return usual;
}

UsualSettings usual_features() {
  UsualSettings usual = usual_encoding();
  usual.tokenizer.kind = TokenizerKind::word;
  usual.tokenizer.vocabulary = 30000;  // of tokenizer.json alone; the features are counted apart
  usual.trainer.schedule = {.kind = ScheduleKind::linear, .rate = 0.1, .warmup = 0};
  usual.trainer.optimizer = {.kind = OptimizerKind::adagrad, .epsilon = 1e-8};
  usual.trainer.clip = 0;
  usual.trainer.validate_every = 1000;
  return usual;
}

UsualSettings usual_letters() {
  UsualSettings usual = usual_encoding();
  usual.tokenizer.kind = TokenizerKind::word;
  usual.tokenizer.word_ends = WordEnds::blanks;
  usual.tokenizer.vocabulary = kAllWords;
  usual.tokenizer.lowercase = true;  // the letters tell the cases apart
  usual.trainer.steps = 8000;
  usual.trainer.validate_every = 800;
  usual.trainer.schedule = {.kind = ScheduleKind::linear, .rate = 3e-3, .warmup = 200};
  usual.trainer.optimizer.weight_decay = 0;
  return usual;
}

UsualSettings usual_encoding(const ModelConfig& config) {
  return config.reads_features()        ? usual_features()
         : config.alphabet() != nullptr ? usual_letters()
                                        : usual_encoding();
}

NewModel new_model(std::string_view preset, HeadKind head, bool reads_source, const text::LineSource& lines,
                   const TaskTokenizerOptions& usual, const MakeOptions& options) {
  NewModel made;
  made.config = config_for(*model_preset(preset), head, reads_source, std::string(preset));
  for (const std::string& change : options.model) made.config->change(change);
  made.tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer(options.tokenizer.value_or(usual), lines).tokenizer);
  made.config->set_vocabulary(made.tokenizer->vocab_size());
  if (head != HeadKind::language_model) {
    made.config->set_special({.pad = made.tokenizer->role("pad_token").value_or(0)});
  } else {
    // Without a prompt, a text begins after the end token of the text before it.
    made.config->set_special(
        {.pad = kPad, .bos = reads_source ? -1 : kEnd, .eos = kEnd, .decoder_start = kPad});
  }
  return made;
}

}  // namespace hodhod
