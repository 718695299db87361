// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/topic_fitters.h"

#include <string>

#include "hodhod/base/error.h"
#include "hodhod/models/lda.h"
#include "hodhod/models/nmf.h"
#include "hodhod/train/factorisation.h"
#include "hodhod/train/gibbs.h"

namespace hodhod {
namespace {

void set_parameter(Model& model, const std::string& name, const Tensor& value) {
  model.for_each_parameter([&](const std::string& own, Tensor& parameter) {
    if (own == name) copy(value, parameter);
  });
}

TopicFitter draw_topics(Lda& model, const TextWords& texts, const TopicTraining& training, uint64_t seed) {
  const LdaOptions& options = model.config().body;
  auto gibbs = std::make_unique<Gibbs>(texts, GibbsOptions{.topics = options.width,
                                                           .alpha = options.alpha_or_usual(),
                                                           .eta = options.eta,
                                                           .sweeps = training.sweeps,
                                                           .seed = seed});
  const Gibbs* fitted = gibbs.get();
  return {std::move(gibbs), [&model, fitted] { set_parameter(model, "topic_word", fitted->topic_word()); }};
}

TopicFitter factorise(Nmf& model, const TextWords& texts, const TopicTraining& training, uint64_t seed) {
  const FactorisationOptions options{
      .topics = model.config().body.width, .sweeps = training.sweeps, .seed = seed};
  auto factorisation = std::make_unique<Factorisation>(texts, options);
  const Factorisation* fitted = factorisation.get();
  return {std::move(factorisation), [&model, fitted] {
            set_parameter(model, "idf", fitted->idf());
            set_parameter(model, "topic_word", fitted->topic_word());
          }};
}

}  // namespace

TopicFitter topic_fitter(Model& model, const TextWords& texts, const TopicTraining& training, uint64_t seed) {
  if (auto* lda = dynamic_cast<Lda*>(&model)) return draw_topics(*lda, texts, training, seed);
  if (auto* nmf = dynamic_cast<Nmf*>(&model)) return factorise(*nmf, texts, training, seed);
  fail("{}: this model does not find topics in texts; give the preset lda or nmf", model.name());
}

}  // namespace hodhod
