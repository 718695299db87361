// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/options.h"

#include <cmath>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"

namespace hodhod {

bool is_of_sampling(std::string_view option) {
  constexpr std::string_view kOptions[] = {"temperature", "top_k",          "top_p",     "min_p",
                                           "typical_p",   "epsilon_cutoff", "eta_cutoff"};
  return std::find(std::begin(kOptions), std::end(kOptions), option) != std::end(kOptions);
}

bool is_of_beams(std::string_view option) {
  return option == "length_penalty" || option == "early_stopping" || option == "renormalize_logits";
}

void DecodeOptions::validate(int64_t vocabulary) const {
  check_fields(fields_of(const_cast<DecodeOptions&>(*this)), "decoding");  // only read
  check(num_beams == 1 || !do_sample,
        "decoding: sampling with {} beams; use `num_beams 1`, or `do_sample no`", num_beams);
  check(temperature > 0 || !do_sample,
        "decoding: temperature is {}; give a number above 0, or `do_sample no` to take the likeliest token",
        temperature);
  check(num_return_sequences <= num_beams || do_sample,
        "decoding: {} results asked of {} beams; raise `num_beams`, or sample (`do_sample yes`)",
        num_return_sequences, num_beams);
  check(decay_factor > 0 && std::isfinite(decay_factor),
        "decoding: exponential_decay_length_penalty has the factor {}; give a number above 0", decay_factor);
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
