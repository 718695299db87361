// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/ngram_fitting.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/memory.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/ngram_trie_writer.h"
#include "hodhod/train/ngram_counts.h"
#include "hodhod/train/ngram_runs.h"
#include "hodhod/train/smoothing.h"

namespace hodhod {
namespace {

constexpr size_t kRunTokens = size_t{1} << 19;         // n-grams of a run before runs are merged
constexpr uint64_t kMergedAtOnce = uint64_t{1} << 21;  // n-grams that one unit of work adds to the trie
constexpr uint64_t kBytesOfNgram = 20;                 // in a CountedLevel
constexpr uint64_t kCountedAgain = 50'000'000;         // at most so many n-grams, after a stop

uint64_t memory_for_runs(uint64_t wanted) {
  if (wanted > 0) return wanted;
  const uint64_t free = available_memory();
  constexpr uint64_t kMost = uint64_t{4} << 30, kUnknown = uint64_t{1} << 30;
  return free == 0 ? kUnknown : std::min(kMost, free / 4);
}

template <class T>
Tensor tensor_of(const std::vector<T>& values, DType type) {
  Tensor tensor = Tensor::empty({std::ssize(values)}, type);
  if (!values.empty()) std::memcpy(tensor.raw(), values.data(), values.size() * sizeof(T));
  return tensor;
}

template <class T>
std::vector<T> values_of(const FittingState& state, const std::string& name) {
  for (const auto& [key, tensor] : state.tensors) {
    if (key != name) continue;
    std::vector<T> values(static_cast<size_t>(tensor.numel()));
    if (!values.empty()) std::memcpy(values.data(), tensor.raw(), values.size() * sizeof(T));
    return values;
  }
  fail("the checkpoint has no {}", name);
}

class NgramFitting final : public Fitting {
 public:
  NgramFitting(NgramModel& model, TokenStream& text, LanguageFittingOptions options)
      : model_(model),
        config_(model.config().body),
        text_(text),
        options_(std::move(options)),
        packing_(config_.order, config_.vocabulary),
        runs_(packing_, options_.directory, memory_for_runs(options_.memory)) {
    const SpecialIds& special = config_.special;
    begin_ = special.bos >= 0 ? special.bos : special.eos;
    text_.skip_symbols(config_.skip_symbols);
    check(!config_.reads_lines() || special.eos >= 0,
          "counting: the tokenizer has no token that ends a line; use `model` unit=stream");
    check(config_.pruning.empty() || config_.smoothing == NgramSmoothing::modified_kneser_ney ||
              config_.smoothing == NgramSmoothing::katz,
          "counting: with this smoothing n-grams cannot be pruned; leave `model` pruning out");
  }

  void advance() override {
    switch (phase_) {
      case Phase::reading:
        return read_block();
      case Phase::merging:
        return merge();
      case Phase::joining:
        return join();
      case Phase::smoothing:
      case Phase::scaling:
        return smooth();
      case Phase::writing:
        return write();
      case Phase::done:
        break;
    }
  }
  bool finished() const override { return phase_ == Phase::done; }
  std::vector<std::pair<std::string, double>> measures() const override {
    return {{"tokens", static_cast<double>(tokens_)}};
  }

  // The counts are in the model's file alone once it was saved.
  bool keeps_result() const override { return file_exists(join_path(options_.directory, kNgramFile)); }

  void store(FittingState& state) const override;
  void restore(const FittingState& state) override;

 private:
  enum class Phase { reading, merging, joining, smoothing, scaling, writing, done };
  // Places in a list of tokens whose n-grams are counted: [first, last), of a sequence that ends at `end`.
  struct Places {
    size_t first, last, end;
  };

  void read_block();
  void add_lines(const TokenBlock& block);
  void add_stream(std::span<const int32_t> tokens, bool at_end);
  void count(std::span<const int32_t> tokens, const std::vector<Places>& places);
  void end_reading();
  void merge();
  void join();
  void smooth();
  void write();
  std::vector<uint64_t> write_trie(const std::string& path) const;
  CountedText counted_text() const;
  std::vector<std::vector<int32_t>> dev_sequences() const;

  NgramModel& model_;
  NgramConfig config_;
  TokenStream& text_;
  LanguageFittingOptions options_;
  NgramPacking packing_;
  NgramRuns runs_;
  int64_t begin_;  // the token before a line
  Phase phase_ = Phase::reading;
  int64_t order_ = 0;  // that the phase has done
  int64_t tokens_ = 0, sequences_ = 0;
  std::vector<int32_t> carried_;  // of a stream: the last tokens, whose n-grams are not whole yet
  std::optional<NgramMerge> merging_;
  std::optional<NgramCounts> counts_;
  std::optional<NgramSmoother> smoother_;
};

// ---- reading ----

void NgramFitting::read_block() {
  TokenBlock block;
  const bool more = text_.next(block);
  tokens_ += std::ssize(block.tokens);
  if (config_.reads_lines()) {
    if (more) add_lines(block);
  } else {
    add_stream(block.tokens, !more);
  }
  if (runs_.is_full()) runs_.spill();
  if (!more) end_reading();
}

void NgramFitting::add_lines(const TokenBlock& block) {
  std::vector<int32_t> tokens;
  std::vector<Places> places;
  tokens.reserve(block.tokens.size() + 2 * block.ends.size());
  auto next = block.tokens.begin();
  for (const size_t end : block.ends) {
    const size_t first = tokens.size();
    tokens.push_back(static_cast<int32_t>(begin_));
    const auto line_end = block.tokens.begin() + static_cast<std::ptrdiff_t>(end);
    tokens.insert(tokens.end(), next, line_end);
    next = line_end;
    tokens.push_back(static_cast<int32_t>(config_.special.eos));
    places.push_back({first, tokens.size(), tokens.size()});
  }
  sequences_ += std::ssize(block.ends);
  count(tokens, places);
}

void NgramFitting::add_stream(std::span<const int32_t> tokens, bool at_end) {
  if (sequences_ == 0 && begin_ >= 0) carried_.push_back(static_cast<int32_t>(begin_));
  sequences_ = 1;
  carried_.insert(carried_.end(), tokens.begin(), tokens.end());
  if (at_end && config_.special.eos >= 0) carried_.push_back(static_cast<int32_t>(config_.special.eos));
  const size_t kept = at_end ? 0 : std::min(carried_.size(), static_cast<size_t>(config_.order - 1));
  const size_t whole = carried_.size() - kept;
  std::vector<Places> places;
  for (size_t first = 0; first < whole; first += kRunTokens)
    places.push_back({first, std::min(whole, first + kRunTokens), carried_.size()});
  count(carried_, places);
  carried_.erase(carried_.begin(), carried_.begin() + static_cast<std::ptrdiff_t>(whole));
}

void NgramFitting::count(std::span<const int32_t> tokens, const std::vector<Places>& places) {
  // Runs of about kRunTokens n-grams, each of the places between two borders.
  std::vector<size_t> borders = {0};
  size_t first = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].last - first < kRunTokens) continue;
    borders.push_back(i + 1);
    first = places[i].last;
  }
  if (borders.back() < places.size()) borders.push_back(places.size());
  std::vector<NgramRun> runs(borders.size() - 1);
  const auto order = static_cast<size_t>(config_.order);
  parallel_for(std::ssize(runs), 1, [&](int64_t begin, int64_t end) {
    for (auto r = static_cast<size_t>(begin); r < static_cast<size_t>(end); ++r) {
      std::vector<uint64_t> keys;
      keys.reserve((places[borders[r + 1] - 1].last - places[borders[r]].first) * packing_.words);
      for (size_t i = borders[r]; i < borders[r + 1]; ++i) {
        for (size_t at = places[i].first; at < places[i].last; ++at)
          packing_.pack(tokens.subspan(at, std::min(order, places[i].end - at)), keys);
      }
      runs[r] = NgramRun::of(std::move(keys), packing_);
    }
  });
  for (NgramRun& run : runs) {
    if (!run.counts.empty()) runs_.add(std::move(run));
  }
}

void NgramFitting::end_reading() {
  check(tokens_ > 0, "counting: the text has no tokens");
  // What took long to count is not counted again when the work is stopped later.
  if (!runs_.files().empty() || runs_.ngrams() > kCountedAgain) runs_.spill();
  const bool fits = runs_.ngrams() * static_cast<uint64_t>(config_.order) * kBytesOfNgram <=
                    memory_for_runs(options_.memory);
  if (!fits) make_directories(options_.directory);
  counts_.emplace(counted_text(), fits ? std::string() : options_.directory);
  merging_.emplace(runs_);
  phase_ = Phase::merging;
}

CountedText NgramFitting::counted_text() const {
  CountedText text{
      .order = config_.order, .vocabulary = config_.vocabulary, .begin = begin_, .sequences = sequences_};
  if (config_.special.pad >= 0) text.unpredicted.push_back(config_.special.pad);
  if (begin_ >= 0 && begin_ != config_.special.eos) text.unpredicted.push_back(begin_);
  return text;
}

// ---- counts and probabilities ----

// The text for validation as the model sees it, if something is to be chosen by it.
std::vector<std::vector<int32_t>> NgramFitting::dev_sequences() const {
  if (config_.smoothing != NgramSmoothing::add_k || config_.added > 0 || !options_.dev) return {};
  const TokenBlock block = options_.dev();
  if (block.tokens.empty()) return {};
  std::vector<size_t> ends = block.ends;
  if (!config_.reads_lines()) ends = {block.tokens.size()};
  std::vector<std::vector<int32_t>> sequences;
  size_t begin = 0;
  for (const size_t end : ends) {
    std::vector<int32_t>& tokens = sequences.emplace_back();
    if (begin_ >= 0) tokens.push_back(static_cast<int32_t>(begin_));
    for (; begin < end; ++begin) tokens.push_back(block.tokens[begin]);
    if (config_.special.eos >= 0) tokens.push_back(static_cast<int32_t>(config_.special.eos));
  }
  return sequences;
}

void NgramFitting::merge() {
  if (counts_->add(*merging_, packing_, kMergedAtOnce)) return;
  merging_.reset();
  runs_.forget_memory();
  phase_ = Phase::joining;
  order_ = 1;
}

void NgramFitting::join() {
  if (order_ < config_.order) return counts_->find_suffixes(++order_);
  counts_->finish();
  smoother_.emplace(*counts_, config_, options_.unknown, options_.note, dev_sequences());
  smoother_->prepare();
  phase_ = Phase::smoothing;
  order_ = 0;
}

void NgramFitting::smooth() {
  if (order_ < config_.order) {
    ++order_;
    phase_ == Phase::smoothing ? smoother_->smooth(order_) : smoother_->take_logs(order_);
    return;
  }
  phase_ = phase_ == Phase::smoothing ? Phase::scaling : Phase::writing;
  order_ = 0;
}

void NgramFitting::write() {
  make_directories(options_.directory);
  const std::vector<uint64_t> counts = write_trie(join_path(options_.directory, kNgramFile));
  auto discounts = smoother_->discounts();
  if (config_.smoothing == NgramSmoothing::add_k) discounts = {{smoother_->added()}};
  smoother_.reset();
  counts_.reset();
  model_.set_counts({counts.begin(), counts.end()}, std::move(discounts));
  model_.load_files(options_.directory);
  runs_.clear();
  phase_ = Phase::done;
}

// Writes what pruning left, and returns the number of n-grams of each order.
std::vector<uint64_t> NgramFitting::write_trie(const std::string& path) const {
  std::vector<uint64_t> counts;
  std::vector<NgramLevelCodebooks> codebooks;
  for (int64_t n = 1; n <= config_.order; ++n) {
    uint64_t kept = 0;
    std::vector<float> probabilities, backoffs;
    for (size_t i = 0; i < counts_->level(n).size(); ++i) {
      if (!smoother_->is_kept(n, i)) continue;
      ++kept;
      if (config_.bits != 8) continue;
      probabilities.push_back(smoother_->probability(n, i));
      if (n < config_.order) backoffs.push_back(smoother_->backoff(n, i));
    }
    counts.push_back(kept);
    if (config_.bits == 8)
      codebooks.push_back(
          {NgramCodebook::of(std::move(probabilities), false), NgramCodebook::of(std::move(backoffs), true)});
  }
  NgramTrieWriter writer(path, counts, std::move(codebooks));
  for (int64_t n = 1; n <= config_.order; ++n) {
    const CountedLevel& level = counts_->level(n);
    size_t child = 0;            // in the next level
    uint64_t kept_children = 0;  // before it
    for (size_t i = 0; i < level.size(); ++i) {
      if (n < config_.order) {
        for (; child < level.children[i]; ++child) kept_children += smoother_->is_kept(n + 1, child) ? 1 : 0;
      }
      if (smoother_->is_kept(n, i)) {
        writer.add(counts_->word(n, i), smoother_->probability(n, i),
                   n < config_.order ? smoother_->backoff(n, i) : 0, kept_children);
      }
    }
  }
  writer.finish();
  return counts;
}

// ---- checkpoints ----

void NgramFitting::store(FittingState& state) const {
  state.values["done"] = phase_ == Phase::done;
  if (phase_ == Phase::done) {
    // The configuration of the model, which may not have been saved yet.
    state.values["counts"] = model_.config().counts;
    state.values["discounts"] = Json::array();
    for (const auto& row : model_.config().discounts) state.values["discounts"].push_back(Json(row));
    return;
  }
  // Counts that were in memory alone are gone once they are in the trie.
  const bool counted_again = phase_ > Phase::merging && runs_.files().empty();
  state.values["position"] = counted_again ? int64_t{0} : text_.position();
  if (counted_again) return;
  state.values["counted"] = phase_ != Phase::reading;
  state.values["tokens"] = tokens_;
  state.values["sequences"] = sequences_;
  state.values["carried"] = Json(std::vector<int64_t>(carried_.begin(), carried_.end()));
  state.values["files"] = Json::array();
  for (const NgramRunFile& file : runs_.files()) {
    state.values["files"].push_back({{"name", file.path.substr(file.path.rfind('/') + 1)},
                                     {"ngrams", static_cast<int64_t>(file.ngrams)},
                                     {"hash", hash_text(file.hash)}});
  }
  state.values["runs"] = std::ssize(runs_.in_memory());
  for (size_t i = 0; i < runs_.in_memory().size(); ++i) {
    const NgramRun& run = runs_.in_memory()[i];
    state.tensors.emplace_back(fmt::format("run.{}.keys", i), tensor_of(run.keys, DType::i64));
    state.tensors.emplace_back(fmt::format("run.{}.counts", i), tensor_of(run.counts, DType::i32));
  }
}

void NgramFitting::restore(const FittingState& state) {
  const auto number = [&](const char* key) { return json_get<int64_t>(state.values, key, "the checkpoint"); };
  if (json_get<bool>(state.values, "done", "the checkpoint")) {
    // The file is gone when the model was saved.
    if (file_exists(join_path(options_.directory, kNgramFile))) {
      std::vector<std::vector<double>> discounts;
      for (const Json& row : state.values.at("discounts").elements())
        discounts.push_back(json_as<std::vector<double>>(row, "the checkpoint"));
      model_.set_counts(json_get<std::vector<int64_t>>(state.values, "counts", "the checkpoint"),
                        std::move(discounts));
      model_.load_files(options_.directory);
    }
    phase_ = Phase::done;
    return;
  }
  text_.seek(number("position"));
  if (number("position") == 0) return;
  tokens_ = number("tokens");
  sequences_ = number("sequences");
  const auto carried = json_get<std::vector<int64_t>>(state.values, "carried", "the checkpoint");
  carried_.assign(carried.begin(), carried.end());
  std::vector<NgramRunFile> files;
  for (const Json& file : state.values.at("files")) {
    files.push_back({json_get<std::string>(file, "name", "the checkpoint"),
                     static_cast<uint64_t>(json_get<int64_t>(file, "ngrams", "the checkpoint")),
                     std::stoull(json_get<std::string>(file, "hash", "the checkpoint"), nullptr, 16)});
  }
  std::vector<NgramRun> runs(static_cast<size_t>(number("runs")));
  for (size_t i = 0; i < runs.size(); ++i) {
    runs[i].keys = values_of<uint64_t>(state, fmt::format("run.{}.keys", i));
    runs[i].counts = values_of<uint32_t>(state, fmt::format("run.{}.counts", i));
  }
  runs_.restore(std::move(runs), std::move(files));
  if (json_get<bool>(state.values, "counted", "the checkpoint")) end_reading();
}

}  // namespace

std::unique_ptr<Fitting> make_ngram_fitting(Model& model, TokenStream& text,
                                            const LanguageFittingOptions& options) {
  return std::make_unique<NgramFitting>(dynamic_cast<NgramModel&>(model), text, options);
}

}  // namespace hodhod
