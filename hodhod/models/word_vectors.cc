// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/word_vectors.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/io/fasttext_hash.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/ops/embedding.h"

namespace hodhod {
namespace {

// Adds the rows, and gives their mean.
std::vector<float> mean_of_rows(const float* own, const Tensor& subwords, std::span<const int32_t> rows) {
  const int64_t width = subwords.dim(1);
  std::vector<float> sum(static_cast<size_t>(width), 0.0f);
  if (own != nullptr) std::copy(own, own + width, sum.begin());
  for (const int32_t row : rows) {
    const float* from = subwords.data<float>() + row * width;
    for (int64_t c = 0; c < width; ++c) sum[static_cast<size_t>(c)] += from[c];
  }
  const auto count = static_cast<float>(rows.size() + (own != nullptr ? 1 : 0));
  for (float& value : sum) value *= 1 / count;
  return sum;
}

}  // namespace

std::vector<int32_t> subword_rows(std::string_view word, const WordVectorsOptions& options) {
  std::vector<int32_t> rows;
  if (!options.has_subwords() || word.empty() || word == kFastTextLineEnd) return rows;
  const std::string framed = "<" + std::string(word) + ">";
  for_each_subword(framed, options.min_n, options.max_n, [&](std::string_view subword) {
    rows.push_back(static_cast<int32_t>(fasttext_hash(subword) % static_cast<uint64_t>(options.buckets)));
  });
  return rows;
}

WordVectors::WordVectors(const WordVectorsConfig& config) : config_(config) {
  const WordVectorsOptions& body = config_.body;
  check(!body.has_subwords() || body.buckets > 0, "word vectors: subwords need buckets; give their number");
  embeddings_ = Tensor::empty({body.vocabulary, body.width});
  if (body.has_subwords()) {
    words_ = Tensor::empty({body.vocabulary, body.width});
    subwords_ = Tensor::empty({body.buckets, body.width});
  }
  if (body.output) output_ = Tensor::empty({body.vocabulary, body.width});
  if (body.counts) counts_ = Tensor::empty({body.vocabulary}, DType::f64);
}

void WordVectors::for_each_parameter(const ParameterFunction& f) {
  f("embeddings", embeddings_);
  if (words_.defined()) f("words", words_);
  if (subwords_.defined()) f("subwords", subwords_);
  if (output_.defined()) f("output", output_);
  if (counts_.defined()) f("counts", counts_);
}

void WordVectors::initialise(const Rng& rng, const ParameterChoice& wanted) {
  for_each_parameter([&](const std::string& name, Tensor& table) {
    if (!wanted(name)) return;
    if (name == "output" || name == "counts") {
      fill(table, 0);
    } else {
      const double range = 1 / static_cast<double>(config_.body.width);
      init_uniform(table, -range, range, stream_of(rng, name));
    }
  });
}

HiddenStates WordVectors::encode(const TokenBatch& tokens, Context& context) const {
  check_tokens(*this, tokens, config_.vocabulary());
  trace(context, "input", Component::input, "BT", tokens.ids);
  Tensor states = embedding(tokens.ids, embeddings_);
  trace(context, "tokens", Component::embedding, "BTC", states);
  return {std::move(states), tokens.lengths};
}

std::optional<std::vector<float>> WordVectors::unseen(std::string_view word) const {
  const std::vector<int32_t> rows = subword_rows(word, config_.body);
  if (rows.empty()) return std::nullopt;
  return mean_of_rows(nullptr, subwords_, rows);
}

void WordVectors::compose(std::span<const std::string> spelling) {
  const int64_t width = config_.width();
  check(std::ssize(spelling) == config_.vocabulary(), "word vectors: {} spellings for {} rows",
        spelling.size(), config_.vocabulary());
  if (!config_.body.has_subwords()) return;
  parallel_for(std::ssize(spelling), 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto rows = subword_rows(spelling[static_cast<size_t>(i)], config_.body);
      const auto mean = mean_of_rows(words_.data<float>() + i * width, subwords_, rows);
      std::copy(mean.begin(), mean.end(), embeddings_.data<float>() + i * width);
    }
  });
}

}  // namespace hodhod
