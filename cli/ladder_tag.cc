// SPDX-License-Identifier: Apache-2.0
// hodhod ladder tag: taggers of words, recurrent networks and Transformers, each alone and with a conditional
// random field.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/ladder_shared.h"
#include "cli/ladder_task.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/train/metrics/entities.h"

namespace hodhod::cli {
namespace {

constexpr size_t kAskedSentences = 3;

Rung tagging(const std::string& name, Bilingual title, const std::string& preset,
             std::vector<std::string> model, const std::string& rate) {
  model.emplace_back("dropout=0.3");
  std::vector<std::string> options = network_options(rate, 100, 50);
  options.insert(options.end(), {"--word-dropout", "0.2"});
  return {.name = name,
          .title = std::move(title),
          .preset = preset,
          .model = std::move(model),
          .options = options};
}

class TagLadder final : public LadderTask {
 public:
  std::string_view name() const override { return "tag"; }
  std::string help() const override { return "Taggers of words: recurrent networks and Transformers"; }

  std::vector<Rung> rungs() const override {
    const Bilingual lstm = {"LSTM", "LSTM"}, transformer = {"Transformer", "ترنسفورمر"};
    const auto with_crf = [](const Bilingual& title) {
      return Bilingual{title.en + " with a CRF", title.fa + " با CRF"};
    };
    return {tagging("lstm", lstm, "lstm-tiny", {}, "3e-3"),
            tagging("lstm-crf", with_crf(lstm), "lstm-tiny", {"crf=yes"}, "3e-3"),
            tagging("lstm-letters", {"LSTM with letters and a CRF", "LSTM با حرف‌ها و CRF"},
                    "lstm-tiny", {"crf=yes", "characters=25", "character_hidden=25"}, "3e-3"),
            tagging("bert", transformer, "bert-tiny", {"attention_dropout=0.1"}, "1e-3"),
            tagging("bert-crf", with_crf(transformer), "bert-tiny", {"attention_dropout=0.1", "crf=yes"},
                    "1e-3")};
  }

  void declare(Command& command) override {
    files_.declare(command,
                   "Sentences with a word and its tag a line (conll, conllu, tsv), or jsonl (.gz, .zst)");
    command.add_config(corpus_, "Data");
  }

  void read(bool) override {
    files_.check();
    train_ = told(read_tagged(files_.data, corpus_)).sentences;
    if (!files_.dev.empty()) {
      scored_ = told(read_tagged(files_.dev, corpus_)).sentences;
    } else {
      scored_ = take_out(train_, held_out_sentences(train_, files_.dev_share));
    }
    check(!scored_.empty(), "ladder: there are no sentences for validation; give --dev, or more sentences");
    check(!train_.empty(), "ladder: {} has no sentences to train on", files_.data[0]);
    has_entities_ = metrics::are_entity_tags(tag_labels(train_, scored_).names());
    if (!files_.test.empty()) scored_ = told(read_tagged(files_.test, corpus_)).sentences;
  }

  OptionFiles files() const override { return files_.all(); }

  std::vector<std::string> further_words() const override { return files_.share_words(); }

  std::optional<TaskTokenizerOptions> tokenizer() const override { return usual_encoding().tokenizer; }
  text::LineSource tokenizer_lines() const override {
    return lines_of(train_.size(),
                    [&](size_t i) { return fmt::format("{}", fmt::join(train_[i].words, " ")); });
  }

  void describe(LadderReport& report) const override {
    report.quality = {.key = has_entities_ ? "entity_f1" : "accuracy",
                      .name = {has_entities_ ? "entity F1, %" : "accuracy, %",
                               has_entities_ ? "F1 موجودیت‌ها، ٪" : "درستی، ٪"},
                      .better = Better::higher,
                      .shown_times = 100,
                      .decimals = 2};
    report.scored = scored_part(!files_.test.empty());
    report.unit = {"words", "واژه"};
    report.notes = {
        {fmt::format("The figures are of {} sentences; the curves are of the sentences for validation.",
                     scored_.size()),
         "عددهای جدول بر جمله‌های آزمون به دست آمده‌اند "
         "و منحنی‌ها بر جمله‌های اعتبارسنجی."}};
    for (const TaggedWords* one : asked())
      report.questions.push_back(
          {fmt::format("{}", fmt::join(one->words, " ")), tagged(one->words, one->tags)});
  }

  void measure(const std::string& directory, uint64_t, LadderRung& rung) const override {
    const Tagger tagger = warned(Tagger::load(directory));
    set_size(*tagger.encoder.model, rung);
    Context context;
    TaggerScores scores;
    const double seconds = seconds_of([&] { scores = evaluate(tagger, scored_, context); });
    rung.quality = has_entities_ ? scores.entities.overall().f1() : scores.classes.accuracy;
    rung.scored_a_second = static_cast<double>(scores.words) / seconds;
    for (const TaggedWords* one : asked())
      rung.answers.push_back(tagged(one->words, tagger.tags_of(one->words)));
  }

 private:
  // The words that have a tag, with it; of entities, those that are in one.
  std::string tagged(const Words& words, const std::vector<std::string>& tags) const {
    std::string text;
    for (size_t i = 0; i < words.size(); ++i) {
      if (has_entities_ && tags[i] == "O") continue;
      text += fmt::format("{}{}/{}", text.empty() ? "" : " ", words[i], tags[i]);
    }
    return text.empty() ? "–" : text;
  }

  std::vector<const TaggedWords*> asked() const { return evenly(scored_, kAskedSentences); }

  LadderFiles files_;
  CorpusOptions corpus_;
  std::vector<TaggedWords> train_, scored_;
  bool has_entities_ = false;
};

}  // namespace

std::unique_ptr<LadderTask> tag_ladder() { return std::make_unique<TagLadder>(); }

}  // namespace hodhod::cli
