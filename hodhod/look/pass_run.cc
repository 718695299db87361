// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/pass_run.h"

#include <optional>
#include <utility>

#include "hodhod/look/answers.h"
#include "hodhod/look/bag_view.h"
#include "hodhod/look/counting_view.h"
#include "hodhod/look/cuts.h"
#include "hodhod/look/nearest.h"
#include "hodhod/look/parameter_gradients.h"
#include "hodhod/look/topics_view.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {

Json PassRun::operator()(size_t number, const Reading& reading, const ReadingOptions& asked) {
  Json sequences = Json::array();
  for (const Sequence& sequence : reading.sequences) {
    sequences.push_back(to_json(sequence));
    for (const SequenceToken& token : sequence.tokens)
      (sequence.decoder ? mentioned_.written : mentioned_.read).insert(token.id);
  }
  Json pass = {{"sequences", std::move(sequences)}};
  if (subject_.kind == Kind::ngram) {
    pass["counting"] = counting_json(subject_, reading, mentioned_.written);
    return pass;
  }
  if (subject_.kind == Kind::topics) {
    pass["topics"] = topics_json(subject_, reading);
    return pass;
  }
  if (subject_.kind == Kind::bag) pass["bag"] = bag_json(subject_, asked);
  record_pass(number, reading, pass);
  if (subject_.kind != Kind::bag) {
    Json nearest = nearest_json(subject_, reading, mentioned_.read, mentioned_.written);
    if (!nearest.is_null()) pass["nearest"] = std::move(nearest);
  }
  return pass;
}

void PassRun::record_pass(size_t number, const Reading& reading, Json& pass) {
  const Recording recorded(gradients_);
  const WantedGradients parameters(*subject_.text.model, gradients_);
  Trace trace = recorder_.record(number);
  Tensor head_input;
  // A page needs no more of the tape than one layer's, and one row of logits.
  const bool lean = gradients_ && subject_.kind == Kind::transformer;
  Context context{.recompute = lean, .row_gradients = lean, .trace = &trace};
  if (lean && head_as<LanguageHead>(subject_.model())) context.head_input = &head_input;
  Tensor logits = answer_of(subject_.model(), reading.batch, context);
  if (subject_.config().head.kind != HeadKind::none)
    add_answers(reading, std::move(logits), head_input, pass);
  recorder_.finish_pass();
}

void PassRun::add_answers(const Reading& reading, Tensor logits, Tensor head_input, Json& pass) {
  if (answers_tokens(subject_.config())) {
    pass["predictions"] = predictions_json(subject_, reading, logits.detach(), mentioned_.written);
    Json lens = lens_json(subject_, reading, recorder_.levels(), mentioned_.written);
    if (!lens.is_null()) pass["lens"] = std::move(lens);
  } else {
    pass["labels"] = labels_json(subject_, reading, logits);
  }
  const Target target = target_of(subject_, reading, logits, options_.at);
  if (target.token) mentioned_.written.insert(target.answer);
  if (gradients_)
    pass["gradient"] = record_gradients(reading, target, std::move(logits), std::move(head_input));
  Json cuts = cuts_json(subject_, reading, target, options_.cuts);
  if (cuts.is_null()) return;
  for (const char* list : {"hidden", "links"}) {
    for (const Json& effect : cuts.at(list)) {
      if (target.token) mentioned_.written.insert(effect.at("first").get<int64_t>());
    }
  }
  pass["cuts"] = std::move(cuts);
}

Json PassRun::record_gradients(const Reading& reading, const Target& target, Tensor logits,
                               Tensor head_input) {
  ParameterGradients parameters(*subject_.text.model);
  std::optional<OutputProduct> product;
  Tensor of;
  if (head_input.defined()) {
    const Tensor state = select(select(head_input, 0, 0), 0, target.at);
    product = head_as<LanguageHead>(subject_.model())
                  ->product(reshape(state, {1, state.numel()}), subject_.model().embedding_table());
    of = objective(target, select(product->logits, 0, 0));
  } else {
    of = objective(target, logits_at_target(target, logits, 0, std::ssize(reading.answered().tokens)));
  }
  logits = head_input = Tensor();  // they would take memory
  backward(of, {.on_leaf = [&](Node& leaf) { parameters.add(leaf); },
                .on_gradient =
                    [&](const Node& node, int output, const Tensor& gradient) {
                      recorder_.add_gradient(node, output, gradient);
                      if (product && &node == product->product.node().get())
                        parameters.add_product(product->weight, gradient, product->input);
                    }});
  Json json = to_json(target, reading);
  json["groups"] = parameters.json();
  json["of"] = target.log_probability ? "log-probability" : "logit";
  return json;
}

}  // namespace hodhod::look
