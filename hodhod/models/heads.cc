// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/heads.h"

#include <vector>

#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"

namespace hodhod {
namespace {

const Tensor& weight_or(const OutputLayer& output, const Tensor& table) {
  return output.weight.defined() ? output.weight : table;
}

Tensor with_dropout(const Tensor& x, double rate, Context& context) {
  return context.training && rate > 0 ? dropout(x, rate, context.next_stream()) : x;
}

// The state of each row's last token.
Tensor last_states(const HiddenStates& hidden) {
  const int64_t rows = hidden.states.dim(0), time = hidden.states.dim(1);
  std::vector<int64_t> places;
  for (int64_t b = 0; b < rows; ++b) {
    const int64_t length = hidden.lengths.defined() ? hidden.lengths.data<int64_t>()[b] : time;
    places.push_back(b * time + length - 1);
  }
  return index_select(reshape(hidden.states, {rows * time, hidden.states.dim(2)}), 0,
                      Tensor::from(places, {rows}));
}

// The maximum over a row's tokens in each channel.
Tensor greatest_states(const HiddenStates& hidden) {
  if (!hidden.lengths.defined()) return max(hidden.states, 1);
  constexpr double kBelowAll =
      -1e30;  // added to positions past the end; 0 is added to the others, which changes nothing
  const int64_t rows = hidden.states.dim(0), time = hidden.states.dim(1);
  Tensor past_end = Tensor::zeros({rows, time, 1});
  for (int64_t b = 0; b < rows; ++b) {
    for (int64_t t = hidden.lengths.data<int64_t>()[b]; t < time; ++t) {
      past_end.data<float>()[b * time + t] = static_cast<float>(kBelowAll);
    }
  }
  return max(hidden.states + past_end, 1);
}

// Σ_t weights[b, 0, t] states[b, t]
Tensor weighted_sum(const Tensor& weights, const Tensor& states) {
  return select(matmul(weights, states), 1, 0);
}

// The mean over a row's tokens in each channel.
Tensor mean_states(const HiddenStates& hidden) {
  const int64_t rows = hidden.states.dim(0), time = hidden.states.dim(1);
  Tensor weights = Tensor::zeros({rows, 1, time});
  for (int64_t b = 0; b < rows && weights.device() == Device::cpu; ++b) {
    const int64_t length = hidden.lengths.defined() ? hidden.lengths.data<int64_t>()[b] : time;
    for (int64_t t = 0; t < length; ++t) weights.data<float>()[b * time + t] = 1 / static_cast<float>(length);
  }
  return weighted_sum(weights, hidden.states);
}

Tensor attended_states(const HiddenStates& hidden, const Linear& query) {
  const Tensor scores = transpose(query(hidden.states), 1, 2);  // [B, 1, T]
  return weighted_sum(softmax(scores, {.lengths = hidden.lengths}), hidden.states);
}

Tensor pooled(const HiddenStates& hidden, const ClassificationHead& head) {
  switch (head.pooling) {
    case StatePooling::first:
      return select(hidden.states, 1, 0);
    case StatePooling::last: {
      const Tensor last = last_states(hidden);
      if (!head.both_directions) return last;
      const int64_t width = last.dim(1);
      return concat({slice(last, 1, 0, width / 2), slice(select(hidden.states, 1, 0), 1, width / 2, width)},
                    1);
    }
    case StatePooling::mean:
      return mean_states(hidden);
    case StatePooling::attention:
      return attended_states(hidden, *head.attention);
    case StatePooling::max:
      break;
  }
  return greatest_states(hidden);
}

}  // namespace

std::string_view HeadOptions::why_useless(std::string_view option) const {
  return option == "crf" && kind != HeadKind::tagger ? "only the labels of a tagger form a sequence" : "";
}

Tensor LanguageHead::logits(const Tensor& hidden, const Tensor& table, Context& context) const {
  const Tensor y = linear(hidden, weight_for(context, weight_or(output, table), hidden), bias());
  trace(context, "logits", Component::linear, hidden.rank() == 2 ? "BV" : "BTV", y);
  return y;
}

Tensor LanguageHead::loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
                          const CrossEntropyOptions& options) const {
  return linear_cross_entropy(hidden, weight_or(output, table), bias(), labels, options);
}

Tensor MaskedLanguageHead::transform(const Tensor& hidden, Context& context) const {
  const Tensor y = norm(activate(activation, dense(hidden)));
  trace(context, "prediction", Component::linear, "NC", y);
  return y;
}

Tensor MaskedLanguageHead::logits(const Tensor& hidden, const Tensor& table, Context& context) const {
  const Tensor y = linear(transform(hidden, context), weight_or(output, table), output.bias);
  trace(context, "logits", Component::linear, "NV", y);
  return y;
}

Tensor MaskedLanguageHead::loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
                                const CrossEntropyOptions& options, Context& context) const {
  return linear_cross_entropy(transform(hidden, context), weight_or(output, table), output.bias, labels,
                              options);
}

Tensor ClassificationHead::operator()(const HiddenStates& hidden, Context& context) const {
  Tensor x = pooled(hidden, *this);
  if (pooler) x = activate(activation, (*pooler)(x));
  trace(context, "pooled", Component::linear, "BC", x);
  x = with_dropout(x, dropout, context);
  Tensor y = classifier.weight.defined() ? classifier(x) : x;
  if (!classifier.weight.defined() && classifier.bias.defined()) y = x + classifier.bias;
  trace(context, "logits", Component::linear, "BK", y);
  return y;
}

TaggingHead make_tagging_head(const HeadOptions& options, int64_t width, double dropout) {
  TaggingHead head{.classifier = Linear(width, options.labels), .dropout = options.dropout.value_or(dropout)};
  if (options.crf) head.crf.emplace(options.labels);
  return head;
}

Tensor TaggingHead::operator()(const HiddenStates& hidden, Context& context) const {
  const Tensor y = classifier(with_dropout(hidden.states, dropout, context));
  trace(context, "logits", Component::linear, "BTK", y);
  return y;
}

}  // namespace hodhod
