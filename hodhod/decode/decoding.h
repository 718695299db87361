// SPDX-License-Identifier: Apache-2.0
// Decoding of many requests at once, a token at a time: greedy search, sampling and beam search over any
// LanguageModel. Requests join and leave at any time, and each has options of its own.
//
//     Decoding decoding(model, context);
//     const int64_t id = decoding.add({.prompt = prompt, .options = {.max_new_tokens = 40}});
//     while (!decoding.empty()) {
//       const DecodeEvents events = decoding.step();
//       for (const TokenEvent& event : events.tokens) …      // a sequence has grown
//       for (const FinishedEvent& event : events.finished) …  // event.results of event.request
//     }
//
// The results of a request are a function of the model and the request alone, bit for bit: what else is in
// the batch, and when a request was added or removed, changes nothing.
#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "hodhod/decode/request.h"
#include "hodhod/models/language_model.h"
#include "hodhod/nn/context.h"
#include "hodhod/ops/packed_weights.h"

namespace hodhod {

// A sequence of a request has grown by a token. Beam search tells nothing before it is finished, as its
// tokens are not final.
struct TokenEvent {
  int64_t request;
  int64_t sequence;  // among the results of the request
  int64_t token;
};

// A request has its results, or has failed: no token was possible under its rules, or its own function `ends`
// threw. It is no longer under way.
struct FinishedEvent {
  int64_t request;
  Hypotheses results;
  std::exception_ptr error = {};  // set if it has failed
};

// In the order of requests, and in that of their sequences.
struct DecodeEvents {
  std::vector<TokenEvent> tokens;
  std::vector<FinishedEvent> finished;
};

class Decoding {
 public:
  // Both must outlive it, and the model must not change meanwhile: keys, values and packed weights follow
  // from its parameters. A trace in the context records every step.
  Decoding(const LanguageModel& model, Context& context);
  ~Decoding();
  Decoding(const Decoding&) = delete;
  Decoding& operator=(const Decoding&) = delete;

  // Takes a request, which begins with the next step, and gives its number. `name` is what an Error calls the
  // prompt; it is thrown when an option is out of range, or the model cannot begin with the prompt (see
  // check_prompt).
  int64_t add(DecodeRequest request, std::string_view name = "the prompt");
  // Ends a request without results. False if it is not under way.
  bool remove(int64_t request);
  // Extends every sequence under way by a token. An Error of the model, such as logits that are not finite,
  // ends all requests.
  DecodeEvents step();

  // Requests under way, and whether there are none.
  int64_t requests() const { return static_cast<int64_t>(requests_.size()); }
  bool empty() const { return requests_.empty(); }
  // Sequences and beams in the model's batch.
  int64_t rows() const { return rows_; }

 private:
  struct UnderWay;

  void begin_rows();
  void score_rows();
  void select_rows();

  const LanguageModel& model_;
  Context& context_;
  int64_t next_number_ = 0;
  std::map<int64_t, std::unique_ptr<UnderWay>> requests_;  // by their numbers
  std::unique_ptr<LanguageModel::State> state_;            // null while there are no rows
  PackedWeights packed_;
  int64_t rows_ = 0;
};

}  // namespace hodhod
