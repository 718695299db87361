// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/lda.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {
namespace {

constexpr int64_t kMostRounds = 200;
constexpr double kStill = 1e-6;  // a greatest change of shares that ends the rounds

constexpr hf::KeyRule kLdaKeys[] = {
    {"topics", "topics"}, {"alpha", "alpha"}, {"eta", "eta"}, {"vocab_size", "vocabulary"}};

struct LdaType final : ModelType {
  std::string_view name() const override { return "lda"; }
  FittedBy fitted_by() const override { return FittedBy::fitting; }
  std::vector<std::string> presets() const override { return {"lda"}; }
  std::unique_ptr<ModelConfig> preset(std::string_view) const override {
    return std::make_unique<LdaConfig>(LdaOptions{.vocabulary = 1});
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    hf::ConfigReader reader(json, path);
    LdaConfig config;
    reader.read(kLdaKeys, config.fields());
    reader.find("architectures");
    return checked(reader, std::make_unique<LdaConfig>(config));
  }
  Json write(const ModelConfig& config) const override {
    Json json = {{"architectures", Json::array({"LdaModel"})}, {"model_type", std::string(name())}};
    write_options(kLdaKeys, config, json);
    json["alpha"] = dynamic_cast<const LdaConfig&>(config).body.alpha_or_usual();
    return json;
  }
};

}  // namespace

const ModelType& lda_type() {
  static const LdaType kType;
  return kType;
}

std::string LdaConfig::summary() const {
  return fmt::format("{} topics of {} words, alpha {:.4g}, eta {:.4g}", body.width,
                     with_commas(body.vocabulary), body.alpha_or_usual(), body.eta);
}

void LdaConfig::validate() const {
  check_fields(fields_of(const_cast<LdaOptions&>(body)), "lda");  // only read
}

const ModelType& LdaConfig::type(const ModelType*) const {
  validate();
  return lda_type();
}

std::unique_ptr<Model> LdaConfig::make() const { return std::make_unique<Lda>(*this); }

Lda::Lda(const LdaConfig& config)
    : config_(config), topic_word_(Tensor::empty({config.body.width, config.body.vocabulary}, DType::f64)) {}

void Lda::initialise(const Rng&, const ParameterChoice& wanted) {
  if (wanted("topic_word")) fill(topic_word_, 0);
}

Tensor Lda::word_probabilities() const {
  const int64_t topics = config_.body.width, vocabulary = config_.body.vocabulary;
  const Tensor phi = Tensor::empty({topics, vocabulary}, DType::f64);
  for (int64_t k = 0; k < topics; ++k) {
    const double* counts = topic_word_.data<double>() + k * vocabulary;
    double total = static_cast<double>(vocabulary) * config_.body.eta;
    for (int64_t w = 0; w < vocabulary; ++w) total += counts[w];
    double* row = phi.data<double>() + k * vocabulary;
    for (int64_t w = 0; w < vocabulary; ++w) row[w] = (counts[w] + config_.body.eta) / total;
  }
  return phi;
}

std::vector<double> Lda::mixture(std::span<const int64_t> words) const {
  const auto topics = static_cast<size_t>(config_.body.width);
  const int64_t vocabulary = config_.body.vocabulary;
  const double alpha = config_.body.alpha_or_usual(), count = static_cast<double>(words.size());
  const double* n = topic_word_.data<double>();
  std::vector<double> totals(topics, static_cast<double>(vocabulary) * config_.body.eta);
  for (size_t k = 0; k < topics; ++k) {
    for (int64_t w = 0; w < vocabulary; ++w) totals[k] += n[static_cast<int64_t>(k) * vocabulary + w];
  }
  std::vector<double> phi(words.size() * topics),
      shares(words.size() * topics, 1.0 / static_cast<double>(topics));
  for (size_t i = 0; i < words.size(); ++i) {
    check(words[i] >= 0 && words[i] < vocabulary, "{}: word {} is outside its vocabulary of {}", this->name(),
          words[i], vocabulary);
    for (size_t k = 0; k < topics; ++k)
      phi[i * topics + k] =
          (n[static_cast<int64_t>(k) * vocabulary + words[i]] + config_.body.eta) / totals[k];
  }
  std::vector<double> sums(topics, count / static_cast<double>(topics)), share(topics);
  for (int64_t round = 0; round < kMostRounds; ++round) {
    double change = 0;
    for (size_t i = 0; i < words.size(); ++i) {
      double* own = shares.data() + i * topics;
      double total = 0;
      for (size_t k = 0; k < topics; ++k)
        total += share[k] = phi[i * topics + k] * std::max(0.0, sums[k] - own[k] + alpha);
      for (size_t k = 0; k < topics; ++k) {
        const double value = share[k] / total;
        change = std::max(change, std::abs(value - own[k]));
        sums[k] += value - own[k];
        own[k] = value;
      }
    }
    if (change < kStill) break;
  }
  for (double& sum : sums) sum = (sum + alpha) / (count + alpha * static_cast<double>(topics));
  return sums;
}

}  // namespace hodhod
