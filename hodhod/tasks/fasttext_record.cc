// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fasttext_record.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

// The options that say how a model was trained, rather than what it is.
constexpr std::pair<const char*, int32_t FastTextOptions::*> kTrainingOptions[] = {
    {"window", &FastTextOptions::window},       {"epochs", &FastTextOptions::epochs},
    {"min_count", &FastTextOptions::min_count}, {"negatives", &FastTextOptions::negatives},
    {"min_n", &FastTextOptions::min_n},         {"rate_every", &FastTextOptions::rate_every}};

}  // namespace

void save_fasttext_record(const FastTextModel& model, const std::string& directory) {
  const FastTextOptions& options = model.options;
  Json json = {{"kind", static_cast<int32_t>(options.kind)},
               {"loss", static_cast<int32_t>(options.loss)},
               {"width", options.width},
               {"word_ngrams", options.word_ngrams},
               {"buckets", options.buckets},
               {"max_n", options.max_n},
               {"sampling", options.sampling},
               {"words", model.words.size()},
               {"tokens", model.tokens}};
  for (const auto& [name, member] : kTrainingOptions) json[name] = options.*member;
  Json& labels = json["labels"] = Json::array();
  for (const FastTextEntry& label : model.labels)
    labels.push_back({{"text", label.text}, {"count", label.count}});
  write_file_atomically(join_path(directory, kFastTextRecord), format_json(json) + "\n");
}

void take_fasttext_record(FastTextModel& model, const std::string& directory) {
  const std::string path = join_path(directory, kFastTextRecord);
  if (!file_exists(path)) return;
  const Json json = read_json(path);
  std::vector<FastTextEntry> labels;
  const Json* const kept = json.find("labels");
  check(kept != nullptr && kept->is_array(), "{}: has no list of labels; remove the file", path);
  for (const Json& label : kept->elements())
    labels.push_back({json_get<std::string>(label, "text", path), json_get<int64_t>(label, "count", path)});
  const bool same_labels =
      std::equal(labels.begin(), labels.end(), model.labels.begin(), model.labels.end(),
                 [](const FastTextEntry& a, const FastTextEntry& b) { return a.text == b.text; });
  FastTextOptions& options = model.options;
  const auto buckets = json_get<int32_t>(json, "buckets", path);
  if (!same_labels || json_get<int64_t>(json, "words", path) != std::ssize(model.words) ||
      json_get<int32_t>(json, "kind", path) != static_cast<int32_t>(options.kind) ||
      json_get<int32_t>(json, "width", path) != options.width ||
      json_get<int32_t>(json, "max_n", path) != options.max_n || buckets != options.buckets)
    return;
  for (const auto& [name, member] : kTrainingOptions) options.*member = json_get<int32_t>(json, name, path);
  options.loss = static_cast<FastTextLoss>(json_get<int32_t>(json, "loss", path));
  options.word_ngrams = json_get<int32_t>(json, "word_ngrams", path);
  options.sampling = json_get<double>(json, "sampling", path);
  model.labels = std::move(labels);
  model.tokens = json_get<int64_t>(json, "tokens", path);
}

}  // namespace hodhod
