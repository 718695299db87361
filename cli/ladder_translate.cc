// SPDX-License-Identifier: Apache-2.0
// hodhod ladder translate: translators, from one vector for a sentence to the Transformer.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/ladder_shared.h"
#include "cli/ladder_task.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/text_pairs.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/train/metrics/bleu.h"

namespace hodhod::cli {
namespace {

constexpr int64_t kBeams = 5;
constexpr const char* kValidationPairs = "100";

Rung translating(const std::string& name, Bilingual title, const std::string& preset,
                 std::vector<std::string> model, const std::string& rate) {
  model.emplace_back("dropout=0.2");
  std::vector<std::string> options = network_options(rate, 200, 100);
  options.insert(options.end(), {"--batches-max-tokens", "2048", "--validation-pairs", kValidationPairs});
  return {.name = name,
          .title = std::move(title),
          .preset = preset,
          .model = std::move(model),
          .options = options};
}

class TranslateLadder final : public LadderTask {
 public:
  std::string_view name() const override { return "translate"; }
  std::string help() const override {
    return "Translators, from one vector for a sentence to the Transformer";
  }

  std::vector<Rung> rungs() const override {
    return {translating("gru-vector", {"GRU with one vector", "GRU با یک بردار"}, "gru-small",
                        {"attention=none"}, "2e-3"),
            translating("gru", {"GRU with attention", "GRU با توجه"}, "gru-small",
                        {"attention=additive", "input_feeding=yes"}, "2e-3"),
            translating("transformer", {"Transformer", "ترنسفورمر"}, "small", {"heads=8", "feed_forward=512"},
                        "1e-3")};
  }

  void declare(Command& command) override {
    command.add("--source", source_, "Text to translate from, a sentence a line (.gz and .zst too)")
        .called("FILE");
    command.add("--target", target_, "The same sentences in the other language").called("FILE");
    command.add("--dev-source", dev_source_, "Text to translate from for validation").called("FILE");
    command.add("--dev-target", dev_target_, "The same sentences in the other language, for validation")
        .called("FILE");
    command
        .add("--test-source", test_source_,
             "Text to translate from for the scores at the end; that for validation if none is given")
        .called("FILE")
        .in(kLadderGroup);
    command.add("--test-target", test_target_, "The same sentences in the other language, for the scores")
        .called("FILE")
        .in(kLadderGroup);
    command.add("--skip-bad", skip_bad_, "Count bad lines and go on");
  }

  void read(bool) override {
    check_files("source", source_);
    check_files("target", target_);
    check_files("dev-source", dev_source_);
    check_files("dev-target", dev_target_);
    check_files("test-source", test_source_, !test_target_.empty());
    check_files("test-target", test_target_, !test_source_.empty());
    train_ = read_pairs(source_, target_, skip_bad_);
    scored_ = read_pairs(dev_source_, dev_target_, skip_bad_);
    check(!train_.empty() && !scored_.empty(), "ladder: {} has no pairs",
          train_.empty() ? source_[0] : dev_source_[0]);
    if (test_source_.empty()) return;
    scored_ = read_pairs(test_source_, test_target_, skip_bad_);
    check(!scored_.empty(), "ladder: {} has no pairs", test_source_[0]);
  }

  OptionFiles files() const override {
    return files_of({{"source", source_},
                     {"target", target_},
                     {"dev-source", dev_source_},
                     {"dev-target", dev_target_},
                     {"test-source", test_source_},
                     {"test-target", test_target_}});
  }

  std::optional<TaskTokenizerOptions> tokenizer() const override { return usual_translation().tokenizer; }
  text::LineSource tokenizer_lines() const override {
    return lines_of(2 * train_.size(),
                    [&](size_t i) { return i % 2 == 1 ? train_[i / 2].target : train_[i / 2].source; });
  }

  void describe(LadderReport& report) const override {
    report.quality = {.key = "bleu", .name = {"BLEU", "BLEU"}, .better = Better::higher, .decimals = 2};
    report.scored = scored_part(!test_source_.empty());
    report.unit = {"sentences", "جمله"};
    report.notes = {
        {fmt::format("The figures are of {} sentences translated with {} beams; the curves are of {} "
                     "sentences for validation, translated greedily.",
                     scored_.size(), kBeams, kValidationPairs),
         "عددهای جدول با جست‌وجوی پرتویی به دست آمده‌اند "
         "و منحنی‌ها با ترجمهٔ حریصانهٔ چند جمله."}};
    for (const size_t i : asked()) report.questions.push_back({scored_[i].source, scored_[i].target});
  }

  void measure(const std::string& directory, uint64_t, LadderRung& rung) const override {
    const Translator translator = warned(Translator::load(directory));
    set_size(*translator.model, rung);
    Context context;
    std::vector<std::string> sources;
    for (const TextPair& pair : scored_) sources.push_back(pair.source);
    TranslateOptions options{.decode = translator.decoding};
    options.decode.num_beams = kBeams;
    std::vector<Translated> translated;
    const double seconds = seconds_of([&] { translated = translate(translator, sources, options, context); });
    metrics::Bleu bleu;
    for (size_t i = 0; i < scored_.size(); ++i)
      bleu.add(one_line(translated[i].best[0].text), scored_[i].target);
    rung.quality = bleu.score().score;
    rung.written_a_second = static_cast<double>(scored_.size()) / seconds;
    for (const size_t i : asked()) rung.answers.push_back(translated[i].best[0].text);
  }

 private:
  // A short sentence and a long one: a tenth of all are shorter, and a tenth longer.
  std::vector<size_t> asked() const {
    std::vector<size_t> order(scored_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return scored_[a].source.size() < scored_[b].source.size(); });
    return {order[order.size() / 10], order[order.size() - 1 - order.size() / 10]};
  }

  std::vector<std::string> source_, target_, dev_source_, dev_target_, test_source_, test_target_;
  bool skip_bad_ = false;
  std::vector<TextPair> train_, scored_;
};

}  // namespace

std::unique_ptr<LadderTask> translate_ladder() { return std::make_unique<TranslateLadder>(); }

}  // namespace hodhod::cli
