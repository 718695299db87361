// SPDX-License-Identifier: Apache-2.0
// hodhod tag DIR: tags the words of sentences from arguments, files or standard input, one sentence per line.
// `evaluate` scores the tags, or the entities that they mark.
#include <fmt/core.h>

#include <memory>

#include "cli/confusion.h"
#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/tag.h"

namespace hodhod::cli {
namespace {

struct TagFlags {
  ModelArguments model;
  TextInput input;
  std::vector<std::string> data;
  CorpusOptions corpus;
  bool split = false;
  bool json = false;
};

Json entities_of(const Words& words, const std::vector<std::string>& tags) {
  Json entities = Json::array();
  for (const metrics::Entity& entity : metrics::entities_of(tags)) {
    std::string text;
    for (int64_t i = entity.begin; i < entity.end; ++i) {
      text.append(text.empty() ? "" : " ").append(words[static_cast<size_t>(i)]);
    }
    entities.push_back({{"type", entity.type}, {"text", text}, {"begin", entity.begin}, {"end", entity.end}});
  }
  return entities;
}

std::string tagged_text(const Words& words, const Tagging& tagging, bool entities, bool as_json) {
  if (as_json) {
    Json json = {{"words", words}, {"tags", tagging.tags}, {"probabilities", tagging.probabilities}};
    if (entities) json["entities"] = entities_of(words, tagging.tags);
    return json_line(json);
  }
  std::string lines;
  for (size_t t = 0; t < tagging.tags.size(); ++t)
    lines += fmt::format("{}\t{}\n", words[t], tagging.tags[t]);
  return lines + "\n";
}

int run_tag(const Command& command, const TagFlags& flags, const Session& session) {
  if (flags.data.empty()) {
    CorpusOptions corpus;
    command.refuse(options_of(fields_of(corpus)), "is for files that --data names, and there is none");
  }
  const Tagger tagger = warned(Tagger::load(flags.model));
  Context context;
  LongTexts long_texts(length_limit(tagger.encoder));
  const auto print = [&](const std::vector<Words>& sentences) {
    const auto found = tag(tagger, sentences, context);
    std::string out;
    for (size_t i = 0; i < sentences.size(); ++i) {
      out += tagged_text(sentences[i], found[i], tagger.has_entities(), flags.json);
    }
    print_text(out);
    for (const Tagging& tagging : found) long_texts.add(tagging.tokens);
  };
  if (!flags.data.empty()) {
    const auto data = told(read_words(flags.data, flags.corpus));
    std::vector<Words> sentences;
    for (const TaggedWords& sentence : data.sentences) sentences.push_back(sentence.words);
    print(sentences);
  } else {
    for_each_block(flags.input, "Tagging", session.quiet, [&](const std::vector<std::string>& lines) {
      std::vector<Words> sentences;
      for (const std::string& line : lines) {
        sentences.push_back(flags.split ? words_between_blanks(line) : split_words(line));
      }
      print(sentences);
    });
  }
  tell(long_texts.notes(kTaggedInPieces));
  return 0;
}

void declare_tag(Command& command) {
  auto flags = std::make_shared<TagFlags>();
  add_model_arguments(command, flags->model);
  add_text_input(command, flags->input, "Sentences to tag", "sentence");
  command.add("--split", flags->split, "Split sentences at spaces only; punctuation stays with its word");
  command.add("--data", flags->data, "Files with one word on each line (conll, conllu, tsv), or jsonl")
      .called("FILE")
      .excludes("TEXT")
      .excludes("--file")
      .excludes("--split");
  command.add_config(flags->corpus, "Data");
  command.add("--json", flags->json, "Print a JSON object for each sentence, with its entities");
  command.on_run([flags, &command](const Session& session) { return run_tag(command, *flags, session); });
}

struct EvaluateTagFlags : EvaluateFlags {
  CorpusOptions corpus;
};

int evaluate_tag(const EvaluateTagFlags& flags) {
  const Tagger tagger = warned(Tagger::load(flags.model));
  check_data(flags);
  Context context;
  const auto scores = evaluate(tagger, told(read_tagged(flags.data, flags.corpus)).sentences, context);
  tell(scores.notes);
  const auto& classes = scores.classes;
  Json values = {{"accuracy", classes.accuracy},
                 {"macro_f1", classes.macro_f1},
                 {"loss", scores.loss},
                 {"words", scores.words},
                 {"sentences", scores.sentences}};
  std::string text = fmt::format("accuracy {:.2f}   macro F1 {:.2f}   loss {:.4f}   words {}   sentences {}",
                                 100 * classes.accuracy, 100 * classes.macro_f1, scores.loss, scores.words,
                                 scores.sentences);
  if (tagger.has_entities()) {
    const auto& all = scores.entities.overall();
    const ByLabel types(scores.entities.by_type());
    values["entity_f1"] = all.f1();
    values["entity_precision"] = all.precision();
    values["entity_recall"] = all.recall();
    values["entities"] = types.json;
    text =
        fmt::format("entity F1 {:.2f}   precision {:.2f}   recall {:.2f}   entities {}\n{}{}", 100 * all.f1(),
                    100 * all.precision(), 100 * all.recall(), all.gold, text, types.table);
  } else {
    const ByLabel tags(classes.by_label);
    values["tags"] = tags.json;
    text += tags.table + "\n" + confusion_text(classes);
  }
  values["confusion"] = confusion_json(classes);
  report(flags, values, text);
  return 0;
}

void declare_evaluate_tag(Command& command) {
  auto flags = std::make_shared<EvaluateTagFlags>();
  add_evaluate_flags(command, *flags, "Sentences with tags");
  std::vector<Field> fields = fields_of(flags->corpus);
  for (Field& field : fields) {
    if (field.path == "columns")
      field.doc =
          "Columns of the words and of their tags: names, or numbers from 1 (-1 is the last); without it the "
          "first and the "
          "last";
  }
  command.add_fields(fields, "Options");
  command.on_run([flags](const Session&) { return evaluate_tag(*flags); });
}

}  // namespace

void declare_train_tag(Command& command);  // train_tag.cc

Task tag_task() {
  return {.name = "tag",
          .model = "a tagger",
          .is_for = [](const ModelConfig& config) { return config.head.kind == HeadKind::tagger; },
          .train = {"Train a model that tags words: names, parts of speech", declare_train_tag},
          .predict = {"Tag the words of sentences with a model", declare_tag},
          .declare_evaluate = declare_evaluate_tag};
}

}  // namespace hodhod::cli
