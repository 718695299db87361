// SPDX-License-Identifier: Apache-2.0
// The decoder of a recurrent encoder-decoder in the classical forms, with one vector between encoder and
// decoder or with attention. For the token y_t after the states s:
//
//   none    s_t = cells(y_t, s_{t−1})                                             h̃_t = s_t
//   after   s_t = cells([y_t; f], s_{t−1})       c_t = attention(s_t)             h̃_t = tanh(W [c_t; s_t])
//   before  c_t = attention(s_{t−1})             s_t = cells([y_t; c_t; f], s_{t−1})
//                                                                                 h̃_t = tanh(W [c_t; s_t; y_t])
//
// after is Luong et al. (2015), before Bahdanau et al. (2015). With input feeding f is h̃_{t−1}, zeros at
// first (Luong et al. §3.3); otherwise there is no f. The first states are made from the encoder's last ones
// by the bridge: tanh of an affine map for outputs, the affine map alone for an LSTM's cells. Without a
// bridge they are the encoder's last ones, layer by layer (Sutskever et al. 2014).
//
// Without feeding, none and after compute all positions at once; the others go step by step. Both give the
// bits of steps taken one by one.
//
// Dimensions: B batch, T target time, S source time, C width.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "hodhod/models/encoder.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/linear.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/nn/source_attention.h"

namespace hodhod {

enum class ContextPlace { after, before };
constexpr std::array<std::string_view, 2> names_of(ContextPlace) { return {"after", "before"}; }

struct AttentiveDecoderOptions {
  RecurrentOptions layers = {};              // input is the width C of embeddings and states
  std::optional<AttentionScore> score = {};  // none: one vector between encoder and decoder
  ContextPlace place = ContextPlace::after;  // of the attention
  bool input_feeding = false;
  bool bridge = true;  // for an encoder that reads in both directions; without it, one of as many layers
};

class AttentiveDecoder {
 public:
  // What has been read of the targets of B rows, and their sources.
  struct State {
    RecurrentState layers;
    Tensor fed;  // h̃ of the last token [B, C]; undefined without input feeding
    SourceMemory memory = {};
    // The weights packed for single steps; empty while many tokens are read at once.
    std::vector<PackedRecurrence> packed = {};

    // As in LanguageModel::State.
    void select(std::span<const int64_t> rows);
    void append(State&& other);
  };

  AttentiveDecoder() = default;
  // Uninitialised.
  explicit AttentiveDecoder(const AttentiveDecoderOptions& options);

  // The state before the first token. `source` are the encoder's states [B, S, C], and `last` its last ones:
  // the bridge takes those of its last layer in both directions.
  State begin(const HiddenStates& source, const RecurrentState& last) const;
  struct Output {
    Tensor hidden;   // h̃ [B, T, C]
    Tensor weights;  // of the attention [B, T, S]; undefined without one
  };
  // For embedded tokens x [B, T, C], whose rows have these lengths (undefined: all T). `state` becomes the
  // one after each row's last token. Traces the layers and, under "cross_attention", "scores",
  // "probabilities" and "context"; the combination as "combined".
  Output operator()(const Tensor& x, const HostArray& lengths, State& state, Context& context) const;
  void pack(State& state) const { state.packed = rnn_.pack(); }

  template <class V>
  void visit(V& v) {
    v("rnn", rnn_);
    v("attention", attention_);
    v("combine", combine_);
    v("bridge", bridge_);
  }

 private:
  bool goes_by_steps() const {
    return options_.input_feeding || (attention_ && options_.place == ContextPlace::before);
  }
  struct Part;
  Part run(const Tensor& x, const HostArray& lengths, State& state, Context& context) const;

  AttentiveDecoderOptions options_;
  Recurrent rnn_;
  std::optional<SourceAttention> attention_;
  std::optional<Linear> combine_;  // W
  std::optional<Linear> bridge_;   // C → L · C, twice that for an LSTM
};

}  // namespace hodhod
