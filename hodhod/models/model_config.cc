// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/model_config.h"

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/base/nearest_name.h"
#include "hodhod/models/model.h"
#include "hodhod/models/registry.h"

namespace hodhod {

void ModelConfig::change(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  check(equals != std::string_view::npos, "`model` {}: write NAME=VALUE, such as dropout=0.2", assignment);
  const std::string_view name = assignment.substr(0, equals);
  std::string known;
  std::vector<std::string> names;
  for (const Field& field : fields()) {
    if (field.path == name || field_flag(field) == name) {
      std::string reason = why_useless(field.path);
      if (reason.empty()) reason = head.why_useless(field.path);
      check(reason.empty(), "`model` {}: {}; leave it out", assignment, reason);
      set_field(field, assignment.substr(equals + 1), "`model` " + field.path);
      return;
    }
    if (!why_useless(field.path).empty() || !head.why_useless(field.path).empty()) continue;
    known += (known.empty() ? "" : ", ") + field.path;
    names.push_back(field.path);
  }
  const std::string question = did_you_mean(name, names);
  fail("`model` {}: there is no option '{}'{}", assignment, name,
       question.empty() ? "; the options are " + known : question);
}

std::unique_ptr<Model> ModelConfig::make_shapes() const {
  const OnDevice shapes(Device::shapes);
  return make();
}

FittedBy ModelConfig::fitted_by() const { return type().fitted_by(); }

void check_storable(const ModelConfig& config, const ModelType* preferred) {
  config.validate();
  config.type(preferred);
}

std::string description_of(const ModelConfig& config) {
  const std::string_view kind =
      config.head.kind == HeadKind::language_model
          ? (config.reads_source() ? "a sequence-to-sequence model" : "a language model")
      : config.head.kind == HeadKind::masked_language_model ? "a model that fills masks"
      : config.head.kind == HeadKind::classifier            ? "a classifier"
      : config.head.kind == HeadKind::tagger                ? "a tagger"
      : config.head.kind == HeadKind::span                  ? "a model that answers questions"
                                                            : "a model without a head";
  return std::string(kind);
}

}  // namespace hodhod
