// SPDX-License-Identifier: Apache-2.0
// hodhod generate DIR: continues prompts from arguments, or lines of files or of standard input.
#include <fmt/core.h>

#include <memory>
#include <utility>

#include "cli/decoding.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/encoded_texts.h"

namespace hodhod::cli {
namespace {

struct WriteFlags {
  std::string directory;
  std::vector<std::string> prompts, files;
  bool json = false;
  int64_t batch_lines = 32;
  DecodeOptions decode;
};

// What is printed, how many prompts were longer than the model takes, and how many results were left out
// since another was the same text.
class Records {
 public:
  Records(const WriteFlags& flags, const TextGenerator& generator)
      : flags_(flags), long_prompts_(generator.config().max_length()) {}

  // As they are, with an empty line between texts.
  void print(const std::string& prompt, const std::vector<Continuation>& found) {
    count(found);
    if (flags_.json) return print_json(prompt, found);
    for (const Continuation& one : found) {
      print_text((printed_ ? "\n" : "") + prompt + one.text + "\n");
      printed_ = true;
    }
  }
  // Each on one line.
  void print_line(const std::string& prompt, const std::vector<Continuation>& found) {
    count(found);
    if (flags_.json) return print_json(prompt, found);
    for (const Continuation& one : found) print_text(one_line(prompt + one.text) + "\n");
  }
  void count(const std::vector<Continuation>& found) {
    wanted_ += flags_.decode.num_return_sequences;
    missing_ += flags_.decode.num_return_sequences - static_cast<int64_t>(found.size());
    if (!found.empty()) long_prompts_.add(found[0].prompt_tokens);
  }
  void tell_what_is_missing() const {
    tell(long_prompts_.notes("only the last part of them is read"));
    if (missing_ == 0) return;
    fmt::print(stderr, "{} of {} results had the same text as a better one and are left out\n", missing_,
               wanted_);
  }

 private:
  static void print_json(const std::string& prompt, const std::vector<Continuation>& found) {
    Json json = {{"prompt", prompt}, {"text", found.empty() ? "" : found[0].text}};
    if (found.size() > 1) {
      json["texts"] = Json::array();
      for (const Continuation& one : found) json["texts"].push_back(one.text);
    }
    print_text(format_json(json, -1) + "\n");
  }

  const WriteFlags& flags_;
  LongTexts long_prompts_;
  int64_t wanted_ = 0, missing_ = 0;
  bool printed_ = false;
};

void continue_live(const TextGenerator& generator, const WriteFlags& flags, const std::string& prompt,
                   Records& records) {
  Context context;
  std::string before = prompt;
  const auto found = continue_text(generator, {prompt}, flags.decode, context, 0, [&](std::string_view text) {
    print_text(std::exchange(before, {}));
    print_text(text);
    flush_output();
  });
  print_text("\n");
  records.count(found[0]);
}

// Returns how many lines there were.
uint64_t continue_lines(const TextGenerator& generator, const WriteFlags& flags, const Session& session,
                        Records& records) {
  Context context;
  uint64_t done = 0;
  const TextInput input{.texts = {}, .files = flags.files, .block = flags.batch_lines};
  for_each_block(input, "Generating", session.quiet, [&](const std::vector<std::string>& prompts) {
    try {
      const auto found = continue_text(generator, prompts, flags.decode, context, done);
      for (size_t i = 0; i < prompts.size(); ++i) records.print_line(prompts[i], found[i]);
    } catch (const Error& error) {
      fail("lines {} to {} of the prompts: {}", done + 1, done + prompts.size(), error.what());
    }
    done += prompts.size();
    flush_output();
  });
  return done;
}

void continue_arguments(const TextGenerator& generator, const WriteFlags& flags, Records& records) {
  const std::vector<std::string> prompts =
      flags.prompts.empty() ? std::vector<std::string>{""} : flags.prompts;
  const bool live = prompts.size() == 1 && flags.decode.num_return_sequences == 1 &&
                    flags.decode.num_beams == 1 && !flags.json;
  if (live) return continue_live(generator, flags, prompts[0], records);
  Context context;
  const auto found = continue_text(generator, prompts, flags.decode, context);
  for (size_t i = 0; i < prompts.size(); ++i) records.print(prompts[i], found[i]);
}

int run_generate(const WriteFlags& flags, const Session& session) {
  check(flags.prompts.empty() || flags.files.empty(),
        "generate: prompts and --file are both given; give one of them");
  const TextGenerator generator = warned(TextGenerator::load(flags.directory));
  Records records(flags, generator);
  const bool asked = flags.prompts == std::vector<std::string>{"-"} || !flags.files.empty();
  const bool piped = flags.prompts.empty() && standard_input_is_piped();
  const uint64_t lines = asked || piped ? continue_lines(generator, flags, session, records) : 0;
  if (!asked && lines == 0) continue_arguments(generator, flags, records);
  records.tell_what_is_missing();
  return 0;
}

void declare_generate(Command& command) {
  auto flags = std::make_shared<WriteFlags>();
  flags->decode.do_sample = true;
  flags->decode.temperature = 0.8;
  command.add("DIR", flags->directory, "The model's directory").required();
  command.add("PROMPT", flags->prompts,
              "Beginnings of texts; if none are given, the lines of standard input where it is a pipe or "
              "\"-\" is given, else the model's start token");
  command
      .add("--file", flags->files, "Files with one prompt on each line; each result is printed on one line")
      .called("FILE");
  command.add("--batch-lines", flags->batch_lines, "Number of prompts in a batch", in(1, 1000000));
  command.add("--json", flags->json, "Print a JSON object for each prompt");
  add_decoding(command, flags->decode);
  command.on_prepare([flags, &command] { read_decoding(command, flags->directory, flags->decode); });
  command.on_run([flags](const Session& session) { return run_generate(*flags, session); });
}

}  // namespace

void declare_train_generate(Command& command);     // train_generate.cc
void declare_evaluate_generate(Command& command);  // evaluate_generate.cc

const Task& generate_task() {
  static constexpr Task kTask = {.name = "generate",
                                 .model = "a language model",
                                 .is_for =
                                     [](const ModelConfig& config) {
                                       return config.head.kind == HeadKind::language_model &&
                                              !config.reads_source();
                                     },
                                 .train = {"Train a language model on running text", declare_train_generate},
                                 .predict = {"Continue texts with a language model", declare_generate},
                                 .declare_evaluate = declare_evaluate_generate};
  return kTask;
}

}  // namespace hodhod::cli
