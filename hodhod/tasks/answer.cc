// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/answer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/visit.h"
#include "hodhod/models/finite.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr const char* kAnswerTask = "question-answering";
// How many answers of a validation are kept to be read, and what stands for none.
constexpr size_t kAnswerSamples = 4;
constexpr const char* kNoAnswer = "–";

// A tokenizer that leaves cutting and padding to the windows.
void encode_whole_texts(TextModel& encoder) {
  encoder.tokenizer->set_truncation(std::nullopt);
  encoder.tokenizer->set_padding(std::nullopt);
}

std::vector<std::vector<QuestionWindow>> windows_of(const TextModel& encoder,
                                                    std::span<const Question> questions,
                                                    const QuestionWindowOptions& options) {
  std::vector<std::vector<QuestionWindow>> windows(questions.size());
  parallel_for(std::ssize(questions), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      windows[i] = question_windows(*encoder.tokenizer, questions[i].question, questions[i].context, options,
                                    encoder.config().max_length());
    }
  });
  return windows;
}

// The options that a directory's model was trained with.
AnswerOptions options_in(const ModelDirectory& directory) {
  AnswerOptions options;
  const Json* all = json_find(directory.json, "task_specific_params");
  if (const Json* own = all ? json_find(*all, kAnswerTask) : nullptr) {
    fields_from_json(*own, fields_of(options), join_path(directory.path, "config.json") + ": " + kAnswerTask);
  }
  return options;
}

// What the model says of a window's tokens.
struct WindowScores {
  std::vector<double> start, end;
};

std::vector<WindowScores> scores_of(const Answerer& answerer, std::span<const EncodedText> texts,
                                    Context& context, int64_t batch_tokens) {
  const NoGrad off;
  const Model& model = *answerer.encoder.model;
  std::vector<WindowScores> scores(texts.size());
  for (const auto& rows : batches_by_length(lengths_of(texts), batch_tokens)) {
    const TokenBatch batch = batch_of(texts, rows, model.config().special().filler());
    const Tensor logits = find_span(model, batch, context);
    const std::vector<double> values = check_finite(model, logits, "scores of answers").values();
    const auto time = static_cast<size_t>(logits.dim(1));
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto row = static_cast<size_t>(rows[r]);
      for (size_t t = 0; t < static_cast<size_t>(texts[row].length()); ++t) {
        scores[row].start.push_back(values[2 * (r * time + t)]);
        scores[row].end.push_back(values[2 * (r * time + t) + 1]);
      }
    }
  }
  return scores;
}

// The best places of an answer, over the windows of a question.
class BestAnswers {
 public:
  // All spans of a window.
  void add(const QuestionWindow& window, const WindowScores& scores, int64_t max_answer) {
    for (int64_t first = window.begin; first < window.end; ++first) {
      const int64_t end = std::min(first + max_answer, window.end);
      for (int64_t last = first; last < end; ++last) {
        const size_t begin_byte = window.bytes[static_cast<size_t>(first - window.begin)].begin,
                     end_byte = window.bytes[static_cast<size_t>(last - window.begin)].end;
        if (end_byte <= begin_byte) continue;
        add({.text = {},
             .begin = begin_byte,
             .end = end_byte,
             .score = scores.start[static_cast<size_t>(first)] + scores.end[static_cast<size_t>(last)]});
      }
    }
  }

  // Best first; of equal scores, the one found first.
  std::vector<FoundAnswer> take() { return std::move(best_); }

 private:
  void add(FoundAnswer found) {
    if (best_.size() == kFoundAnswers && found.score <= best_.back().score) return;
    const auto same = std::find_if(best_.begin(), best_.end(), [&](const FoundAnswer& other) {
      return other.begin == found.begin && other.end == found.end;
    });
    if (same != best_.end()) {
      if (same->score >= found.score) return;
      best_.erase(same);
    }
    const auto place = std::find_if(best_.begin(), best_.end(),
                                    [&](const FoundAnswer& other) { return other.score < found.score; });
    best_.insert(place, std::move(found));
    if (best_.size() > kFoundAnswers) best_.pop_back();
  }

  std::vector<FoundAnswer> best_;
};

void set_probabilities(Answered& answered) {
  double most = answered.null_score, sum = 0;
  for (const FoundAnswer& found : answered.best) most = std::max(most, found.score);
  const auto share = [&](double score) { return std::exp(score - most); };
  for (const FoundAnswer& found : answered.best) sum += share(found.score);
  sum += share(answered.null_score);
  for (FoundAnswer& found : answered.best) found.probability = share(found.score) / sum;
  answered.null_probability = share(answered.null_score) / sum;
}

Answered answered_of(const Question& question, std::span<const QuestionWindow> windows,
                     std::span<const WindowScores> scores, const AnswerOptions& options) {
  Answered answered{.text = {}, .best = {}, .null_score = std::numeric_limits<double>::infinity()};
  BestAnswers best;
  for (size_t w = 0; w < windows.size(); ++w) {
    answered.null_score = std::min(answered.null_score, scores[w].start[0] + scores[w].end[0]);
    best.add(windows[w], scores[w], options.max_answer);
  }
  answered.best = best.take();
  answered.tokens = windows[0].text.tokens;
  for (FoundAnswer& found : answered.best) {
    const std::string_view text =
        without_outer_blanks(std::string_view(question.context).substr(found.begin, found.end - found.begin));
    found.begin = static_cast<size_t>(text.data() - question.context.data());
    found.end = found.begin + text.size();
    found.text = text;
  }
  std::erase_if(answered.best, [](const FoundAnswer& found) { return found.text.empty(); });
  set_probabilities(answered);
  if (answered.best.empty()) return answered;
  answered.margin = answered.null_score - answered.best[0].score;
  if (answered.margin <= options.null_threshold) answered.text = answered.best[0].text;
  return answered;
}

}  // namespace

Answerer Answerer::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                        uint64_t seed) {
  const auto own = config_for(config, HeadKind::span, false, "answer");
  Answerer answerer{.encoder = TextModel::make(*own, std::move(tokenizer), seed), .options = {}};
  encode_whole_texts(answerer.encoder);
  return answerer;
}

Answerer Answerer::load(const ModelPath& path) {
  const ModelDirectory directory = ModelDirectory::open(path);
  check_has_head(directory, HeadKind::span, "does not answer questions", "answer");
  Answerer answerer{.encoder = TextModel::load(directory), .options = options_in(directory)};
  encode_whole_texts(answerer.encoder);
  return answerer;
}

Answerer Answerer::from(const std::string& path, const FineTuning& tuning) {
  ModelDirectory directory = ModelDirectory::open(path);
  const bool keep = directory.config->head.kind == HeadKind::span;
  const AnswerOptions options = options_in(directory);
  Answerer answerer{.encoder = load_under_head(std::move(directory), {.kind = HeadKind::span}, keep, tuning),
                    .options = options};
  encode_whole_texts(answerer.encoder);
  return answerer;
}

void Answerer::save(const std::string& directory) const {
  AnswerOptions own = options;
  Json task = Json::object();
  task["task_specific_params"] = {{kAnswerTask, fields_to_json(fields_of(own))}};
  save_model(
      {.model = *encoder.model, .tokenizer = *encoder.tokenizer, .origin = encoder.origin, .task = task},
      directory);
}

std::string Answerer::answer(const std::string& question, const std::string& context) const {
  Context plain;
  const Question one{.id = "1", .question = question, .context = context};
  return hodhod::answer(*this, std::span(&one, 1), options, plain)[0].text;
}

std::vector<Answered> answer(const Answerer& answerer, std::span<const Question> questions,
                             const AnswerOptions& options, Context& context, int64_t batch_tokens) {
  auto windows = windows_of(answerer.encoder, questions, options.windows);
  std::vector<EncodedText> texts;
  for (auto& of_question : windows) {
    for (QuestionWindow& window : of_question) texts.push_back(window.text);
  }
  const std::vector<WindowScores> scores = scores_of(answerer, texts, context, batch_tokens);
  std::vector<Answered> answered;
  size_t next = 0;
  for (size_t i = 0; i < questions.size(); ++i) {
    const auto own = std::span(scores).subspan(next, windows[i].size());
    answered.push_back(answered_of(questions[i], windows[i], own, options));
    next += windows[i].size();
  }
  return answered;
}

metrics::AnswerScores evaluate(std::span<const Answered> answered, std::span<const Question> questions,
                               metrics::AnswerForm form) {
  check(answered.size() == questions.size(), "evaluate: {} answers to {} questions", answered.size(),
        questions.size());
  metrics::AnswerScorer scorer(form);
  for (size_t i = 0; i < questions.size(); ++i) {
    const Answered& one = answered[i];
    scorer.add(one.text, one.best.empty() ? "" : one.best[0].text, one.margin, questions[i].accepted());
  }
  return scorer.score();
}

AnswerTrainee::AnswerTrainee(Answerer& answerer, std::span<const Question> train, std::vector<Question> dev,
                             const AnswerTraining& options)
    : answerer_(answerer), dev_(std::move(dev)) {
  set_requires_grad(*answerer_.encoder.model);
  answerer_.options = options.answers;
  dev_.resize(std::min(dev_.size(), static_cast<size_t>(options.validation_questions)));
  const auto windows = windows_of(answerer_.encoder, train, options.answers.windows);
  for (size_t i = 0; i < train.size(); ++i) {
    const auto& answers = train[i].answers;
    const auto placed =
        std::find_if(answers.begin(), answers.end(), [](const GoldAnswer& gold) { return gold.begin; });
    if (placed == answers.end() && !answers.empty()) continue;
    bool is_long = false;
    for (const QuestionWindow& window : windows[i]) {
      std::pair<int64_t, int64_t> target = {0, 0};
      if (placed != answers.end())
        target = window.tokens_of(*placed->begin, *placed->begin + placed->text.size()).value_or(target);
      is_long = is_long || target.second - target.first >= options.answers.max_answer;
      texts_.push_back(window.text);
      starts_.push_back(target.first);
      ends_.push_back(target.second);
    }
    too_long_ += is_long ? 1 : 0;
  }
  check(!texts_.empty(), "training: there is no question whose answer is known");
  sampler_ = std::make_unique<BatchSampler>(lengths_of(texts_), options.batches);
}

NamedParameters AnswerTrainee::parameters() { return parameters_of(*answerer_.encoder.model); }

void AnswerTrainee::next_batch() {
  const auto rows = sampler_->next();
  batch_ = batch_of(texts_, rows, answerer_.encoder.config().special().filler());
  std::vector<int64_t> starts, ends;
  for (const int64_t row : rows) {
    starts.push_back(starts_[static_cast<size_t>(row)]);
    ends.push_back(ends_[static_cast<size_t>(row)]);
  }
  batch_starts_ = Tensor::from(starts, {std::ssize(starts)});
  batch_ends_ = Tensor::from(ends, {std::ssize(ends)});
}

LossSum AnswerTrainee::loss(Context& context) {
  const Tensor logits = find_span(*answerer_.encoder.model, batch_, context);
  return {sum(span_loss(logits, batch_starts_, batch_ends_, batch_.lengths)),
          static_cast<double>(batch_starts_.numel())};
}

Scores AnswerTrainee::validate() {
  if (dev_.empty()) return {};
  Context context;
  const std::vector<Answered> found = answer(answerer_, dev_, answerer_.options, context);
  samples_.clear();
  for (size_t i = 0; i < std::min(kAnswerSamples, dev_.size()); ++i) {
    const Question& question = dev_[i];
    samples_.push_back({question.question, question.answers.empty() ? kNoAnswer : question.answers[0].text,
                        found[i].text.empty() ? kNoAnswer : found[i].text});
  }
  const metrics::AnswerScores scores = evaluate(found, dev_);
  return {.values = {{"f1", scores.all.f1 / 100}, {"exact_match", scores.all.exact / 100}},
          .higher_is_better = true};
}

}  // namespace hodhod
