// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/cuts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hodhod/look/answers.h"
#include "hodhod/look/page.h"
#include "hodhod/look/skipped_tokens.h"
#include "hodhod/models/description.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

// Tokens of a batch of cut passes.
constexpr int64_t kBatchTokens = 8192;

// A token that is hidden (query −1), or a link.
struct CutLink {
  bool token_in_decoder = false;
  int64_t token = 0;
  bool query_in_decoder = false;
  int64_t query = -1;
};

struct Lengths {
  int64_t encoder = 0, decoder = 0;
};

Lengths lengths_of(const Reading& reading) {
  Lengths lengths;
  for (const Sequence& sequence : reading.sequences)
    (sequence.decoder ? lengths.decoder : lengths.encoder) = std::ssize(sequence.tokens);
  return lengths;
}

// The links to the query of each place that could carry anything: keys before it in a decoder, all of an
// encoder.
void add_links(const Lengths& lengths, bool causal, bool query_in_decoder, int64_t query,
               std::vector<CutLink>& cuts) {
  const int64_t own = query_in_decoder ? lengths.decoder : lengths.encoder;
  for (int64_t token = 0; token < own && (!causal || token <= query); ++token)
    cuts.push_back({query_in_decoder, token, query_in_decoder, query});
  for (int64_t token = 0; query_in_decoder && token < lengths.encoder; ++token)
    cuts.push_back({false, token, true, query});
}

std::vector<CutLink> hidden_tokens(const Lengths& lengths) {
  std::vector<CutLink> cuts;
  for (int64_t token = 0; token < lengths.encoder; ++token)
    cuts.push_back({.token_in_decoder = false, .token = token});
  for (int64_t token = 0; token < lengths.decoder; ++token)
    cuts.push_back({.token_in_decoder = true, .token = token});
  return cuts;
}

std::vector<CutLink> links_to(const TransformerConfig& config, const Lengths& lengths, bool decoder,
                              int64_t query) {
  std::vector<CutLink> cuts;
  add_links(lengths, decoder || config.causal, decoder, query, cuts);
  return cuts;
}

std::vector<CutLink> all_links(const TransformerConfig& config, const Lengths& lengths) {
  std::vector<CutLink> cuts;
  for (int64_t query = 0; query < lengths.encoder; ++query)
    add_links(lengths, config.causal, false, query, cuts);
  for (int64_t query = 0; query < lengths.decoder; ++query) add_links(lengths, true, true, query, cuts);
  return cuts;
}

// One row of a bias, where the cut concerns this attention.
void cut_row(float* bias, int64_t queries, int64_t keys, const CutLink& cut) {
  for (int64_t t = 0; t < queries; ++t) {
    if (cut.query < 0 || cut.query == t) bias[t * keys + cut.token] = -std::numeric_limits<float>::infinity();
  }
}

AttentionCuts biases_of(std::span<const CutLink> cuts, const Lengths& lengths) {
  const auto rows = std::ssize(cuts);
  const auto blank = [&](int64_t queries, int64_t keys) {
    return queries > 0 && keys > 0 ? Tensor::zeros({rows, 1, queries, keys}) : Tensor();
  };
  AttentionCuts bias{blank(lengths.encoder, lengths.encoder), blank(lengths.decoder, lengths.decoder),
                     blank(lengths.decoder, lengths.encoder)};
  for (int64_t row = 0; row < rows; ++row) {
    const CutLink& cut = cuts[static_cast<size_t>(row)];
    const auto apply = [&](const Tensor& x, bool from_decoder, bool to_decoder) {
      if (!x.defined() || cut.token_in_decoder != to_decoder) return;
      if (cut.query >= 0 && cut.query_in_decoder != from_decoder) return;
      cut_row(x.data<float>() + row * x.dim(2) * x.dim(3), x.dim(2), x.dim(3), cut);
    };
    apply(bias.encoder, false, false);
    apply(bias.decoder, true, true);
    apply(bias.cross, true, false);
  }
  return bias;
}

// The answer under each cut, in batches.
std::vector<Outcome> outcomes_of(const Subject& subject, const Reading& reading, const Target& target,
                                 std::span<const CutLink> cuts) {
  const NoGrad off;
  const Lengths lengths = lengths_of(reading);
  const int64_t time = std::ssize(reading.answered().tokens);
  const int64_t most = std::max<int64_t>(1, kBatchTokens / (lengths.encoder + lengths.decoder));
  std::vector<Outcome> outcomes;
  for (size_t at = 0; at < cuts.size(); at += static_cast<size_t>(most)) {
    const auto some = cuts.subspan(at, std::min(cuts.size() - at, static_cast<size_t>(most)));
    const AttentionCuts bias = biases_of(some, lengths);
    Context context{.cuts = &bias};
    const Tensor logits = answer_of(subject.model(), repeated(reading.batch, std::ssize(some)), context);
    for (int64_t row = 0; row < std::ssize(some); ++row)
      outcomes.push_back(outcome_of(target, logits, row, time));
  }
  return outcomes;
}

Json effect_json(const CutLink& cut, const Outcome& outcome) {
  Json json = {{"stack", cut.token_in_decoder ? "decoder" : "encoder"},
               {"token", cut.token},
               {"log_probability", number(outcome.log_probability)},
               {"first", outcome.first}};
  if (cut.query >= 0) {
    json["query"] = cut.query;
    json["query_stack"] = cut.query_in_decoder ? "decoder" : "encoder";
  }
  return json;
}

double operations_of_a_pass(const Subject& subject, const Lengths& lengths) {
  const int64_t length = std::min(std::max(lengths.encoder, lengths.decoder), subject.config().max_length());
  return describe(subject.config(), {.batch = 1, .length = length}).forward_flops;
}

// The cuts of a Transformer: `hidden` of them hide a token, the others cut a link.
struct Cuts {
  std::vector<CutLink> all;
  size_t hidden = 0;
};

// None if they take too long.
Cuts cuts_of(const Subject& subject, const TransformerConfig& config, const Reading& reading,
             const Target& target, Cutting cutting) {
  const Lengths lengths = lengths_of(reading);
  const bool decoder = reading.answered().decoder;
  const double pass = operations_of_a_pass(subject, lengths);
  const auto affordable = [&](size_t passes) { return pass * static_cast<double>(passes) <= kCutOperations; };
  Cuts cuts{.all = hidden_tokens(lengths)};
  cuts.hidden = cuts.all.size();
  // The state that stands for a text is that of its first token, in a decoder of its last.
  const int64_t query = target.at >= 0 ? target.at : decoder ? lengths.decoder - 1 : 0;
  std::vector<CutLink> links = links_to(config, lengths, decoder, query);
  if (cutting == Cutting::automatic && !affordable(cuts.hidden + links.size())) return {};
  if (lengths.encoder + lengths.decoder <= kShortTexts) {
    std::vector<CutLink> all = all_links(config, lengths);
    if (affordable(cuts.hidden + all.size())) links = std::move(all);
  }
  cuts.all.insert(cuts.all.end(), links.begin(), links.end());
  return cuts;
}

// Of a recurrent model: every token that can be left out.
Cuts skips_of(const Subject& subject, const Reading& reading, const Target& target, Cutting cutting) {
  const Lengths lengths = lengths_of(reading);
  Cuts cuts;
  for (const CutLink& cut : hidden_tokens(lengths)) {
    if (can_skip(subject, reading, target, cut.token_in_decoder, cut.token)) cuts.all.push_back(cut);
  }
  cuts.hidden = cuts.all.size();
  const double operations = operations_of_a_pass(subject, lengths) * static_cast<double>(cuts.hidden);
  return cutting == Cutting::automatic && operations > kCutOperations ? Cuts() : cuts;
}

// The answer without each token.
std::vector<Outcome> outcomes_of_skips(const Subject& subject, const Reading& reading, const Target& target,
                                       std::span<const CutLink> cuts) {
  std::vector<Outcome> outcomes;
  for (const bool decoder : {false, true}) {
    std::vector<int64_t> tokens;
    for (const CutLink& cut : cuts) {
      if (cut.token_in_decoder == decoder) tokens.push_back(cut.token);
    }
    const auto some = outcomes_without(subject, reading, target, decoder, tokens);
    outcomes.insert(outcomes.end(), some.begin(), some.end());
  }
  return outcomes;
}

}  // namespace

int64_t most_cuts(const Subject& subject, const Reading& reading, Cutting cutting) {
  if (cutting == Cutting::off || subject.config().head.kind == HeadKind::none) return 0;
  const Target last{.at = std::ssize(reading.answered().tokens) - 1};
  if (const auto* const config = dynamic_cast<const TransformerModelConfig*>(&subject.config()))
    return std::ssize(cuts_of(subject, config->body, reading, last, cutting).all);
  return is_network(subject.kind) ? std::ssize(skips_of(subject, reading, last, cutting).all) : 0;
}

Json cuts_json(const Subject& subject, const Reading& reading, const Target& target, Cutting cutting) {
  if (cutting == Cutting::off) return nullptr;
  if (!target.log_probability) return nullptr;  // an effect is a change of log-probability
  const auto* const config = dynamic_cast<const TransformerModelConfig*>(&subject.config());
  if (!is_network(subject.kind)) return nullptr;
  const Cuts cuts = config != nullptr ? cuts_of(subject, config->body, reading, target, cutting)
                                      : skips_of(subject, reading, target, cutting);
  if (cuts.all.empty()) return nullptr;
  const std::vector<Outcome> outcomes = config != nullptr
                                            ? outcomes_of(subject, reading, target, cuts.all)
                                            : outcomes_of_skips(subject, reading, target, cuts.all);
  Json json = to_json(target, reading), of_tokens = Json::array(), of_links = Json::array();
  const NoGrad off;
  Context plain;
  const Tensor logits = answer_of(subject.model(), reading.batch, plain);
  json["log_probability"] =
      number(outcome_of(target, logits, 0, std::ssize(reading.answered().tokens)).log_probability);
  for (size_t i = 0; i < cuts.all.size(); ++i)
    (i < cuts.hidden ? of_tokens : of_links).push_back(effect_json(cuts.all[i], outcomes[i]));
  json["hidden"] = std::move(of_tokens);
  json["links"] = std::move(of_links);
  return json;
}

}  // namespace hodhod::look
