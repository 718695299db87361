// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/decoding.h"

#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/decode/beam_search.h"
#include "hodhod/decode/extension.h"

namespace hodhod {
namespace {

using RequestSearch = std::variant<Extension, BeamSearch>;

RequestSearch search_for(const DecodeRequest& request, const LanguageModel& model) {
  if (request.options.num_beams > 1) return BeamSearch(request, model);
  return Extension(request, model);
}

}  // namespace

struct Decoding::UnderWay {
  DecodeRequest request;
  RequestSearch search;
  std::vector<RowStart> starts = {};  // rows that the next step begins
  std::vector<int64_t> rows = {};     // where the others stand in the model's batch
  Hypotheses results = {};
  std::exception_ptr error = {};

  UnderWay(DecodeRequest wanted, const LanguageModel& model)
      : request(std::move(wanted)), search(search_for(request, model)) {
    if (most_new_tokens(request.prompt, request.options) > 0) {
      starts = std::visit([](auto& it) { return it.starts(); }, search);
    } else {
      results = Hypotheses(1);
    }
  }

  // Chooses the next tokens, after which rows have left, and others are to begin.
  void advance() {
    if (error || rows.empty()) return;
    try {
      const auto parents = std::visit([](auto& it) { return it.advance(); }, search);
      std::vector<int64_t> kept;
      for (size_t parent : parents) kept.push_back(rows[parent]);
      rows = std::move(kept);
      starts = std::visit([](auto& it) { return it.starts(); }, search);
      if (is_over()) results = std::visit([](auto& it) { return it.results(); }, search);
    } catch (...) {
      error = std::current_exception();
    }
  }
  std::span<const ChosenToken> chosen() const {
    if (error) return {};
    return std::visit([](const auto& it) { return it.chosen(); }, search);
  }
  bool is_over() const { return error || (rows.empty() && starts.empty()); }
};

namespace {

// Lends packed weights to a context.
class WithPackedWeights {
 public:
  WithPackedWeights(Context& context, PackedWeights& packed)
      : context_(context), before_(std::exchange(context.packed, &packed)) {}
  ~WithPackedWeights() { context_.packed = before_; }
  WithPackedWeights(const WithPackedWeights&) = delete;
  WithPackedWeights& operator=(const WithPackedWeights&) = delete;

 private:
  Context& context_;
  PackedWeights* before_;
};

}  // namespace

Decoding::Decoding(const LanguageModel& model, Context& context) : model_(model), context_(context) {}
Decoding::~Decoding() = default;

int64_t Decoding::add(DecodeRequest request, std::string_view name) {
  request.options.validate(model_.vocabulary());
  check_prompt(model_, request.prompt, request.options, name);
  requests_.emplace(next_number_, std::make_unique<UnderWay>(std::move(request), model_));
  return next_number_++;
}

bool Decoding::remove(int64_t request) {
  if (requests_.erase(request) == 0) return false;
  select_rows();
  return true;
}

DecodeEvents Decoding::step() {
  const WithPackedWeights with_packed(context_, packed_);
  try {
    begin_rows();
    if (rows_ > 0) score_rows();
  } catch (...) {
    requests_.clear();
    select_rows();
    throw;
  }
  DecodeEvents events;
  for (auto& [number, one] : requests_) {
    one->advance();
    for (const ChosenToken& chosen : one->chosen())
      events.tokens.push_back({number, chosen.sequence, chosen.token});
    if (one->is_over()) events.finished.push_back({number, std::move(one->results), one->error});
  }
  std::erase_if(requests_, [](const auto& entry) { return entry.second->is_over(); });
  select_rows();
  return events;
}

// Lets the model begin the rows that requests want, behind those under way.
void Decoding::begin_rows() {
  std::vector<Prompt> prompts;
  for (auto& [number, one] : requests_) {
    for (RowStart& start : one->starts) {
      one->rows.insert(one->rows.end(), static_cast<size_t>(start.rows), rows_ + std::ssize(prompts));
      prompts.push_back(std::move(start.prompt));
    }
    one->starts.clear();
  }
  if (prompts.empty()) return;
  auto begun = model_.start(prompts, context_);
  if (state_) {
    state_->append(std::move(*begun));
  } else {
    state_ = std::move(begun);
  }
  rows_ += std::ssize(prompts);
  select_rows();
}

// Feeds each row its last token, and shows the searches the scores of what comes next.
void Decoding::score_rows() {
  struct Place {
    UnderWay* request;
    size_t row;
    std::exception_ptr error = {};
  };
  std::vector<int64_t> feed(static_cast<size_t>(rows_));
  std::vector<Place> places(static_cast<size_t>(rows_));
  for (auto& [number, one] : requests_) {
    for (size_t r = 0; r < one->rows.size(); ++r) {
      const auto place = static_cast<size_t>(one->rows[r]);
      places[place] = {one.get(), r};
      feed[place] = std::visit([&](auto& search) { return search.token(r); }, one->search);
    }
  }
  const Tensor logits = model_.step(*state_, feed, context_);
  const int64_t vocabulary = logits.dim(-1);
  parallel_for(rows_, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Place& place = places[static_cast<size_t>(i)];
      const std::span scores(logits.data<float>() + i * vocabulary, static_cast<size_t>(vocabulary));
      try {
        std::visit([&](auto& search) { search.look(place.row, scores); }, place.request->search);
      } catch (...) {
        place.error = std::current_exception();
      }
    }
  });
  for (const Place& place : places) {
    if (place.error && !place.request->error) place.request->error = place.error;
  }
}

// Brings the model's batch to the rows that requests have, in the order of requests.
void Decoding::select_rows() {
  std::vector<int64_t> rows;
  for (auto& [number, one] : requests_) {
    for (int64_t& row : one->rows) rows.push_back(std::exchange(row, std::ssize(rows)));
  }
  bool same = std::ssize(rows) == rows_;
  for (size_t i = 0; same && i < rows.size(); ++i) same = rows[i] == static_cast<int64_t>(i);
  if (rows.empty()) {
    state_.reset();
  } else if (!same) {
    state_->select(rows);
  }
  rows_ = std::ssize(rows);
}

}  // namespace hodhod
