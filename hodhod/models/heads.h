// SPDX-License-Identifier: Apache-2.0
// Heads turn a model's hidden states into answers: logits of tokens or of labels. Each head is a layer of its
// own and works on the hidden states of any kind of model. A model owns its head (Model::head); the task
// applies the masked-language head, and classify(), tag() and find_span() in model.h apply those of encoders.
//
// Heads return logits, before the softmax. The logits they compute are traced as "logits" (docs/trace.md).
//
// Dimensions: B batch, T time, C width, V vocabulary, L labels, N chosen tokens.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "hodhod/base/number_range.h"
#include "hodhod/kernels/formulas.h"
#include "hodhod/models/encoder.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/crf.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/norm.h"
#include "hodhod/ops/loss.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// none: the model gives hidden states only. language_model: logits of the next token. masked_language_model:
// logits of masked tokens. classifier: one answer for a sequence. tagger: a label for each token. span: where
// an answer begins and ends in a text.
enum class HeadKind { none, language_model, masked_language_model, classifier, tagger, span };
constexpr std::array<std::string_view, 6> names_of(HeadKind) {
  return {"none", "language-model", "masked-language-model", "classifier", "tagger", "span"};
}

// What a classifier predicts: one label of several, any number of labels, or numbers (regression).
enum class ProblemKind { single_label, multi_label, regression };
constexpr std::array<std::string_view, 3> names_of(ProblemKind) {
  return {"single-label", "multi-label", "regression"};
}

// Which vector represents a sequence: the state of its first token; the state of its last token; in each
// channel the maximum or the mean over its tokens; or Σ_t softmax_t(q · h_t) h_t with a learned vector q
// (Yang et al. 2016, without the layer before it). Padding is never included.
enum class StatePooling { first, last, max, mean, attention };
constexpr std::array<std::string_view, 5> names_of(StatePooling) {
  return {"first", "last", "max", "mean", "attention"};
}

// The head that a configuration asks for. The kind of model decides the rest, such as the pooling and the
// activation.
struct HeadOptions {
  HeadKind kind = HeadKind::none;
  int64_t labels = 0;                               // L of a classifier or tagger; in a regression, numbers
  ProblemKind problem = ProblemKind::single_label;  // for a classifier
  std::optional<double> dropout = {};  // on the input of a classifier or tagger; unset: the model's
  bool crf = false;                    // a tagger's labels depend on the labels beside them

  // Why an option has no effect on a model with this head; empty if it has one.
  std::string_view why_useless(std::string_view option) const;

  bool has_labels() const { return kind == HeadKind::classifier || kind == HeadKind::tagger; }

  template <class Visitor>
  void visit(Visitor&& v) {
    v("head", kind, "What stands on the last hidden states");
    v("labels", labels, "Number of labels of a classifier or tagger", in(0, 1 << 20));
    v("problem", problem, "What a classifier gives: one label of several, any number of labels, or numbers");
    v("head_dropout", dropout,
      "Dropout before the last layer of a classifier or tagger; that of the model where it is not given",
      at_least(0).below(1));
    v("crf", crf, "Score the labels of a tagger together, with a conditional random field");
  }
  friend bool operator==(const HeadOptions&, const HeadOptions&) = default;
};

// The layer from hidden states to the vocabulary: logits = h · weightᵀ + bias, capped (ops/soft_cap.h).
struct OutputLayer {
  Tensor weight;   // [V, C]; undefined if tied to the model's embedding
  Tensor bias;     // [V], or undefined
  double cap = 0;  // 0: none

  template <class V>
  void visit(V& v) {
    v("output.weight", weight);
    v("output_bias", bias);
  }
};

// The output layer on the states of few tokens, in parts: its weight gets no gradient on the tape, where it
// would be as large as the weight. With dz that of `product`, it is Σ_n dz[n]ᵀ input[n].
struct OutputProduct {
  Tensor weight;   // [V, C], as the model has it
  Tensor input;    // [N, C], off the tape
  Tensor product;  // [N, V] = input · weightᵀ + bias
  Tensor logits;   // [N, V]: the product, capped
};

// The head of a language model: the output layer alone.
struct LanguageHead {
  OutputLayer output;
  bool constant_bias = false;  // the bias is stored with the model but not learned (Marian)
  double scale = 1;            // of the hidden states (T5)

  // `table` is the embedding [V, C]; it is used if the output layer is tied to it.
  // Hidden states [B, T, C] or [B, C] → logits [B, T, V] or [B, V].
  Tensor logits(const Tensor& hidden, const Tensor& table, Context& context) const;
  // Of hidden states [N, C].
  OutputProduct product(const Tensor& hidden, const Tensor& table) const;
  // Cross-entropy of the labels (i64, the shape of `hidden` without C), without storing the logits.
  Tensor loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
              const CrossEntropyOptions& options) const;

  template <class V>
  void visit(V& v) {
    output.visit(v);
  }

 private:
  Tensor scaled(const Tensor& hidden) const;
  Tensor bias() const { return constant_bias ? output.bias.detach() : output.bias; }
};

// The head that predicts masked tokens (Devlin et al. 2019): output(norm(activation(dense(h)))). It is given
// the hidden states of the N chosen tokens only.
struct MaskedLanguageHead {
  OutputLayer output;
  Linear dense;
  Norm norm;
  kernels::Activation activation = kernels::Activation::gelu;

  // Hidden states [N, C] → logits [N, V]. `table` is the embedding [V, C], used if the output layer is tied.
  Tensor logits(const Tensor& hidden, const Tensor& table, Context& context) const;
  // Cross-entropy of the labels [N] i64, without storing the logits.
  Tensor loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
              const CrossEntropyOptions& options, Context& context) const;

  template <class V>
  void visit(V& v) {
    output.visit(v);
    v("prediction", dense);
    v("prediction_norm", norm);
  }

 private:
  Tensor transform(const Tensor& hidden, Context& context) const;
};

// The head for whole sequences: classifier(dropout(activation(pooler(pooled state)))), or, without a pooler,
// classifier(dropout(pooled state)). A classifier without a weight is for states that have a channel for each
// label: it adds its bias alone.
struct ClassificationHead {
  std::optional<Linear> pooler;
  Linear classifier;
  kernels::Activation activation = kernels::Activation::tanh;
  StatePooling pooling = StatePooling::first;
  double dropout = 0;
  bool pooler_dropout = false;  // before the pooler too
  // The second half of the channels reads from right to left: its last state is at the first token.
  bool both_directions = false;
  std::optional<Linear> attention = {};  // q of StatePooling::attention, [1, C]

  // Hidden states [B, T, C] → logits [B, L].
  Tensor operator()(const HiddenStates& hidden, Context& context) const;

  template <class V>
  void visit(V& v) {
    v("attention", attention);
    v("pooler", pooler);
    v("classifier", classifier);
  }
};

// The head that labels each token: classifier(dropout(h)). With a conditional random field, the logits are
// its emissions; the task applies it to the tokens that carry labels.
struct TaggingHead {
  Linear classifier;
  double dropout = 0;
  std::optional<Crf> crf = {};

  // Hidden states [B, T, C] → logits [B, T, L].
  Tensor operator()(const HiddenStates& hidden, Context& context) const;

  template <class V>
  void visit(V& v) {
    v("classifier", classifier);
    v("crf", crf);
  }
};

// The tagging head that the options ask for, without values, on hidden states of `width` channels.
TaggingHead make_tagging_head(const HeadOptions& options, int64_t width, double dropout);

// The head that finds a span of tokens (Devlin et al. 2019, §4.2): for each token the score that the span
// begins there and the score that it ends there.
struct SpanHead {
  Linear span;
  double dropout = 0;

  // Hidden states [B, T, C] → logits [B, T, 2], of the start and of the end.
  Tensor operator()(const HiddenStates& hidden, Context& context) const;

  template <class V>
  void visit(V& v) {
    v("span", span);
  }
};

// The mean of two cross entropies for each row [B]: of the places where spans start and end, over all tokens
// of the row. Places of kIgnoreIndex count nothing. `lengths` [B]: tokens of each row; undefined: all T.
Tensor span_loss(const Tensor& logits, const Tensor& starts, const Tensor& ends, const HostArray& lengths);

// No head: the model gives hidden states only.
struct NoHead {
  template <class V>
  void visit(V&) {}
};

// The head of a model: exactly one of these.
using Head =
    std::variant<NoHead, LanguageHead, MaskedLanguageHead, ClassificationHead, TaggingHead, SpanHead>;

}  // namespace hodhod
