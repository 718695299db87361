// SPDX-License-Identifier: Apache-2.0
// hodhod ladder generate: language models of running text, in bits for each character of it.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/ladder_shared.h"
#include "cli/ladder_task.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/fit_language.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/new_model.h"

namespace hodhod::cli {
namespace {

// The curve is measured on the first part of the validation text, of about this many bytes: often, and for
// all rungs on the same.
constexpr int64_t kCurveTokens = 2000, kBytesOfToken = 8;
constexpr int64_t kWritten = 120;   // tokens of an answer
constexpr size_t kAnswers = 3;      // to the one prompt
constexpr size_t kPromptWords = 3;  // of the first line that is long enough
constexpr size_t kLongLine = 20;    // bytes

std::vector<std::string> reader_options(const std::string& rate, const std::string& length, bool lines) {
  std::vector<std::string> options = network_options(rate, 50, 50);
  if (lines) options.insert(options.end(), {"--windows", "lines"});
  options.insert(options.end(), {"--validation-tokens", fmt::format("{}", kCurveTokens), "--length", length,
                                 "--batch", "32"});
  return options;
}

Rung counted(int order, const std::string& order_fa, bool lines) {
  return {.name = fmt::format("ngram-{}", order),
          .title = {fmt::format("counted {}-gram", order), order_fa + "‌گرام شمارشی"},
          .preset = "ngram",
          .model = {fmt::format("order={}", order), lines ? "unit=line" : "unit=stream"},
          .options = {"--validation-tokens", fmt::format("{}", kCurveTokens)}};
}

Rung recurrent(const std::string& name, const std::string& title, const std::string& rate, bool lines) {
  return {.name = name,
          .title = {title, title},
          .preset = name + "-tiny",
          .options = reader_options(rate, "100", lines)};
}

// The n-grams of a counted model, of which its config.json has the number for each order; 0 for another
// model.
int64_t ngrams_of(const std::string& directory) {
  const std::string path = join_path(directory, "config.json");
  int64_t ngrams = 0;
  for (const int64_t count : json_get_or<std::vector<int64_t>>(read_json(path), "counts", {}, path))
    ngrams += count;
  return ngrams;
}

class GenerateLadder final : public LadderTask {
 public:
  std::string_view name() const override { return "generate"; }
  std::string help() const override { return "Language models, from counting to the Transformer"; }

  std::vector<Rung> rungs() const override {
    return {counted(2, "۲", lines_),
            counted(4, "۴", lines_),
            counted(7, "۷", lines_),
            {.name = "nnlm",
             .title = {"perceptron", "پرسپترون چندلایه"},
             .preset = "nnlm-tiny",
             .options = reader_options("3e-3", "64", lines_)},
            recurrent("rnn", "RNN", "2e-3", lines_),
            recurrent("gru", "GRU", "4e-3", lines_),
            recurrent("lstm", "LSTM", "4e-3", lines_),
            {.name = "gpt",
             .title = {"Transformer", "ترنسفورمر"},
             .preset = "gpt-tiny",
             .model = {"dropout=0", "attention_dropout=0"},
             .options = reader_options("2e-3", "64", lines_)}};
  }

  void declare(Command& command) override {
    files_.declare(command, "Text files (.gz and .zst too)");
    command
        .add("--prompt", prompt_,
             "What each rung continues; the first words of the text for the scores if not given")
        .in(kLadderGroup);
    command.add("--lines", lines_, "Each line is a text of its own, such as a name, and sees no other")
        .in(kLadderGroup);
  }

  void read(bool quiet) override {
    files_.check();
    train_ = text_of_files(files_.data);
    std::string dev;
    if (!files_.dev.empty()) {
      dev = read_text(files_.dev, quiet);
    } else {
      HeldOutText parts = hold_out_end(train_, files_.dev_share);
      train_ = std::move(parts.train);
      dev = std::move(parts.dev);
    }
    check(!dev.empty(), "ladder: there is no text for validation; give --dev, or text of more lines");
    std::string line;
    check(train_()(line), "ladder: {} is empty", files_.data[0]);
    scored_ = files_.test.empty() ? std::move(dev) : read_text(files_.test, quiet);
    check(!scored_.empty(), "ladder: there is no text for the scores in {}",
          files_.test.empty() ? "" : files_.test[0]);
    if (prompt_.empty()) prompt_ = first_words(scored_);
  }

  OptionFiles files() const override { return files_.all(); }

  std::optional<TaskTokenizerOptions> tokenizer() const override { return usual_generation().tokenizer; }
  text::LineSource tokenizer_lines() const override {
    // In running text a line end is a character like others.
    return [next = train_(), running = !lines_](std::string& line) {
      if (!next(line)) return false;
      if (running) line.push_back('\n');
      return true;
    };
  }

  std::vector<std::string> further_words() const override { return files_.share_words(); }

  void describe(LadderReport& report) const override {
    report.quality = {.key = "bits_per_character", .name = {"bits a character", "بیت بر نویسه"}};
    report.scored = scored_part(!files_.test.empty());
    report.unit = {"characters", "نویسه"};
    report.notes = {
        {fmt::format(
             "The figures are of {} characters of raw text, line ends counted; the curves are of the first "
             "{} bytes of the validation text.",
             with_commas(characters_of(scored_)), with_commas(kCurveTokens * kBytesOfToken)),
         "عددهای جدول بر همهٔ متن آزمون به دست آمده‌اند، "
         "با شمردن پایان سطرها؛ "
         "و منحنی‌ها بر آغاز متن اعتبارسنجی."}};
    report.questions.assign(kAnswers, {prompt_, ""});
  }

  void measure(const std::string& directory, uint64_t seed, LadderRung& rung) const override {
    const TextGenerator generator = warned(TextGenerator::load(directory));
    set_size(*generator.model, rung);
    rung.ngrams = ngrams_of(directory);
    Context context;
    metrics::LanguageScore score;
    const double scoring = seconds_of([&] { score = score_text(generator, scored_, context); });
    rung.quality = score.bits_per_character();
    rung.tokens = score.tokens;
    rung.unknown = score.unknown;
    rung.scored_a_second = static_cast<double>(score.characters) / scoring;
    DecodeOptions decode = generator.decoding;
    decode.do_sample = true;
    decode.temperature = 0.8;
    decode.max_new_tokens = kWritten;
    decode.seed = seed;
    int64_t written = 0;
    const double writing = seconds_of([&] {
      const std::vector<std::string> prompts(kAnswers, prompt_);
      for (const auto& found : continue_text(generator, prompts, decode, context)) {
        rung.answers.push_back(found.empty() ? "" : found[0].text);
        written += characters_of(rung.answers.back());
      }
    });
    rung.written_a_second = static_cast<double>(written) / writing;
  }

 private:
  static std::string first_words(const std::string& text) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      if (line.size() >= kLongLine) {
        size_t cut = 0;
        for (size_t word = 0; word < kPromptWords && cut != std::string::npos; ++word)
          cut = line.find(' ', cut == 0 ? 0 : cut + 1);
        return line.substr(0, cut);
      }
      begin = end + 1;
    }
    return text.substr(0, text.find('\n'));
  }

  LadderFiles files_;
  std::string prompt_;
  bool lines_ = false;
  OpenText train_;
  std::string scored_;
};

}  // namespace

std::unique_ptr<LadderTask> generate_ladder() { return std::make_unique<GenerateLadder>(); }

}  // namespace hodhod::cli
