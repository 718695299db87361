// SPDX-License-Identifier: Apache-2.0
#include "cli/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/nn/module.h"

namespace hodhod::cli {
namespace {

// A task: what a model of it does, its name on Hugging Face, and what follows the directory on the command
// line.
struct CardTask {
  std::string_view name, does, pipeline, input;
};
constexpr std::array<CardTask, 10> kTasks = {{
    {"translate", "translates", "translation", "'A sentence.'"},
    {"summarize", "writes summaries", "summarization", "'A long text.'"},
    {"generate", "continues texts", "text-generation", "'The beginning of a text'"},
    {"classify", "classifies texts", "text-classification", "'A text.'"},
    {"tag", "tags words", "token-classification", "'The words of a sentence'"},
    {"answer", "answers questions from a text", "question-answering",
     "--question 'A question?' --context 'A text.'"},
    {"fill-mask", "fills masks", "fill-mask", "'A text with a [MASK].'"},
    {"embed", "turns texts into vectors", "feature-extraction", "'A text.'"},
    {"forecast", "forecasts time series", "time-series-forecasting", "--data FILE"},
    {"topics", "finds the topics of texts", "", "'A text.'"},
}};

// "hodhod train tag --data …" → the row of "tag"; an empty one for a task that has none.
CardTask task_of(const RunRecord& record) {
  const std::string_view before = "hodhod train ";
  const size_t at = record.command.find(before);
  if (at == std::string::npos) return {};
  const std::string rest = record.command.substr(at + before.size());
  const std::string name = rest.substr(0, rest.find(' '));
  const auto found =
      std::find_if(kTasks.begin(), kTasks.end(), [&](const CardTask& task) { return task.name == name; });
  return found == kTasks.end() ? CardTask{} : *found;
}

// On one line, and not read as Markdown or YAML.
std::string as_string(const std::string& text) { return format_json(Json(text), -1); }

// The scores of the validation at `step`, as rows of a table; empty if there was none.
std::string score_rows(const std::string& directory, int64_t step) {
  const std::string path = join_path(directory, "metrics.jsonl"), prefix = "validation.";
  std::string rows;
  if (!file_exists(path)) return rows;
  LineReader lines(path);
  while (const auto line = lines.next()) {
    if (line->find(prefix) == std::string_view::npos) continue;
    Json json;
    try {
      json = parse_json(*line, lines.place());
    } catch (const Error&) {
      continue;  // a file that somebody else has changed is no reason to fail
    }
    const Json* at = json_find(json, "step");
    if (at == nullptr || !at->is_number() || at->get<int64_t>() != step) continue;
    rows.clear();  // a run that went on has a step twice
    for (const auto& [key, value] : json.items()) {
      if (key.starts_with(prefix) && value.is_number())
        rows += fmt::format("| {} | {:.6g} |\n", key.substr(prefix.size()), value.get<double>());
    }
  }
  return rows;
}

std::string data_rows(const RunRecord& record) {
  std::string rows;
  for (const DataFile& file : record.data) {
    if (file.option == "from") continue;
    rows += fmt::format("| {} | `{}` | {} |\n", file.option,
                        std::filesystem::path(file.path).filename().string(), file.bytes);
  }
  return rows;
}

// Whether Transformers knows models of this kind.
bool is_published(const Json& config) {
  const Json* type = json_find(config, "model_type");
  if (type == nullptr || !type->is_string()) return false;
  const auto families = hf::families();
  return std::any_of(families.begin(), families.end(), [&](const hf::Family* family) {
    return family->model_type == type->get<std::string>();
  });
}

// The command that was given, without the name of the directory, which may change.
std::string command_of(const RunRecord& record, const std::string& directory) {
  std::string command = record.command;
  const std::string out = shell_line({"--out", directory});
  if (const size_t at = command.find(" " + out); at != std::string::npos)
    command.replace(at + 1, out.size(), "--out DIR");
  return command;
}

std::string card_text(const RunDirectory& run, const RunModel& model, const TrainFlags& flags,
                      const TrainingReport& report) {
  const RunRecord& record = run.record();
  const CardTask task = task_of(record);
  const bool published = is_published(read_json(join_path(run.path(), "config.json")));
  const bool adapter = model.adapter != nullptr && !model.adapter->merged;
  const std::string base = card_name(flags.from);
  std::string card = fmt::format("---\nlibrary_name: {}\n", adapter     ? "peft"
                                                            : published ? "transformers"
                                                                        : "hodhod");
  if (!task.pipeline.empty()) card += fmt::format("pipeline_tag: {}\n", task.pipeline);
  if (!flags.from.empty()) card += fmt::format("base_model: {}\n", as_string(base));
  card += fmt::format("---\n\n{}\n\n# A model that {}\n\n", kCardMark,
                      task.does.empty() ? "was trained" : task.does);
  card += fmt::format("It is {}.", description_of(model.model.config()));
  if (adapter) {
    card += fmt::format(
        " This directory holds an adapter of it, in PEFT's layout: what was trained, to be added to the "
        "weights "
        "of {}.",
        as_string(base));
  }
  card += "\n\n";
  card += fmt::format("## Training\n\n```sh\n{}\n```\n\n", command_of(record, flags.out));
  if (const int64_t parameters = parameter_count(model.model); parameters > 0)
    card += fmt::format("{} parameters; ", parameters);
  card += fmt::format("the model of step {}, by {}.\n", report.model_step, record.program);
  if (const std::string rows = data_rows(record); !rows.empty())
    card += "\n| data | file | bytes |\n|---|---|---|\n" + rows;
  if (const std::string rows = score_rows(run.path(), report.model_step); !rows.empty())
    card += "\nScores on the data for validation:\n\n| score | value |\n|---|---|\n" + rows;
  if (task.name.empty()) return card;
  card += fmt::format("\n## Use\n\nDIR is the directory of this file.\n\n```sh\nhodhod {} DIR {}\n```\n",
                      task.name, task.input);
  if (published && !task.pipeline.empty()) {
    if (adapter) {
      card +=
          "\nFor a pipeline of Transformers, write a whole model:\n\n```sh\nhodhod convert DIR "
          "--merge-adapter -o WHOLE\n```\n";
    }
    card += fmt::format(
        "\n```python\nfrom transformers import pipeline\n\nmodel = pipeline(\"{}\", model={})\n```\n",
        task.pipeline, adapter ? "WHOLE" : "DIR");
  }
  return card;
}

}  // namespace

void write_model_card(const RunDirectory& run, const RunModel& model, const TrainFlags& flags,
                      const TrainingReport& report) {
  if (report.model_step == 0) return;
  const std::string path = join_path(run.path(), "README.md");
  if (file_exists(path) && read_file(path).find(kCardMark) == std::string::npos) return;
  write_file_atomically(path, card_text(run, model, flags, report));
}

}  // namespace hodhod::cli
