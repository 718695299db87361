// SPDX-License-Identifier: Apache-2.0
// Heads: what stands on a model's hidden states and turns them into answers. Each is a layer of its own, on
// any Encoder or LanguageModel.
//
// B batch, T time, C width, V vocabulary, L labels.
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
#include "hodhod/nn/linear.h"
#include "hodhod/nn/norm.h"
#include "hodhod/ops/loss.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// none: hidden states alone. language_model: logits of the next token. masked_language_model: logits of
// hidden tokens. classifier: one answer for a sequence. tagger: a label for each token.
enum class HeadKind { none, language_model, masked_language_model, classifier, tagger };
constexpr std::array<std::string_view, 5> names_of(HeadKind) {
  return {"none", "language-model", "masked-language-model", "classifier", "tagger"};
}

// What a classifier's outputs mean: one label of several, any number of labels, or numbers.
enum class ProblemKind { single_label, multi_label, regression };
constexpr std::array<std::string_view, 3> names_of(ProblemKind) {
  return {"single-label", "multi-label", "regression"};
}

// What stands for a sequence: the state of its first token, that of its last one, or in each channel the
// greatest of all tokens.
enum class StatePooling { first, last, max };
constexpr std::array<std::string_view, 3> names_of(StatePooling) { return {"first", "last", "max"}; }

// What is asked for. How it is done (which state is pooled, with which activation) follows from the kind of
// model.
struct HeadOptions {
  HeadKind kind = HeadKind::none;
  int64_t labels = 0;                               // of a classifier or tagger; of a regression, numbers
  ProblemKind problem = ProblemKind::single_label;  // of a classifier
  std::optional<double> dropout = {};               // of what a classifier or tagger reads; else the model's

  bool has_labels() const { return kind == HeadKind::classifier || kind == HeadKind::tagger; }

  template <class Visitor>
  void visit(Visitor&& v) {
    v("head", kind, "What stands on the last hidden states");
    v("labels", labels, "Number of labels of a classifier or tagger", in(0, 1 << 20));
    v("problem", problem, "What a classifier gives: one label of several, any number of labels, or numbers");
    v("head_dropout", dropout,
      "Dropout before the last layer of a classifier or tagger; that of the model where it is not given",
      at_least(0).below(1));
  }
  friend bool operator==(const HeadOptions&, const HeadOptions&) = default;
};

// The layer from hidden states to the vocabulary: logits = h · weightᵀ + bias.
struct OutputLayer {
  Tensor weight;  // [V, C]; undefined where it is the model's embedding
  Tensor bias;    // [V], or undefined

  template <class V>
  void visit(V& v) {
    v("output.weight", weight);
    v("output_bias", bias);
  }
};

// A language model's: the output layer alone.
struct LanguageHead {
  OutputLayer output;
  bool constant_bias = false;  // the bias is part of the model and is not learned (Marian)

  // `table` is the embedding, for an output layer that is tied to it.
  Tensor logits(const Tensor& hidden, const Tensor& table, Context& context) const;
  Tensor loss(const Tensor& hidden, const Tensor& table, const Tensor& labels,
              const CrossEntropyOptions& options) const;

  template <class V>
  void visit(V& v) {
    output.visit(v);
  }

 private:
  Tensor bias() const { return constant_bias ? output.bias.detach() : output.bias; }
};

// For hidden tokens (Devlin et al. 2019): output(norm(activation(dense(h)))).
struct MaskedLanguageHead {
  OutputLayer output;
  Linear dense;
  Norm norm;
  kernels::Activation activation = kernels::Activation::kGelu;

  // Hidden states [N, C] → logits [N, V].
  Tensor logits(const Tensor& hidden, const Tensor& table, Context& context) const;
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

// For sequences: classifier(dropout(activation(pooler(pooled state)))), without the pooler where there is
// none.
struct ClassificationHead {
  std::optional<Linear> pooler;
  Linear classifier;
  kernels::Activation activation = kernels::Activation::kTanh;
  StatePooling pooling = StatePooling::first;
  double dropout = 0;

  // → logits [B, L]
  Tensor operator()(const HiddenStates& hidden, Context& context) const;

  template <class V>
  void visit(V& v) {
    v("pooler", pooler);
    v("classifier", classifier);
  }
};

// For tokens: classifier(dropout(h)).
struct TaggingHead {
  Linear classifier;
  double dropout = 0;

  // → logits [B, T, L]
  Tensor operator()(const HiddenStates& hidden, Context& context) const;

  template <class V>
  void visit(V& v) {
    v("classifier", classifier);
  }
};

struct NoHead {
  template <class V>
  void visit(V&) {}
};

// The head of a model: one of these.
using Head = std::variant<NoHead, LanguageHead, MaskedLanguageHead, ClassificationHead, TaggingHead>;

}  // namespace hodhod
