// SPDX-License-Identifier: Apache-2.0
// For tests: small Transformers of different kinds, and batches for them with rows of different lengths.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/models/transformer_model.h"

namespace hodhod {

struct TestModel {
  std::string name;
  TransformerConfig config;
};
inline void PrintTo(const TestModel& one, std::ostream* out) {  // NOLINT: GoogleTest looks for this name
  *out << one.name;
}

// The sizes are not multiples of a SIMD vector's.
inline TransformerConfig small_config(TransformerShape shape) {
  return {.shape = shape,
          .vocabulary = 61,
          .width = 36,
          .heads = 3,
          .encoder_layers = 2,
          .decoder_layers = 2,
          .feed_forward = 70,
          .max_length = 72,
          .positions = PositionKind::sinusoidal,
          .dropout = 0.1,
          .attention_dropout = 0.1};
}

inline std::vector<TestModel> test_models() {
  std::vector<TestModel> models;
  const auto add = [&](const char* name, TransformerShape shape, const auto& change) {
    models.push_back({name, small_config(shape)});
    change(models.back().config);
  };
  using kernels::Activation;
  add("translator", TransformerShape::encoder_decoder, [](TransformerConfig&) {});
  add("gpt", TransformerShape::decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.final_norm = true;
    c.positions = PositionKind::learned;
    c.activation = Activation::gelu_tanh;
    c.activation_dropout = 0.1;
  });
  add("llama", TransformerShape::decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.norm = NormKind::rms;
    c.final_norm = c.gated = true;
    c.positions = PositionKind::rotary;
    c.activation = Activation::silu;
    c.heads = 6;
    c.kv_heads = 2;
    c.attention_bias = c.feed_forward_bias = c.tie_embeddings = false;
  });
  add("alibi", TransformerShape::decoder, [](TransformerConfig& c) {
    c.positions = PositionKind::alibi;
    c.window = 5;
    c.output_bias = true;
  });
  add("gpt_neox", TransformerShape::decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.final_norm = true;
    c.sub_layers = SubLayerOrder::parallel;
    c.positions = PositionKind::rotary;
    c.rotary_share = 0.5;
    c.tie_embeddings = false;
  });
  add("falcon", TransformerShape::decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.final_norm = true;
    c.sub_layers = SubLayerOrder::parallel_one_norm;
    c.positions = PositionKind::alibi_of_keys;
    c.kv_heads = 1;
  });
  add("gemma2", TransformerShape::decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::both;
    c.norm = NormKind::rms;
    c.norm_plus_one = c.final_norm = c.gated = true;
    c.positions = PositionKind::rotary;
    c.score_scalar = 20;
    c.score_cap = 2;
    c.logit_cap = 3;
    c.window = 5;
    c.full_every = 2;
  });
  add("qwen3", TransformerShape::decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.norm = NormKind::rms;
    c.final_norm = c.gated = c.query_key_norm = true;
    c.positions = PositionKind::rotary;
    c.head_size = 10;
  });
  add("opt", TransformerShape::decoder, [](TransformerConfig& c) {
    c.embedding_width = 20;
    c.positions = PositionKind::learned;
    c.position_offset = 2;
  });
  add("relative", TransformerShape::encoder_decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.norm = NormKind::rms;
    c.final_norm = true;
    c.positions = PositionKind::relative;
    c.activation = Activation::gelu;
    c.source_vocabulary = 53;
  });
  add("t5", TransformerShape::encoder_decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.norm = NormKind::rms;
    c.final_norm = c.gated = true;
    c.positions = PositionKind::relative;
    c.relative_buckets = 8;
    c.relative_distance = 16;
    c.head_size = 10;
    c.activation = Activation::gelu_tanh;
    c.attention_bias = c.feed_forward_bias = c.scale_scores = c.scale_embedding = false;
    c.scale_output = true;
  });
  add("mbart", TransformerShape::encoder_decoder, [](TransformerConfig& c) {
    c.norm_placement = NormPlacement::pre;
    c.final_norm = c.embedding_norm = c.output_bias = true;
    c.positions = PositionKind::learned;
    c.position_offset = 2;
    c.activation = Activation::gelu;
  });
  return models;
}

// `count` rows of 1 to `longest` ids; the last row is of length `longest`.
inline std::vector<std::vector<int64_t>> ragged_rows(int64_t count, int64_t longest, int64_t vocabulary,
                                                     uint64_t seed) {
  Rng rng(seed, 12);
  std::vector<std::vector<int64_t>> rows(static_cast<size_t>(count));
  for (auto& row : rows) {
    row.resize(1 + rng.below(static_cast<uint64_t>(longest)));
    if (&row == &rows.back()) row.resize(static_cast<size_t>(longest));
    for (int64_t& id : row) id = 1 + static_cast<int64_t>(rng.below(static_cast<uint64_t>(vocabulary - 1)));
  }
  return rows;
}

// A training batch: sources and targets of different lengths, and the ids to predict.
struct TestBatch {
  TokenBatch source, target;
  Tensor labels;  // [B, T] i64; kIgnoreIndex past the end of a row

  TestBatch(const TransformerConfig& config, int64_t rows, int64_t longest, uint64_t seed = 1) {
    source =
        TokenBatch::of(ragged_rows(rows, longest + 2, config.size_of_source_vocabulary(), seed + 100), 0);
    target = TokenBatch::of(ragged_rows(rows, longest, config.vocabulary, seed + 200), 0);
    labels = Tensor::full(target.ids.shape(), kIgnoreIndex, DType::i64);
    Rng rng(seed, 13);
    for (int64_t b = 0; b < rows; ++b) {
      for (int64_t t = 0; t < target.lengths.data<int64_t>()[b]; ++t) {
        labels.data<int64_t>()[b * labels.dim(1) + t] =
            static_cast<int64_t>(rng.below(static_cast<uint64_t>(config.vocabulary)));
      }
    }
  }
};

// The decoder's states [B, T, C] for a batch; the encoder runs first if there is one.
inline Tensor test_states(const TransformerModel& model, const TestBatch& batch, Context& context) {
  const Transformer& body = model.body();
  if (!body.config().has_encoder()) return body.decode(batch.target, nullptr, context);
  const HiddenStates memory = body.encode(batch.source, context);
  return body.decode(batch.target, &memory, context);
}

// The part of the batch that the model reads.
inline SequenceBatch sequence_batch(const TransformerModel& model, const TestBatch& batch) {
  return {.source = model.config().reads_source() ? batch.source : TokenBatch(), .target = batch.target};
}

inline Tensor test_loss(const TransformerModel& model, const TestBatch& batch, Context& context,
                        Reduction reduction = Reduction::mean) {
  return model.loss(sequence_batch(model, batch), batch.labels,
                    {.label_smoothing = 0.1, .reduction = reduction}, context);
}

}  // namespace hodhod
