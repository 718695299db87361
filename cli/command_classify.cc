// SPDX-License-Identifier: Apache-2.0
// hodhod classify DIR: labels its arguments, files, or standard input, a text (or a pair with a tab between)
// a line.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/classify.h"

namespace hodhod::cli {
namespace {

struct ClassifyFlags {
  std::string directory;
  TextInput input;
  std::vector<std::string> data;
  LabelledColumns columns;
  bool json = false;
};

Texts split_pair(const std::string& line, const Classifier& classifier) {
  const size_t tab = line.find('\t');
  if (classifier.texts == 1 || tab == std::string::npos) {
    check(classifier.texts == 1,
          "this model takes pairs of texts: write them with a tab between (found {}), or give a table with "
          "--data and --text",
          excerpt(line));
    return {line};
  }
  return {line.substr(0, tab), line.substr(tab + 1)};
}

std::string classified_line(const Texts& texts, const Classification& found, const Classifier& classifier,
                            bool as_json) {
  const Labels& labels = classifier.labels;
  Json json = Json::object();
  if (texts.size() == 1) {
    json["text"] = texts[0];
  } else {
    json["texts"] = texts;
  }
  if (classifier.is_regression()) {
    json["value"] = found.score[0];
    return as_json ? format_json(json, -1) + "\n" : fmt::format("{:.4f}\n", found.score[0]);
  }
  std::vector<int64_t> order(found.score.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto score = [&](int64_t label) { return found.score[static_cast<size_t>(label)]; };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return score(a) > score(b); });
  json["label"] = labels.name(found.label);
  std::string line = labels.name(found.label);
  for (int64_t label : order) {
    json["probabilities"][labels.name(label)] = score(label);
    line += fmt::format("\t{} {:.4f}", labels.name(label), score(label));
  }
  return as_json ? format_json(json, -1) + "\n" : line + "\n";
}

void print_labels(const std::vector<Texts>& texts, const Classifier& classifier, bool json) {
  const auto found = classify(classifier, texts);
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) out += classified_line(texts[i], found[i], classifier, json);
  print_text(out);
}

int run_classify(const ClassifyFlags& flags, const Session& session) {
  const Classifier classifier = warned(Classifier::load(flags.directory));
  if (!flags.data.empty()) {
    std::vector<Texts> texts;
    for (LabelledText& example : read_unlabelled(flags.data, flags.columns).examples) {
      check(static_cast<int64_t>(example.texts.size()) == classifier.texts,
            "{}: the model takes {} texts an example, and the data has {}; say with --text which columns",
            example.place, classifier.texts, example.texts.size());
      texts.push_back(std::move(example.texts));
    }
    print_labels(texts, classifier, flags.json);
    return 0;
  }
  for_each_block(flags.input, "Classifying", session.quiet, [&](const std::vector<std::string>& lines) {
    std::vector<Texts> texts;
    for (const std::string& line : lines) texts.push_back(split_pair(line, classifier));
    print_labels(texts, classifier, flags.json);
  });
  return 0;
}

}  // namespace

void add_classify(Command& program) {
  Command& command = program.add_command("classify", "Label texts with a model");
  auto flags = std::make_shared<ClassifyFlags>();
  command.add("DIR", flags->directory, "The model's directory").required();
  command.add("TEXT", flags->input.texts,
              "Texts (pairs with a tab between); without any, standard input is read");
  command.add("--file", flags->input.files, "Files of texts, one a line").called("FILE");
  command.add("--data", flags->data, "Tables or JSON lines with texts").called("FILE");
  command.add_config(flags->columns, "Data");
  command.add("--json", flags->json, "Print a JSON object for each text");
  command.on_run([flags](const Session& session) { return run_classify(*flags, session); });
}

}  // namespace hodhod::cli
