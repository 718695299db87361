// SPDX-License-Identifier: Apache-2.0
// How to decode. Names and meanings are those of Hugging Face's generation_config.json.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"

namespace hodhod {

// A length that no sequence reaches.
inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// Where all tokens of the sequence but the last have just been generated, `bias` is added to the score of the
// last. A bias of minus infinity bans the sequence.
struct SequenceBias {
  std::vector<int64_t> tokens;
  double bias = 0;
};

struct DecodeOptions {
  int64_t max_new_tokens = 256;
  int64_t max_length = 0;      // limit of prompt and new tokens together; 0: none
  int64_t min_new_tokens = 0;  // no end of sequence before this many
  int64_t min_length = 0;      // no end of sequence before this many tokens with the prompt
  int64_t num_beams = 1;       // 1: greedy or sampling
  int64_t num_return_sequences = 1;
  double length_penalty = 1.0;    // score = log-probability / length^penalty
  bool early_stopping = false;    // stop at num_beams finished hypotheses
  bool never_stop_early = false;  // go on while an open beam could win by the longest length allowed
  bool do_sample = false;
  double temperature = 1.0;
  int64_t top_k = 0;            // keep the k likeliest; 0 keeps all
  double top_p = 1.0;           // keep the likeliest that reach this probability together
  double min_p = 0.0;           // keep what is at least this fraction of the likeliest
  double typical_p = 1.0;       // keep the most typical that reach this probability together; 1 keeps all
  double epsilon_cutoff = 0.0;  // keep what has at least this probability
  double eta_cutoff = 0.0;      // keep what is above a bound that falls with the entropy
  double repetition_penalty = 1.0;
  double encoder_repetition_penalty = 1.0;  // above 1 makes the source's (or prompt's) tokens likelier
  int64_t no_repeat_ngram_size = 0;
  int64_t encoder_no_repeat_ngram_size = 0;  // n-grams of the source (or prompt) do not occur
  bool renormalize_logits = false;           // beams: probabilities sum to one again after the rules
  uint64_t seed = 1;

  // The text ends before the first of these. For tasks: decoding itself knows no texts.
  std::vector<std::string> stop_strings = {};
  std::vector<int64_t> eos = {};  // each of these ends a sequence
  int64_t bos = -1;  // first token of a text without a prompt; -1: that of the model's configuration
  int64_t decoder_start = -1;  // first token of the decoder behind an encoder; -1: the configuration's
  int64_t forced_bos = -1;     // the token behind a prompt of one token; -1: free
  int64_t forced_eos = -1;     // the last token at the length limit; -1: free
  std::vector<int64_t> suppress_tokens = {};
  std::vector<int64_t> begin_suppress_tokens = {};  // at the first token only that is not forced
  std::vector<SequenceBias> sequence_bias = {};
  // From `decay_start` generated tokens on, an end's score s becomes s + |s| (decay_factor^steps − 1).
  int64_t decay_start = 0;
  double decay_factor = 1.0;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("max_new_tokens", max_new_tokens, "Most tokens to generate", at_least(0));
    v("max_length", max_length, "Most tokens of prompt and text together; 0 for no such limit", at_least(0));
    v("min_new_tokens", min_new_tokens, "Fewest tokens to generate before an end is allowed", at_least(0));
    v("min_length", min_length, "Fewest tokens before an end is allowed, those of the prompt included",
      at_least(0));
    v("num_beams", num_beams, "Number of beams; 1 for greedy search or sampling", in(1, 10000));
    v("num_return_sequences", num_return_sequences, "Number of results for each input", in(1, 10000));
    v("length_penalty", length_penalty,
      "Beam search: power of the length by which log-probabilities are divided");
    v("early_stopping", early_stopping,
      "Beam search: stop as soon as there are as many finished hypotheses as beams");
    v("do_sample", do_sample, "Sample instead of taking the most likely token");
    v("temperature", temperature, "Number by which the logits are divided before sampling", at_least(0));
    v("top_k", top_k, "Sample among this many most likely tokens; 0 for all", at_least(0));
    v("top_p", top_p, "Sample among the most likely tokens that reach this probability together", in(0, 1));
    v("min_p", min_p,
      "Sample among the tokens that are at least this fraction as likely as the most likely one", in(0, 1));
    v("typical_p", typical_p, "Sample among the most typical tokens that reach this probability together",
      above(0).at_most(1));
    v("epsilon_cutoff", epsilon_cutoff, "Sample among the tokens of at least this probability", in(0, 1));
    v("eta_cutoff", eta_cutoff,
      "Sample among the tokens above a bound that falls with the entropy and is at most this", in(0, 1));
    v("repetition_penalty", repetition_penalty,
      "Factor above 1 that makes tokens less likely if they have occurred before; 1 for none", above(0));
    v("no_repeat_ngram_size", no_repeat_ngram_size, "Size of n-grams that may not occur twice; 0 for no rule",
      at_least(0));
    v("encoder_no_repeat_ngram_size", encoder_no_repeat_ngram_size,
      "Size of n-grams of the source or prompt that may not occur; 0 for no rule", at_least(0));
    v("encoder_repetition_penalty", encoder_repetition_penalty,
      "Factor above 1 that makes the tokens of the source or prompt more likely; 1 for none", above(0));
    v("renormalize_logits", renormalize_logits,
      "Beam search: renormalise the probabilities after the rules have changed them");
    v("seed", seed, "Seed of sampling");
  }

  // Greedy search and sampling: a sequence that fills the model's window goes on from the last half of it.
  // Otherwise it ends there.
  bool slide_window = false;

  // Whether a token ends a sequence.
  bool ends(int64_t token) const { return std::find(eos.begin(), eos.end(), token) != eos.end(); }
  // Error naming the option and the value if one is out of range.
  void validate(int64_t vocabulary) const;
};

// Whether the option, such as "top_p", has an effect on sampling only.
bool is_of_sampling(std::string_view option);
// Whether it has an effect on beam search only.
bool is_of_beams(std::string_view option);

}  // namespace hodhod
