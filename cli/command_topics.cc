// SPDX-License-Identifier: Apache-2.0
// hodhod topics DIR: the topics of a model, or those of texts. `evaluate` measures them on texts, and against
// labels where there are any.
#include <fmt/format.h>

#include <memory>

#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/tasks/topics.h"

namespace hodhod::cli {

void declare_train_topics(Command& command);

namespace {

struct TopicsFlags {
  std::string directory;
  TextInput input;
  int64_t words = 10;
  int64_t count = 3;
  bool json = false;
};

TopicFinder load_topics(const ModelPath& path) {
  TopicFinder finder = TopicFinder::load(path);
  print_warnings(finder.model.warnings);
  print_warnings(finder.model.tokenizer->warnings());
  return finder;
}

std::string joined_words(const std::vector<TopicWord>& words) {
  std::string text;
  for (const TopicWord& word : words) text += (text.empty() ? "" : " ") + word.word;
  return text;
}

void print_topics(const TopicFinder& finder, const TopicsFlags& flags) {
  const auto topics = finder.likeliest(flags.words);
  for (size_t k = 0; k < topics.size(); ++k) {
    if (!flags.json) {
      print_text(fmt::format("{:>3}  {}\n", k, joined_words(topics[k])));
      continue;
    }
    Json words = Json::array();
    for (const TopicWord& word : topics[k])
      words.push_back({{"word", word.word}, {"probability", word.probability}});
    print_text(json_line({{"topic", k}, {"words", words}}));
  }
}

std::string mixture_text(const std::string& text, const std::vector<TopicShare>& shares,
                         const std::vector<std::vector<TopicWord>>& names, const TopicsFlags& flags) {
  const auto count = std::min(shares.size(), static_cast<size_t>(flags.count));
  if (flags.json) {
    Json topics = Json::array();
    for (size_t i = 0; i < count; ++i)
      topics.push_back({{"topic", shares[i].topic}, {"share", shares[i].share}});
    return json_line({{"text", text}, {"topics", topics}});
  }
  std::string line;
  for (size_t i = 0; i < count; ++i) {
    const auto topic = static_cast<size_t>(shares[i].topic);
    line += fmt::format("{}{:.3f} {} ({})", i == 0 ? "" : "\t", shares[i].share, topic,
                        joined_words(names[topic]));
  }
  return line + "\n";
}

int run_topics(const Command& command, const TopicsFlags& flags, const Session& session) {
  const bool of_model = flags.input.texts.empty() && flags.input.files.empty();
  const bool reads = !of_model || standard_input_is_piped();
  if (!reads) command.refuse({"--count"}, "is for the topics of texts, and there is none");
  if (!of_model) command.refuse({"--words"}, "is for the topics of the model, and texts are given");
  const TopicFinder finder = load_topics(flags.directory);
  bool are_asked_for = of_model;  // the model's own
  if (reads) {
    const auto names = finder.likeliest(3);
    for_each_block(flags.input, "Reading", session.quiet, [&](const std::vector<std::string>& lines) {
      std::string out;
      for (const std::string& line : lines) out += mixture_text(line, finder.of(line), names, flags);
      print_text(out);
      are_asked_for = false;
    });
  }
  if (are_asked_for) print_topics(finder, flags);
  return 0;
}

void declare_topics(Command& command) {
  auto flags = std::make_shared<TopicsFlags>();
  command.add("DIR", flags->directory, "The model's directory").required();
  command
      .add("TEXT", flags->input.texts,
           "Texts whose topics are shown; if none are given, the lines of standard input where it is a pipe "
           "or a "
           "file, else the topics of the model itself")
      .excludes("--file");
  command.add("--file", flags->input.files, "Files with one text on each line").called("FILE");
  flags->input.may_be_empty = true;
  command.add("--words", flags->words, "For the topics of the model: number of words to show of each",
              in(1, 1 << 20));
  command.add("--count", flags->count, "For texts: number of topics to show of each", in(1, 1 << 16));
  command.add("--json", flags->json, "Print a JSON object for each topic or text");
  command.on_run([flags, &command](const Session& session) { return run_topics(command, *flags, session); });
}

struct EvaluateTopicsFlags : EvaluateFlags {
  LabelledColumns columns;
};

int evaluate_topics(const EvaluateTopicsFlags& flags) {
  check_data(flags);
  const TopicFinder finder = load_topics(flags.model);
  const bool labelled = !flags.columns.label.empty();
  const TopicScores scores = evaluate(finder, told(labelled ? read_labelled(flags.data, flags.columns)
                                                            : read_unlabelled(flags.data, flags.columns))
                                                  .examples);
  const auto topics = finder.likeliest(10);
  Json each = Json::array();
  double npmi = 0, umass = 0;
  std::string text =
      fmt::format("{} {}, {} known {}\nperplexity {:.2f}, of every second word given the others\n",
                  with_commas(scores.texts), noun_for(scores.texts, "text"), with_commas(scores.words),
                  noun_for(scores.words, "word"), scores.perplexity);
  for (size_t k = 0; k < topics.size(); ++k) {
    const auto& [own_npmi, own_umass] = scores.coherence[k];
    npmi += own_npmi / static_cast<double>(topics.size());
    umass += own_umass / static_cast<double>(topics.size());
    text += fmt::format("{:>3}  NPMI {:6.3f}   UMass {:7.3f}   {}\n", k, own_npmi, own_umass,
                        joined_words(topics[k]));
    each.push_back({{"npmi", own_npmi}, {"umass", own_umass}});
  }
  text += fmt::format("mean NPMI {:.4f}   UMass {:.4f}", npmi, umass);
  Json values = {{"texts", scores.texts}, {"words", scores.words}, {"perplexity", scores.perplexity},
                 {"npmi", npmi},          {"umass", umass},        {"topics", each}};
  if (scores.has_labels) {
    text += fmt::format("\nlikeliest topic against label: purity {:.4f}   NMI {:.4f}", scores.clusters.purity,
                        scores.clusters.nmi);
    values["purity"] = scores.clusters.purity;
    values["nmi"] = scores.clusters.nmi;
  }
  report(flags, values, text);
  return 0;
}

void declare_evaluate_topics(Command& evaluate) {
  auto flags = std::make_shared<EvaluateTopicsFlags>();
  add_evaluate_flags(evaluate, *flags,
                     "Texts; with --label, they have labels that the topics are compared with");
  evaluate.add_config(flags->columns, kLabelledGroup);
  evaluate.on_run([flags](const Session&) { return evaluate_topics(*flags); });
}

bool has_topics(const ModelConfig& config) { return config.make_shapes()->topics() != nullptr; }

}  // namespace

Task topics_task() {
  return {.name = "topics",
          .model = "a model of topics",
          .is_for = has_topics,
          .train = {"Find topics in texts", declare_train_topics},
          .predict = {"Show a model's topics, or the topics of texts", declare_topics},
          .declare_evaluate = declare_evaluate_topics};
}

}  // namespace hodhod::cli
