// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/family.h"

#include <array>

#include "hodhod/base/error.h"

namespace hodhod::hf {

std::span<const Family* const> families() {
  static const std::array<const Family*, 4> kAll = {&marian(), &bert(), &gpt2(), &llama()};
  return kAll;
}

const Family& family_named(std::string_view model_type, const std::string& where) {
  std::string known;
  for (const Family* family : families()) {
    if (family->model_type == model_type) return *family;
    known += known.empty() ? "" : ", ";
    known += family->model_type;
  }
  fail("{}: model_type '{}' is not one of {}", where, model_type, known);
}

const Family& family_for(const TransformerConfig& config) {
  for (const Family* family : families()) {
    if (family->fits(config)) return *family;
  }
  fail(
      "no Hugging Face family holds this model (shape {}, norm {} {}, positions {}); start from a preset of "
      "marian, "
      "bert, gpt2 or llama form",
      names_of(config.shape)[static_cast<size_t>(config.shape)],
      names_of(config.norm_placement)[static_cast<size_t>(config.norm_placement)],
      names_of(config.norm)[static_cast<size_t>(config.norm)],
      names_of(config.positions)[static_cast<size_t>(config.positions)]);
}

}  // namespace hodhod::hf
