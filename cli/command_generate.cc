// SPDX-License-Identifier: Apache-2.0
// hodhod generate DIR: continues prompts from arguments, or lines of files or of standard input. `evaluate`
// measures how well a language model predicts a text.
#include <fmt/core.h>

#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "cli/chat.h"
#include "cli/decoding.h"
#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/score_tokens.h"

namespace hodhod::cli {
namespace {

struct WriteFlags {
  ModelArguments model;
  TextInput input{.texts = {}, .files = {}, .block = 32};
  bool json = false;
  ChatFlags chat;
  DecodeOptions decode;
};

// Prints results, and counts the prompts that were longer than the model takes and the results that were left
// out as copies of another.
class Records {
 public:
  Records(const WriteFlags& flags, const TextGenerator& generator)
      : flags_(flags), long_prompts_(generator.config().max_length()) {}

  // Prints the texts unchanged, with an empty line between them.
  void print(const std::string& prompt, const std::vector<Continuation>& found) {
    count(found);
    if (flags_.json) return print_json(prompt, found);
    for (const Continuation& one : found) {
      print_text((printed_ ? "\n" : "") + prompt + one.text + "\n");
      printed_ = true;
    }
  }
  // Prints each text on one line.
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

// Continues the lines of the files; returns the number of lines.
uint64_t continue_lines(const TextGenerator& generator, const WriteFlags& flags, const Session& session,
                        Records& records) {
  Context context;
  uint64_t done = 0;
  const TextInput lines{.texts = {}, .files = flags.input.files, .block = flags.input.block};
  for_each_block(lines, "Generating", session.quiet, [&](const std::vector<std::string>& prompts) {
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
      flags.input.texts.empty() ? std::vector<std::string>{""} : flags.input.texts;
  const bool live = prompts.size() == 1 && flags.decode.num_return_sequences == 1 &&
                    flags.decode.num_beams == 1 && !flags.json;
  if (live) return continue_live(generator, flags, prompts[0], records);
  Context context;
  const auto found = continue_text(generator, prompts, flags.decode, context);
  for (size_t i = 0; i < prompts.size(); ++i) records.print(prompts[i], found[i]);
}

int run_generate(const WriteFlags& flags, const Session& session) {
  check(flags.input.texts.empty() || flags.input.files.empty(),
        "generate: prompts and --file are both given; give one of them");
  const TextGenerator generator = warned(TextGenerator::load(flags.model));
  if (flags.chat.on)
    return run_chat(generator, text_directory(flags.model), flags.chat, flags.input.texts, flags.decode,
                    flags.json);
  Records records(flags, generator);
  const bool asked = flags.input.texts == std::vector<std::string>{"-"} || !flags.input.files.empty();
  const bool piped = flags.input.texts.empty() && standard_input_is_piped();
  const uint64_t lines = asked || piped ? continue_lines(generator, flags, session, records) : 0;
  if (!asked && lines == 0) continue_arguments(generator, flags, records);
  records.tell_what_is_missing();
  return 0;
}

void declare_generate(Command& command) {
  auto flags = std::make_shared<WriteFlags>();
  flags->decode.do_sample = true;
  flags->decode.temperature = 0.8;
  add_model_arguments(command, flags->model);
  command.add("PROMPT", flags->input.texts,
              "Beginnings of texts; if none are given, the lines of standard input where it is a pipe or "
              "\"-\" is given, else the model's start token");
  command
      .add("--file", flags->input.files,
           "Files with one prompt on each line; each result is printed on one line")
      .called("FILE");
  command.add("--batch-lines", flags->input.block, "Number of prompts in a batch", in(1, 1000000));
  command.add("--json", flags->json, "Print a JSON object for each prompt");
  add_chat(command, flags->chat);
  add_decoding(command, flags->decode);
  command.on_prepare([flags, &command] { read_decoding(command, flags->model, flags->decode, kGeneration); });
  command.on_run([flags](const Session& session) { return run_generate(*flags, session); });
}

struct EvaluateTextFlags : EvaluateFlags {
  bool by_token = false;
};

// How each token was predicted, as KenLM's program `query` prints it: "word=id length log10p", and 0 as the
// id of an unknown word. The length is that of the n-gram that decided; 0: all that stands before.
void print_by_token(const TextGenerator& generator, const std::string& text, Context& context) {
  metrics::LanguageScore score;
  score_tokens(generator, text, context, [&](const std::vector<ScoredToken>& tokens) {
    std::string line;
    double total = 0;
    int64_t unknown = 0;
    for (const ScoredToken& token : tokens) {
      const double log10 = token.score.log_probability / std::numbers::ln10;
      line += fmt::format("{}={} {} {:.8g}\t", one_line(token.text), token.unknown ? 0 : token.id,
                          token.score.length, log10);
      total += log10;
      unknown += token.unknown ? 1 : 0;
      score.add(-token.score.log_probability, !token.unknown);
    }
    print_text(fmt::format("{}Total: {:.8g} OOV: {}\n", line, total, unknown));
  });
  print_text(fmt::format(
      "Perplexity including OOVs:\t{:.10g}\nPerplexity excluding OOVs:\t{:.10g}\nOOVs:\t{}\nTokens:\t{}\n",
      score.perplexity(), score.perplexity_without_unknown(), score.unknown, score.tokens));
}

int evaluate_generate(const EvaluateTextFlags& flags, const Session& session) {
  check(!flags.by_token || !flags.json, "--by-token: prints a line for each line of the text, and no --json");
  const TextGenerator generator = warned(TextGenerator::load(flags.model));
  Context context;
  const std::string data = read_text(flags.data, session.quiet);
  if (flags.by_token) {
    print_by_token(generator, data, context);
    return 0;
  }
  const auto score = score_text(generator, data, context);
  check(score.tokens > 0, "evaluate: there is no text to score; give --data a file with at least two tokens");
  std::string text = fmt::format("loss {:.4f}   perplexity {:.3f}   bits per character {:.4f}   tokens {}",
                                 score.loss(), score.perplexity(), score.bits_per_character(), score.tokens);
  if (score.unknown > 0) {
    text += fmt::format(
        "\nunknown {}   perplexity without them {:.3f}   share {:.2f} %   their letters {:.4f} bits per "
        "character",
        score.unknown, score.perplexity_without_unknown(),
        100 * static_cast<double>(score.unknown) / static_cast<double>(score.tokens),
        score.spelling_bits_per_character());
  }
  report(flags,
         {{"loss", score.loss()},
          {"perplexity", score.perplexity()},
          {"bits_per_character", score.bits_per_character()},
          {"bits_per_byte", score.bits_per_byte()},
          {"tokens", score.tokens},
          {"unknown_tokens", score.unknown},
          {"perplexity_without_unknown", score.perplexity_without_unknown()},
          {"spelling_bits_per_character", score.spelling_bits_per_character()}},
         text);
  return 0;
}

void declare_evaluate_generate(Command& command) {
  auto flags = std::make_shared<EvaluateTextFlags>();
  add_evaluate_flags(command, *flags, "Files of text");
  command.add("--by-token", flags->by_token,
              "For a language model: print word=id length log10p for each token, as KenLM's query does");
  command.on_run([flags](const Session& session) { return evaluate_generate(*flags, session); });
}

}  // namespace

void declare_train_generate(Command& command);  // train_generate.cc

Task generate_task() {
  return {.name = "generate",
          .model = "a language model",
          .is_for =
              [](const ModelConfig& config) {
                return config.head.kind == HeadKind::language_model && !config.reads_source();
              },
          .train = {"Train a language model on running text", declare_train_generate},
          .predict = {"Continue texts with a language model", declare_generate},
          .declare_evaluate = declare_evaluate_generate};
}

}  // namespace hodhod::cli
