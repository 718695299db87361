// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/nmf.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

constexpr int64_t kMostPasses = 1000;
constexpr double kSettled = 1e-9;  // a greatest change of weights that ends the passes

constexpr hf::KeyRule kNmfKeys[] = {{"topics", "topics"}, {"vocab_size", "vocabulary"}};

struct NmfType final : ModelType {
  std::string_view name() const override { return "nmf"; }
  FittedBy fitted_by() const override { return FittedBy::fitting; }
  std::vector<std::string> presets() const override { return {"nmf"}; }
  std::unique_ptr<ModelConfig> preset(std::string_view) const override {
    return std::make_unique<NmfConfig>(NmfOptions{.vocabulary = 1});
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    hf::ConfigReader reader(json, path);
    NmfConfig config;
    reader.read(kNmfKeys, config.fields());
    reader.find("architectures");
    return checked(reader, std::make_unique<NmfConfig>(config));
  }
  Json write(const ModelConfig& config) const override {
    Json json = {{"architectures", Json::array({"NmfModel"})}, {"model_type", std::string(name())}};
    write_options(kNmfKeys, config, json);
    return json;
  }
};

}  // namespace

const ModelType& nmf_type() {
  static const NmfType kType;
  return kType;
}

std::string NmfConfig::summary() const {
  return fmt::format("{} topics of {} words, a factorisation", body.width, with_commas(body.vocabulary));
}

void NmfConfig::validate() const {
  check_fields(fields_of(const_cast<NmfOptions&>(body)), "nmf");  // only read
}

const ModelType& NmfConfig::type(const ModelType*) const {
  validate();
  return nmf_type();
}

std::unique_ptr<Model> NmfConfig::make() const { return std::make_unique<Nmf>(*this); }

Nmf::Nmf(const NmfConfig& config)
    : config_(config),
      idf_(Tensor::empty({config.body.vocabulary}, DType::f64)),
      topic_word_(Tensor::empty({config.body.width, config.body.vocabulary}, DType::f64)) {}

void Nmf::for_each_parameter(const ParameterFunction& f) {
  gram_.clear();  // the function may change the topics
  f("idf", idf_);
  f("topic_word", topic_word_);
}

void Nmf::initialise(const Rng&, const ParameterChoice& wanted) {
  if (wanted("idf")) fill(idf_, 0);
  if (wanted("topic_word")) fill(topic_word_, 0);
  gram_.clear();
}

Tensor Nmf::word_probabilities() const {
  const int64_t topics = config_.body.width, vocabulary = config_.body.vocabulary;
  const Tensor phi = Tensor::empty({topics, vocabulary}, DType::f64);
  for (int64_t k = 0; k < topics; ++k) {
    const double* weights = topic_word_.data<double>() + k * vocabulary;
    double total = 0;
    for (int64_t w = 0; w < vocabulary; ++w) total += weights[w];
    double* row = phi.data<double>() + k * vocabulary;
    for (int64_t w = 0; w < vocabulary; ++w)
      row[w] = total > 0 ? weights[w] / total : 1 / static_cast<double>(vocabulary);
  }
  return phi;
}

const std::vector<double>& Nmf::gram() const {
  const std::lock_guard lock(gram_lock_);
  if (!gram_.empty()) return gram_;
  const int64_t topics = config_.body.width, vocabulary = config_.body.vocabulary;
  gram_.resize(static_cast<size_t>(topics * topics));
  for (int64_t i = 0; i < topics; ++i) {
    const double* a = topic_word_.data<double>() + i * vocabulary;
    for (int64_t j = 0; j <= i; ++j) {
      const double* b = topic_word_.data<double>() + j * vocabulary;
      double sum = 0;
      for (int64_t w = 0; w < vocabulary; ++w) sum += a[w] * b[w];
      gram_[static_cast<size_t>(i * topics + j)] = gram_[static_cast<size_t>(j * topics + i)] = sum;
    }
  }
  return gram_;
}

std::vector<double> Nmf::mixture(std::span<const int64_t> words) const {
  const auto topics = static_cast<size_t>(config_.body.width);
  const int64_t vocabulary = config_.body.vocabulary;
  std::map<int64_t, double> x;
  for (const int64_t word : words) {
    check(word >= 0 && word < vocabulary, "{}: word {} is outside its vocabulary of {}", this->name(), word,
          vocabulary);
    x[word] += idf_.data<double>()[word];
  }
  double square = 0;
  for (const auto& [word, value] : x) square += value * value;
  std::vector<double> weights(topics), product(topics);  // w and x Hᵀ
  for (const auto& [word, value] : x) {
    for (size_t k = 0; k < topics && square > 0; ++k)
      product[k] +=
          value / std::sqrt(square) * topic_word_.data<double>()[static_cast<int64_t>(k) * vocabulary + word];
  }
  const std::vector<double>& g = gram();
  for (int64_t pass = 0; pass < kMostPasses; ++pass) {
    double change = 0;
    for (size_t k = 0; k < topics; ++k) {
      if (g[k * topics + k] <= 0) continue;
      double slope = product[k];
      for (size_t j = 0; j < topics; ++j) slope -= weights[j] * g[j * topics + k];
      const double value = std::max(0.0, weights[k] + slope / g[k * topics + k]);
      change = std::max(change, std::abs(value - weights[k]));
      weights[k] = value;
    }
    if (change < kSettled) break;
  }
  double total = 0;
  for (const double weight : weights) total += weight;
  for (double& weight : weights) weight = total > 0 ? weight / total : 1 / static_cast<double>(topics);
  return weights;
}

}  // namespace hodhod
