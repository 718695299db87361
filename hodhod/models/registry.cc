// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "hodhod/base/error.h"
#include "hodhod/base/nearest_name.h"
#include "hodhod/models/bag_config.h"
#include "hodhod/models/bilm_config.h"
#include "hodhod/models/feed_forward_lm.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/lda.h"
#include "hodhod/models/ngram_config.h"
#include "hodhod/models/nmf.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/series/holt_winters.h"
#include "hodhod/models/series/linear_forecaster.h"
#include "hodhod/models/series/naive.h"
#include "hodhod/models/series/recurrent_forecaster.h"
#include "hodhod/models/series/theta.h"
#include "hodhod/models/series/transformer_forecaster.h"
#include "hodhod/models/transformer_type.h"
#include "hodhod/models/windowed_lstm.h"
#include "hodhod/models/word_vectors_config.h"

namespace hodhod {
namespace {

std::vector<const ModelType*>& registered_types() {
  static std::vector<const ModelType*> all = [] {
    std::vector<const ModelType*> types(hf::types().begin(), hf::types().end());
    const ModelType* const own[] = {
        &transformer_type(),
        &rnn_type(),
        &lstm_type(),
        &gru_type(),
        &bilm_type(),
        &feed_forward_lm_type(),
        &windowed_lstm_type(),
        &word_vectors_type(),
        &bag_type(),
        &lda_type(),
        &nmf_type(),
        &ngram_type(),
        &NaiveOptions::type(),
        &ThetaOptions::type(),
        &HoltWintersOptions::type(),
        &LinearForecasterOptions::type(),
        &RecurrentForecasterOptions::type(),
        &TransformerForecasterOptions::type(),
    };
    types.insert(types.end(), std::begin(own), std::end(own));
    return types;
  }();
  return all;
}

}  // namespace

std::span<const ModelType* const> model_types() { return registered_types(); }

const ModelType* find_model_type(std::string_view name) {
  const auto all = model_types();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const ModelType* type) { return type->name() == name; });
  return found == all.end() ? nullptr : *found;
}

const ModelType& model_type_named(std::string_view name, const std::string& path) {
  if (const ModelType* type = find_model_type(name)) return *type;
  std::string known;
  for (const ModelType* type : model_types()) {
    known += known.empty() ? "" : ", ";
    known += type->name();
  }
  fail("{}: models of type '{}' are not known; those of {} are", path, name, known);
}

std::unique_ptr<ModelConfig> model_preset(std::string_view name) {
  for (const ModelType* type : model_types()) {
    const auto presets = type->presets();
    if (std::find(presets.begin(), presets.end(), name) != presets.end()) return type->preset(name);
  }
  const auto names = model_preset_names();
  const std::string question = did_you_mean(name, names);
  fail("there is no preset '{}'{}", name,
       question.empty() ? fmt::format("; the presets are {}", fmt::join(names, ", ")) : question);
}

std::vector<std::string> model_preset_names() {
  std::vector<std::string> names;
  for (const ModelType* type : model_types()) {
    for (std::string& name : type->presets()) names.push_back(std::move(name));
  }
  return names;
}

RegisteredType::RegisteredType(const ModelType& type) : type_(&type) { registered_types().push_back(&type); }

RegisteredType::~RegisteredType() { std::erase(registered_types(), type_); }

}  // namespace hodhod
