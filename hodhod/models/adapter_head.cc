// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapter_head.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/names.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {
namespace {

std::optional<HeadKind> head_of_task(std::string_view task) {
  if (task == "SEQ_CLS") return HeadKind::classifier;
  if (task == "TOKEN_CLS") return HeadKind::tagger;
  if (task == "QUESTION_ANS") return HeadKind::span;
  return std::nullopt;
}

// The rows of the layer that gives the labels, as the families call it; 0: there is none.
int64_t labels_in(const std::string& directory) {
  const std::string path = adapter_weights_in(directory);
  if (path.empty()) return 0;
  const TensorFile file(path);
  for (const std::string_view name :
       {"base_model.model.classifier.out_proj.weight", "base_model.model.classification_head.out_proj.weight",
        "base_model.model.classifier.weight", "base_model.model.score.weight"}) {
    if (const TensorEntry* entry = file.find(name); entry != nullptr && entry->shape.size() == 2)
      return entry->shape[0];
  }
  return 0;
}

}  // namespace

void take_head_of_task(ModelDirectory& base, const std::string& path, const AdapterConfig& config) {
  const auto kind = head_of_task(config.task_type);
  if (!kind) return;
  HeadOptions& head = base.config->head;
  const int64_t labels = *kind == HeadKind::span ? 0 : labels_in(path);
  if (head.kind == *kind && (labels == 0 || labels == head.labels)) return;
  const std::string file = join_path(path, kAdapterConfig);
  const auto possible = base.config->heads();
  check(std::find(possible.begin(), possible.end(), *kind) != possible.end(),
        "{}: task_type is {}, and the base {} cannot have the head {}", file, config.task_type, base.path,
        name_of(*kind));
  check(*kind == HeadKind::span || labels > 0,
        "{}: task_type is {}, and neither the adapter nor its base {} has a layer that gives labels", file,
        config.task_type, base.path);
  const ProblemKind problem = labels == 1 ? ProblemKind::regression : ProblemKind::single_label;
  head = {.kind = *kind, .labels = labels, .problem = problem, .dropout = head.dropout};
  const Json written = base.type->write(*base.config);
  for (const char* key : {"architectures", "id2label", "label2id", "problem_type"}) {
    base.json.erase(key);
    if (const Json* value = written.find(key)) base.json[key] = *value;
  }
  base.origin.config = base.json;
}

}  // namespace hodhod
