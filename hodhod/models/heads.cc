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
#include "hodhod/ops/soft_cap.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

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

// 0 for the tokens of each row and a number below all others past its end, [B, T, 1]. Adding 0 changes
// nothing.
Tensor padding_mask(const HostArray& lengths, int64_t time) {
  constexpr double kBelowAll = -1e30;
  const int64_t rows = lengths.size();
  Tensor mask = Tensor::zeros({rows, time, 1});
  for (int64_t b = 0; b < rows; ++b) {
    for (int64_t t = lengths[b]; t < time; ++t)
      mask.data<float>()[b * time + t] = static_cast<float>(kBelowAll);
  }
  return mask;
}

// The maximum over a row's tokens in each channel.
Tensor greatest_states(const HiddenStates& hidden) {
  if (!hidden.lengths.defined()) return max(hidden.states, 1);
  return max(hidden.states + padding_mask(hidden.lengths, hidden.states.dim(1)), 1);
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

Tensor LanguageHead::scaled(const Tensor& hidden) const { return scale == 1 ? hidden : hidden * scale; }

Tensor LanguageHead::logits(const Tensor& hidden, const Tensor& table, Context& context) const {
  if (context.head_input) *context.head_input = hidden;
  const Recording kept(recording() && !context.head_input);
  const Tensor x = scaled(hidden);
  const Tensor y = soft_cap(linear(x, weight_for(context, weight_or(output, table), x), bias()), output.cap);
  trace(context, "logits", Component::linear, hidden.rank() == 2 ? "BV" : "BTV", y);
  return y;
}

OutputProduct LanguageHead::product(const Tensor& hidden, const Tensor& table) const {
  const Tensor &weight = weight_or(output, table), input = scaled(hidden);
  const Tensor product = linear(input, weight.detach(), bias());
  return {weight, input.detach(), product, soft_cap(product, output.cap)};
}

Tensor LanguageHead::loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
                          const CrossEntropyOptions& options) const {
  return linear_cross_entropy(scaled(hidden), weight_or(output, table), bias(), labels, options, output.cap);
}

Tensor MaskedLanguageHead::transform(const Tensor& hidden, Context& context) const {
  const Tensor y = norm(activate(activation, dense(hidden)));
  trace(context, "prediction", Component::linear, "NC", y);
  return y;
}

Tensor MaskedLanguageHead::logits(const Tensor& hidden, const Tensor& table, Context& context) const {
  const Tensor y =
      soft_cap(linear(transform(hidden, context), weight_or(output, table), output.bias), output.cap);
  trace(context, "logits", Component::linear, "NV", y);
  return y;
}

Tensor MaskedLanguageHead::loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
                                const CrossEntropyOptions& options, Context& context) const {
  return linear_cross_entropy(transform(hidden, context), weight_or(output, table), output.bias, labels,
                              options, output.cap);
}

Tensor ClassificationHead::operator()(const HiddenStates& hidden, Context& context) const {
  Tensor x = pooled(hidden, *this);
  if (pooler) x = activate(activation, (*pooler)(pooler_dropout ? with_dropout(x, dropout, context) : x));
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

Tensor SpanHead::operator()(const HiddenStates& hidden, Context& context) const {
  const Tensor y = span(with_dropout(hidden.states, dropout, context), context);
  trace(context, "logits", Component::linear, "BTK", y);
  return y;
}

Tensor span_loss(const Tensor& logits, const Tensor& starts, const Tensor& ends, const HostArray& lengths) {
  const CrossEntropyOptions each{.reduction = Reduction::none};
  const Tensor all = lengths.defined() ? logits + padding_mask(lengths, logits.dim(1)) : logits;
  const Tensor start = cross_entropy(select(all, 2, 0), starts, each),
               end = cross_entropy(select(all, 2, 1), ends, each);
  return (start + end) * 0.5;
}

}  // namespace hodhod
