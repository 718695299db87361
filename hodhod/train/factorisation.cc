// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/factorisation.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kMeasureEvery = 10;
constexpr int64_t kRowsAtOnce = 64;
constexpr double kLeast = 1e-12;  // of a diagonal element that is divided by

}  // namespace

Factorisation::Factorisation(const TextWords& texts, const FactorisationOptions& options)
    : options_(options), vocabulary_(texts.vocabulary), idf_(static_cast<size_t>(texts.vocabulary)) {
  check(!texts.words.empty(), "topics: no text has a word of the vocabulary");
  check(options.topics >= 1 && options.sweeps >= 1, "topics: {} topics and {} sweeps; both must be above 0",
        options.topics, options.sweeps);
  std::vector<std::map<int32_t, double>> counts(static_cast<size_t>(texts.texts()));
  for (size_t d = 0; d < counts.size(); ++d) {
    for (int64_t i = texts.begin[d]; i < texts.begin[d + 1]; ++i)
      counts[d][texts.words[static_cast<size_t>(i)]] += 1;
    for (const auto& [word, count] : counts[d]) idf_[static_cast<size_t>(word)] += 1;
  }
  for (double& idf : idf_) idf = std::log((1 + static_cast<double>(texts.texts())) / (1 + idf)) + 1;
  std::vector<std::vector<std::pair<int32_t, double>>> columns(idf_.size());
  texts_.begin = {0};
  double sum = 0;
  for (size_t d = 0; d < counts.size(); ++d) {
    double square = 0;
    for (auto& [word, count] : counts[d]) {
      count *= idf_[static_cast<size_t>(word)];
      square += count * count;
    }
    for (const auto& [word, count] : counts[d]) {
      const double value = count / std::sqrt(square);
      texts_.column.push_back(word);
      texts_.value.push_back(value);
      columns[static_cast<size_t>(word)].emplace_back(static_cast<int32_t>(d), value);
      square_ += value * value;
      sum += value;
    }
    texts_.begin.push_back(std::ssize(texts_.column));
  }
  words_.begin = {0};
  for (const auto& column : columns) {
    for (const auto& [text, value] : column) {
      words_.column.push_back(text);
      words_.value.push_back(value);
    }
    words_.begin.push_back(std::ssize(words_.column));
  }
  const double mean = sum / static_cast<double>(texts.texts()) / static_cast<double>(vocabulary_);
  const double scale = 2 * std::sqrt(mean / static_cast<double>(topics()));
  text_topic_.resize(counts.size() * static_cast<size_t>(topics()));
  word_topic_.resize(idf_.size() * static_cast<size_t>(topics()));
  Rng rng = Rng(options.seed).fork(0);
  for (double& weight : text_topic_) weight = scale * rng.uniform_double();
  for (double& weight : word_topic_) weight = scale * rng.uniform_double();
}

std::vector<double> Factorisation::gram(const std::vector<double>& factor) const {
  const auto count = static_cast<size_t>(topics());
  std::vector<double> sums(count * count);
  for (size_t row = 0; row < factor.size(); row += count) {
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = 0; j < count; ++j) sums[i * count + j] += factor[row + i] * factor[row + j];
    }
  }
  return sums;
}

void Factorisation::improve(const Sparse& x, std::vector<double>& rows,
                            const std::vector<double>& other) const {
  const auto count = static_cast<size_t>(topics());
  const std::vector<double> g = gram(other);
  // A row is improved by itself: its topics one after another, as if column after column were taken.
  parallel_for(std::ssize(x.begin) - 1, kRowsAtOnce, [&](int64_t begin, int64_t end) {
    std::vector<double> product(count);
    for (auto r = static_cast<size_t>(begin); r < static_cast<size_t>(end); ++r) {
      std::fill(product.begin(), product.end(), 0.0);
      for (auto i = static_cast<size_t>(x.begin[r]); i < static_cast<size_t>(x.begin[r + 1]); ++i) {
        const double* factor = other.data() + static_cast<size_t>(x.column[i]) * count;
        for (size_t k = 0; k < count; ++k) product[k] += x.value[i] * factor[k];
      }
      double* row = rows.data() + r * count;
      for (size_t k = 0; k < count; ++k) {
        const double own = g[k * count + k];
        if (own < kLeast) continue;
        double slope = product[k];
        for (size_t j = 0; j < count; ++j) slope -= row[j] * g[j * count + k];
        row[k] = std::max(0.0, row[k] + slope / own);
      }
    }
  });
}

void Factorisation::advance() {
  improve(texts_, text_topic_, word_topic_);
  improve(words_, word_topic_, text_topic_);
  ++done_;
}

double Factorisation::left() const {
  const auto count = static_cast<size_t>(topics());
  double product = 0;  // of X and W H
  for (size_t d = 0; d + 1 < texts_.begin.size(); ++d) {
    for (auto i = static_cast<size_t>(texts_.begin[d]); i < static_cast<size_t>(texts_.begin[d + 1]); ++i) {
      for (size_t k = 0; k < count; ++k)
        product += texts_.value[i] * text_topic_[d * count + k] *
                   word_topic_[static_cast<size_t>(texts_.column[i]) * count + k];
    }
  }
  const std::vector<double> a = gram(text_topic_), b = gram(word_topic_);
  double square = 0;  // |W H|²
  for (size_t i = 0; i < a.size(); ++i) square += a[i] * b[i];
  return (square_ - 2 * product + square) / square_;
}

std::vector<std::pair<std::string, double>> Factorisation::measures() const {
  if (done_ % kMeasureEvery != 0) return {};
  return {{"left", left()}};
}

void Factorisation::store(FittingState& state) const {
  state.values["sweeps"] = done_;
  state.tensors = {{"text_topic", Tensor::from(text_topic_, {std::ssize(text_topic_)})},
                   {"word_topic", Tensor::from(word_topic_, {std::ssize(word_topic_)})}};
}

void Factorisation::restore(const FittingState& state) {
  done_ = json_get<int64_t>(state.values, "sweeps", "checkpoint");
  for (const auto& [name, tensor] : state.tensors) {
    std::vector<double>& factor = name == "text_topic" ? text_topic_ : word_topic_;
    check(tensor.numel() == std::ssize(factor) && tensor.dtype() == DType::f64,
          "topics: the checkpoint is of other texts or another number of topics; train in another directory");
    factor = tensor.values<double>();
  }
}

Tensor Factorisation::idf() const { return Tensor::from(idf_, {vocabulary_}); }

Tensor Factorisation::topic_word() const {
  const Tensor topic_word = Tensor::empty({topics(), vocabulary_}, DType::f64);
  for (int64_t k = 0; k < topics(); ++k) {
    double square = 0;
    for (int64_t w = 0; w < vocabulary_; ++w) {
      const double value = word_topic_[static_cast<size_t>(w * topics() + k)];
      topic_word.data<double>()[k * vocabulary_ + w] = value;
      square += value * value;
    }
    for (int64_t w = 0; w < vocabulary_ && square > 0; ++w)
      topic_word.data<double>()[k * vocabulary_ + w] /= std::sqrt(square);
  }
  return topic_word;
}

}  // namespace hodhod
