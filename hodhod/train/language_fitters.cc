// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/language_fitters.h"

#include "hodhod/base/error.h"
#include "hodhod/models/registry.h"
#include "hodhod/train/ngram_fitting.h"

namespace hodhod {
namespace {

struct LanguageFitter {
  std::string_view type;  // of the model
  std::unique_ptr<Fitting> (*make)(Model&, TokenStream&, const LanguageFittingOptions&);
};
constexpr LanguageFitter kLanguageFitters[] = {{"ngram", make_ngram_fitting}};

}  // namespace

std::unique_ptr<Fitting> make_language_fitting(Model& model, TokenStream& text,
                                               const LanguageFittingOptions& options) {
  const std::string_view type = model.config().type().name();
  for (const LanguageFitter& fitter : kLanguageFitters) {
    if (fitter.type == type) return fitter.make(model, text, options);
  }
  fail("{}: language models of type {} are not fitted on a text", model.name(), type);
}

}  // namespace hodhod
