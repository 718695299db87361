// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/options.h"

#include <cmath>
#include <string_view>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

void check_at_least(std::string_view name, auto value, decltype(value) least) {
  check(value >= least, "decoding: {} is {}; give at least {}", name, value, least);
}

// NaN lies in no range.
void check_above_zero(std::string_view name, double value) {
  check(value > 0 && std::isfinite(value), "decoding: {} is {}; give a number above 0", name, value);
}

void check_share(std::string_view name, double value) {
  check(value >= 0 && value <= 1, "decoding: {} is {}; give a number from 0 to 1", name, value);
}

void check_sampling(const DecodeOptions& options) {
  check(options.num_beams == 1, "decoding: sampling with {} beams; use num_beams 1, or do_sample no",
        options.num_beams);
  check(options.temperature > 0 && std::isfinite(options.temperature),
        "decoding: temperature is {}; give a number above 0, or do_sample no to take the likeliest token",
        options.temperature);
  check_at_least("top_k", options.top_k, 0);
  check_share("top_p", options.top_p);
  check_share("min_p", options.min_p);
  check(options.typical_p > 0 && options.typical_p <= 1,
        "decoding: typical_p is {}; give a number above 0 and up to 1", options.typical_p);
  check(options.epsilon_cutoff >= 0 && options.epsilon_cutoff < 1,
        "decoding: epsilon_cutoff is {}; give a number from 0 to below 1", options.epsilon_cutoff);
  check(options.eta_cutoff >= 0 && options.eta_cutoff < 1,
        "decoding: eta_cutoff is {}; give a number from 0 to below 1", options.eta_cutoff);
}

}  // namespace

void DecodeOptions::validate(int64_t vocabulary) const {
  check_at_least("max_new_tokens", max_new_tokens, 0);
  check_at_least("max_length", max_length, 0);
  check_at_least("min_new_tokens", min_new_tokens, 0);
  check_at_least("min_length", min_length, 0);
  check_at_least("num_beams", num_beams, 1);
  check_at_least("num_return_sequences", num_return_sequences, 1);
  check_at_least("no_repeat_ngram_size", no_repeat_ngram_size, 0);
  check_at_least("encoder_no_repeat_ngram_size", encoder_no_repeat_ngram_size, 0);
  check(std::isfinite(length_penalty), "decoding: length_penalty is {}; give a number", length_penalty);
  check_above_zero("repetition_penalty", repetition_penalty);
  check_above_zero("encoder_repetition_penalty", encoder_repetition_penalty);
  check_above_zero("decay_factor", decay_factor);
  if (do_sample) check_sampling(*this);
  check(num_return_sequences <= num_beams || do_sample,
        "decoding: {} results asked of {} beams; raise num_beams or sample", num_return_sequences, num_beams);
  for (const auto& [name, token] : {std::pair{"forced_bos", forced_bos}, {"forced_eos", forced_eos}}) {
    check(token < vocabulary, "decoding: {} is token {} but the vocabulary has {}", name, token, vocabulary);
  }
  for (const SequenceBias& entry : sequence_bias) {
    check(!entry.tokens.empty() && !std::isnan(entry.bias),
          "decoding: a bias of {} for a sequence of {} tokens; give a number and at least one token",
          entry.bias, entry.tokens.size());
  }
  for (const std::string& text : stop_strings) {
    check(!text.empty(), "decoding: an empty stop string; give a text that generation is to end before");
  }
}

}  // namespace hodhod
