// SPDX-License-Identifier: Apache-2.0
// hodhod ladder classify: classifiers of texts, from bags of words to the Transformer.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/input.h"
#include "cli/ladder_shared.h"
#include "cli/ladder_task.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/data/held_out.h"
#include "hodhod/ladder/sentences.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/why.h"

namespace hodhod::cli {
namespace {

constexpr size_t kAskedTexts = 5, kShownReasons = 4;
constexpr size_t kShownBytes = 300;  // of a question

Rung bag(const std::string& name, Bilingual title, std::vector<std::string> options = {}) {
  return {.name = name,
          .title = std::move(title),
          .preset = name,
          .options = std::move(options),
          .shares_tokenizer = false};
}

Rung encoder(const std::string& name, Bilingual title, const std::string& preset,
             std::vector<std::string> model, const std::string& rate) {
  model.emplace_back("max_length=400");
  std::vector<std::string> options = network_options(rate, 100, 50);
  options.insert(options.end(), {"--cut-off", "beginning", "--word-dropout", "0.1"});
  return {.name = name,
          .title = std::move(title),
          .preset = preset,
          .model = std::move(model),
          .options = options};
}

std::string shortened(const std::string& text) {
  if (text.size() <= kShownBytes) return text;
  size_t cut = kShownBytes;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

class ClassifyLadder final : public LadderTask {
 public:
  std::string_view name() const override { return "classify"; }
  std::string help() const override { return "Classifiers of texts, from bags of words to the Transformer"; }

  std::vector<Rung> rungs() const override {
    return {bag("bow", {"bag of words", "کیسهٔ واژه‌ها"}),
            bag("tfidf", {"TF-IDF regression", "رگرسیون TF-IDF"}, {"--solver-c", "10"}),
            bag("nbsvm", {"NB-SVM", "NB-SVM"}),
            bag("fasttext", {"fastText classifier", "دسته‌بند fastText"}, {"--epochs", "5"}),
            bag("mlp", {"perceptron", "پرسپترون چندلایه"}, {"--epochs", "5"}),
            encoder("lstm", {"LSTM", "LSTM"}, "lstm-tiny", {"dropout=0.3"}, "2e-3"),
            encoder("bert", {"Transformer", "ترنسفورمر"}, "bert-tiny",
                    {"dropout=0.2", "attention_dropout=0.1"}, "1e-3")};
  }

  void declare(Command& command) override {
    files_.declare(command, "Texts with labels: tsv, csv or jsonl (.gz and .zst too)");
    command.add_config(columns_, "Data");
  }

  void read(bool) override {
    files_.check();
    train_ = told(read_labelled(files_.data, columns_)).examples;
    if (!files_.dev.empty()) {
      scored_ = told(read_labelled(files_.dev, columns_)).examples;
    } else {
      scored_ = take_out(train_, held_out_texts(train_, columns_.label_separator, files_.dev_share));
    }
    check(!scored_.empty(), "ladder: there are no texts for validation; give --dev, or more texts");
    if (!files_.test.empty()) scored_ = told(read_labelled(files_.test, columns_)).examples;
    check(train_[0].texts.size() == 1, "ladder: the bags of words read one text, and --text names {}",
          train_[0].texts.size());
    const auto other = [&](const LabelledText& one) { return one.label != train_[0].label; };
    check(std::any_of(train_.begin(), train_.end(), other),
          "ladder: {} has one label only ({}); there is nothing to tell apart", files_.data[0],
          train_[0].label);
  }

  OptionFiles files() const override { return files_.all(); }

  std::optional<TaskTokenizerOptions> tokenizer() const override { return usual_encoding().tokenizer; }
  text::LineSource tokenizer_lines() const override {
    return lines_of(train_.size(), [&](size_t i) { return train_[i].texts[0]; });
  }

  std::vector<std::string> further_words() const override { return files_.share_words(); }

  void describe(LadderReport& report) const override {
    report.quality = {
        .name = {"accuracy, %", "درستی، ٪"}, .better = Better::higher, .shown_times = 100, .decimals = 2};
    report.quality.key = "accuracy";
    if (several_labels()) {
      report.quality.key = "micro_f1";
      report.quality.name = {"micro F1, %", "F1 خُرد، ٪"};
    }
    report.scored = scored_part(!files_.test.empty());
    report.unit = {"texts", "متن"};
    report.notes = {{fmt::format("The figures are of {} texts; the curves are of the texts for validation.",
                                 scored_.size()),
                     "عددهای جدول بر متن‌های آزمون به دست آمده‌اند "
                     "و منحنی‌ها بر متن‌های اعتبارسنجی."}};
    if (!several_labels()) report.notes.push_back(always_the_commonest());
    for (const LabelledText* one : asked())
      report.questions.push_back({shortened(one->texts[0]), one->label});
  }

  void measure(const std::string& directory, uint64_t, LadderRung& rung) const override {
    const Classifier classifier = warned(Classifier::load(directory));
    set_size(*classifier.encoder.model, rung);
    Context context;
    ClassifierScores scores;
    const double seconds = seconds_of([&] { scores = evaluate(classifier, scored_, context); });
    rung.quality = several_labels() ? scores.labels.micro.f1() : scores.classes.accuracy;
    rung.scored_a_second = static_cast<double>(scores.examples) / seconds;
    for (const LabelledText* one : asked()) rung.answers.push_back(answer(classifier, *one, context));
  }

 private:
  bool several_labels() const { return !columns_.label_separator.empty(); }

  std::vector<const LabelledText*> asked() const { return evenly(scored_, kAskedTexts); }

  Bilingual always_the_commonest() const {
    std::map<std::string, int64_t> counts;
    for (const LabelledText& one : train_) ++counts[one.label];
    const auto commonest = std::max_element(counts.begin(), counts.end(),
                                            [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto right = std::count_if(scored_.begin(), scored_.end(),
                                     [&](const LabelledText& one) { return one.label == commonest->first; });
    const std::string percent =
        fmt::format("{:.2f}", 100 * static_cast<double>(right) / static_cast<double>(scored_.size()));
    return {fmt::format("Always the commonest label, {}, would have {} %.", commonest->first, percent),
            fmt::format("پاسخ همیشگی «{}»، پرشمارترین برچسب، {} درصد درست "
                        "می‌بود.",
                        commonest->first, persian_digits(percent))};
  }

  static std::string answer(const Classifier& classifier, const LabelledText& one, Context& context) {
    const Classification found = classify(classifier, {&one, 1}, context)[0];
    std::string text;
    for (const int64_t label : found.labels) {
      text += fmt::format("{}{} {:.3f}", text.empty() ? "" : ", ", classifier.labels.name(label),
                          found.score[static_cast<size_t>(label)]);
    }
    if (!classifier.encoder.config().reads_features() || found.labels.empty()) return text;
    const auto reasons = why(classifier, one, found.labels[0], context);
    for (size_t i = 0; i < std::min(kShownReasons, reasons.size()); ++i)
      text += fmt::format("{}{} {:+.2f}", i == 0 ? " — " : ", ", isolated(one_line(reasons[i].feature)),
                          reasons[i].value);
    return text;
  }

  LadderFiles files_;
  LabelledColumns columns_;
  std::vector<LabelledText> train_, scored_;
};

}  // namespace

std::unique_ptr<LadderTask> classify_ladder() { return std::make_unique<ClassifyLadder>(); }

}  // namespace hodhod::cli
