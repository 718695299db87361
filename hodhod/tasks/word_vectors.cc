// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_vectors.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/names.h"
#include "hodhod/base/threads.h"
#include "hodhod/io/fasttext_hash.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/train/glove.h"
#include "hodhod/train/word2vec.h"

namespace hodhod {
namespace {

constexpr int64_t kLongestSentence = 1000;
constexpr int64_t kMostBuckets = 2'000'000;
constexpr size_t kLinesTogether = 4096;

WordVectors& vectors_of(TextModel& model) {
  auto* vectors = dynamic_cast<WordVectors*>(model.model.get());
  check(vectors != nullptr, "{}: this model has no word vectors to train; give a preset such as word2vec",
        model.model->name());
  return *vectors;
}

// The rows of the input table that fastText gives each word: its own, then those of its subwords.
WordRows input_rows(const std::vector<std::string>& spelling, const WordVectorsOptions& options) {
  const auto vocabulary = static_cast<int32_t>(spelling.size());
  WordRows rows;
  rows.table = vocabulary + (options.has_subwords() ? options.buckets : 0);
  for (int32_t w = 0; w < vocabulary; ++w) {
    rows.rows.push_back(w);
    for (const int32_t row : subword_rows(spelling[static_cast<size_t>(w)], options))
      rows.rows.push_back(vocabulary + row);
    rows.begin.push_back(static_cast<int32_t>(rows.rows.size()));
  }
  return rows;
}

Word2vecOptions word2vec_options(const WordVectorsOptions& model, const VectorTraining& training,
                                 uint64_t seed) {
  const bool cbow = model.algorithm == VectorAlgorithm::cbow, subwords = model.has_subwords();
  Word2vecOptions options{.cbow = cbow, .width = model.width, .seed = seed};
  options.epochs = training.epochs.value_or(options.epochs);
  options.window = training.window.value_or(options.window);
  options.negatives = training.negatives.value_or(options.negatives);
  options.block = training.block.value_or(options.block);
  options.cap = training.cap.value_or(options.cap);
  options.power = training.power.value_or(subwords ? 0.5 : 0.75);
  options.sample = training.sample.value_or(subwords ? 1e-4 : 1e-3);
  options.rate = training.rate.value_or(subwords || cbow ? 0.05 : 0.025);
  options.final_rate = subwords ? 0 : 1e-4;
  options.start = subwords ? 1 : 0.5;
  return options;
}

GloveOptions glove_options(const WordVectorsOptions& model, const VectorTraining& training, uint64_t seed) {
  GloveOptions options{.width = model.width, .seed = seed};
  options.epochs = training.epochs.value_or(options.epochs);
  options.window = training.window.value_or(options.window);
  options.rate = training.rate.value_or(options.rate);
  options.x_max = training.x_max.value_or(options.x_max);
  options.alpha = training.alpha.value_or(options.alpha);
  return options;
}

void refuse_for(VectorAlgorithm algorithm, bool given, const char* option) {
  check(!given, "`{}`: has no use for the algorithm {}; leave it out", option, name_of(algorithm));
}

}  // namespace

// What an algorithm fits, and how its tables become the model's.
class VectorsTask::Kind {
 public:
  virtual ~Kind() = default;
  virtual Fitting& fitting() = 0;
  virtual void write(WordVectors& model) const = 0;
  virtual std::string note() const { return ""; }
};

class VectorsTask::Windows final : public Kind {
 public:
  Windows(const WordCorpus& corpus, const std::vector<std::string>& spelling, const WordVectorsOptions& model,
          const VectorTraining& training, uint64_t seed)
      : fitting_(corpus, input_rows(spelling, model), word2vec_options(model, training, seed)) {
    refuse_for(model.algorithm, training.x_max.has_value(), "x_max");
    refuse_for(model.algorithm, training.alpha.has_value(), "alpha");
  }
  Fitting& fitting() override { return fitting_; }
  void write(WordVectors& model) const override {
    const Tensor rows = fitting_.input();
    const int64_t words = model.config().vocabulary(), width = model.config().width();
    copy(rows.with_layout({words, width}, rows.strides()), model.words());
    if (model.subwords().defined())
      copy(rows.with_layout(model.subwords().shape(), rows.strides(), words * width), model.subwords());
    if (model.output().defined()) copy(fitting_.output(), model.output());
  }

 private:
  Word2vec fitting_;
};

class VectorsTask::Pairs final : public Kind {
 public:
  Pairs(const WordCorpus& corpus, const WordVectorsOptions& model, const VectorTraining& training,
        uint64_t seed)
      : fitting_(corpus, glove_options(model, training, seed)) {
    refuse_for(model.algorithm, training.negatives.has_value(), "negatives");
    refuse_for(model.algorithm, training.power.has_value(), "power");
    refuse_for(model.algorithm, training.sample.has_value(), "sample");
    refuse_for(model.algorithm, training.block.has_value(), "block");
    refuse_for(model.algorithm, training.cap.has_value(), "cap");
  }
  Fitting& fitting() override { return fitting_; }
  void write(WordVectors& model) const override { copy(fitting_.vectors(), model.words()); }
  std::string note() const override {
    if (fitting_.pairs() >= kFewGlovePairs) return "";
    return fmt::format(
        "the text has {} different pairs of neighbours; fewer than {} make poor vectors, and word2vec needs "
        "less text",
        with_commas(fitting_.pairs()), with_commas(kFewGlovePairs));
  }

 private:
  Glove fitting_;
};

TaskTokenizerOptions usual_word_tokenizer() {
  return {.kind = TokenizerKind::word,
          .vocabulary = 1'000'000,
          .min_count = 5,
          .special = SpecialTokens::none,
          .blanks = Blanks::joined};
}

std::vector<std::string> spelling_of(const text::Tokenizer& tokenizer) {
  std::vector<std::string> spelling(static_cast<size_t>(tokenizer.vocab_size()));
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_special(id)) spelling[static_cast<size_t>(id)] = tokenizer.readable_token(id);
  }
  return spelling;
}

WordCorpus read_word_corpus(const text::Tokenizer& tokenizer, const text::LineSource& lines) {
  WordCorpus corpus;
  corpus.counts.resize(static_cast<size_t>(tokenizer.vocab_size()));
  std::vector<uint8_t> counts_as_word(corpus.counts.size());
  for (size_t id = 0; id < counts_as_word.size(); ++id)
    counts_as_word[id] = !tokenizer.is_special(static_cast<int32_t>(id));
  const auto end_sentence = [&] {
    if (corpus.tokens() > corpus.sentences.back()) corpus.sentences.push_back(corpus.tokens());
  };
  std::vector<std::string> texts;
  std::vector<std::vector<int32_t>> ids;
  for (bool more = true; more;) {
    texts.clear();
    for (std::string line; texts.size() < kLinesTogether && (more = lines(line));)
      texts.push_back(std::move(line));
    ids.assign(texts.size(), {});
    parallel_for(std::ssize(texts), 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        tokenizer.encode_ids(texts[static_cast<size_t>(i)], ids[static_cast<size_t>(i)]);
    });
    for (const auto& line : ids) {
      for (const int32_t id : line) {
        if (counts_as_word[static_cast<size_t>(id)] == 0) continue;
        corpus.words.push_back(id);
        ++corpus.counts[static_cast<size_t>(id)];
        if (corpus.tokens() - corpus.sentences.back() == kLongestSentence) end_sentence();
      }
      end_sentence();
    }
  }
  return corpus;
}

void choose_buckets(WordVectorsOptions& options, const text::Tokenizer& tokenizer) {
  if (!options.has_subwords() || options.buckets > 0) return;
  std::unordered_set<uint64_t> different;
  for (const std::string& word : spelling_of(tokenizer)) {
    if (word.empty()) continue;
    for_each_subword("<" + word + ">", options.min_n, options.max_n,
                     [&](std::string_view subword) { different.insert(hash64(subword)); });
  }
  options.buckets = std::clamp<int64_t>(std::ssize(different), 1, kMostBuckets);
}

void save_word_vectors(TextModel& model, const std::string& directory) {
  vectors_of(model).compose(spelling_of(*model.tokenizer));
  make_directories(directory);
  // How Sentence Transformers reads such a directory.
  const Json modules = Json::array(
      {{{"idx", 0}, {"name", "0"}, {"path", "."}, {"type", "sentence_transformers.models.StaticEmbedding"}}});
  write_file_atomically(join_path(directory, "modules.json"), format_json(modules) + "\n");
  save_model({.model = *model.model, .tokenizer = *model.tokenizer, .origin = model.origin}, directory);
}

VectorsTask::VectorsTask(TextModel& model, const text::LineSource& lines, const VectorTraining& training,
                         uint64_t seed)
    : model_(model), corpus_(read_word_corpus(*model.tokenizer, lines)) {
  const WordVectorsOptions& options = vectors_of(model).config().body;
  check(std::ssize(corpus_.counts) == options.vocabulary,
        "word vectors: a tokenizer of {} tokens for {} rows", corpus_.counts.size(), options.vocabulary);
  const auto spelling = spelling_of(*model.tokenizer);
  check(options.algorithm != VectorAlgorithm::other,
        "algorithm other: cannot be trained; give skipgram, cbow or glove");
  if (options.algorithm == VectorAlgorithm::glove) {
    kind_ = std::make_unique<Pairs>(corpus_, options, training, seed);
  } else {
    kind_ = std::make_unique<Windows>(corpus_, spelling, options, training, seed);
  }
}

VectorsTask::~VectorsTask() = default;

std::string VectorsTask::note() const { return kind_->note(); }

FittedTask VectorsTask::fitted() {
  return {.fitting = kind_->fitting(), .validate = {}, .save = [this](const std::string& directory) {
            WordVectors& vectors = vectors_of(model_);
            kind_->write(vectors);
            // Special tokens are no words: their vectors are 0.
            const auto spelling = spelling_of(*model_.tokenizer);
            for (int64_t row = 0; row < std::ssize(spelling); ++row) {
              if (!spelling[static_cast<size_t>(row)].empty()) continue;
              std::fill_n(vectors.words().data<float>() + row * vectors.config().width(),
                          vectors.config().width(), 0.0f);
            }
            if (vectors.counts().defined())
              std::copy(corpus_.counts.begin(), corpus_.counts.end(), vectors.counts().data<double>());
            save_word_vectors(model_, directory);
          }};
}

}  // namespace hodhod
