// SPDX-License-Identifier: Apache-2.0
// The n-gram model: what follows is predicted from the last order − 1 tokens, by counts
// (models/ngram_trie.h).
//
// It has no parameters. What it knows lies in `ngrams.bin` beside config.json, which is mapped; a model that
// was just made knows nothing, and cannot predict before it has read the file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/models/model.h"
#include "hodhod/models/ngram_config.h"
#include "hodhod/models/ngram_distribution.h"
#include "hodhod/models/ngram_scoring.h"
#include "hodhod/models/ngram_trie.h"

namespace hodhod {

inline constexpr const char* kNgramFile = "ngrams.bin";

class NgramModel final : public Model, public LanguageModel {
 public:
  explicit NgramModel(const NgramModelConfig& config) : config_(config) {}
  NgramModel(const NgramModel&) = delete;
  NgramModel& operator=(const NgramModel&) = delete;

  // ---- Model ----
  const NgramModelConfig& config() const override { return config_; }
  const LanguageModel* language_model() const override { return this; }
  const Head& head() const override { return head_; }
  void for_each_parameter(const ParameterFunction&) override {}
  void initialise(const Rng&, const ParameterChoice&) override {}
  // Error when the file is not one for this configuration.
  void load_files(const std::string& directory) override;
  void save_files(const std::string& directory) const override;

  // ---- LanguageModel ----
  int64_t vocabulary() const override { return config_.vocabulary(); }
  int64_t max_length() const override { return config_.max_length(); }
  int64_t reach() const override { return config_.body.order - 1; }
  bool gives_log_probabilities() const override { return true; }
  std::unique_ptr<State> start(std::span<const Prompt> prompts, Context& context) const override;
  Tensor step(State& state, std::span<const int64_t> tokens, Context& context) const override;
  int64_t state_bytes(int64_t rows, int64_t length) const override;
  Tensor logits(const SequenceBatch& batch, Context& context) const override;
  // Without rows of the vocabulary. Probabilities of 8 bits are taken as they are: they sum to about 1.
  Tensor loss(const SequenceBatch& batch, const Tensor& labels, const CrossEntropyOptions& options,
              Context& context) const override;
  std::vector<TokenScore> score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
                                Context& context) const override;

  // The n-grams; an Error before they were read.
  const NgramTrie& ngrams() const;
  // What was counted.
  void set_counts(std::vector<int64_t> counts, std::vector<std::vector<double>> discounts);

 private:
  struct Rows;

  const NgramReader& reader() const;
  void check_ids(std::span<const int64_t> ids) const;
  // Calls put(t, score) for each label.
  void score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
             const std::function<void(size_t, const TokenScore&)>& put) const;

  NgramModelConfig config_;
  Head head_ = LanguageHead{};
  std::unique_ptr<const NgramTrie> ngrams_;
  std::optional<NgramReader> reader_;  // of the n-grams
  std::unique_ptr<const NgramDistribution> distribution_;
};

}  // namespace hodhod
