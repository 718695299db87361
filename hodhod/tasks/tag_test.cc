// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/tag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A toy grammar: Shiraz and Shiraz garden are places; a hoopoe and a book are persons.
std::vector<TaggedWords> sentences_of(uint64_t seed, int count) {
  std::vector<TaggedWords> sentences;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    TaggedWords sentence;
    const std::string ending = rng.below(3) == 0 ? " Shiraz garden" : "";
    sentence.words = words_between_blanks(test_text(rng, 3 + rng.below(5)) + ending);
    // A garden occurs only after Shiraz.
    for (size_t t = 0; t < sentence.words.size(); ++t) {
      const bool after_city = t > 0 && sentence.words[t - 1] == "Shiraz";
      std::string& word = sentence.words[t];
      if (word == "garden" && !after_city) word = "boat";
      sentence.tags.push_back(word == "Shiraz"                     ? "B-LOC"
                              : word == "garden"                   ? "I-LOC"
                              : word == "hoopoe" || word == "کتاب" ? "B-PER"
                                                                   : "O");
      sentence.place.push_back("made:" + std::to_string(i + 1));
    }
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

Tagger small_tagger(const std::vector<std::string>& labels = {"B-LOC", "B-PER", "I-LOC", "O"},
                    bool crf = false) {
  auto tokenizer = test_tokenizer();
  auto config = test_encoder(*tokenizer);
  config.head.crf = crf;
  return Tagger::make(config, std::move(tokenizer), Labels(labels), 1);
}

struct TaggerRun {
  Tagger tagger = small_tagger();
  TaggerTrainee trainee{tagger,
                        sentences_of(1, 60),
                        sentences_of(2, 20),
                        {.batches = {.max_tokens = 90, .seed = 1}, .word_dropout = 0.1}};
};

std::vector<Words> words_of(const std::vector<TaggedWords>& sentences) {
  std::vector<Words> words;
  for (const TaggedWords& sentence : sentences) words.push_back(sentence.words);
  return words;
}

std::vector<std::vector<double>> probabilities_of(const Tagger& tagger, const std::vector<Words>& sentences,
                                                  int64_t batch_tokens = 8192) {
  std::vector<std::vector<double>> all;
  for (Tagging& tagging : tag(tagger, sentences, plain(), batch_tokens)) all.push_back(tagging.probabilities);
  return all;
}

TEST(Tag, LearnsAToyGrammar) {
  Tagger tagger = small_tagger();
  TaggerTrainee trainee(tagger, sentences_of(1, 200), sentences_of(2, 60),
                        {.batches = {.max_examples = 16, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(120);
  options.validate_every = 50;
  train(trainee, options, directory.path());
  const Tagger again = Tagger::load(directory.path());
  const auto scores = evaluate(again, sentences_of(3, 100), plain());
  EXPECT_EQ(scores.entities.overall().f1(), 1);
  EXPECT_EQ(scores.classes.accuracy, 1);
  EXPECT_THAT(tag(again, std::vector<Words>{{"the", "Shiraz", "garden", "hoopoe", "boat"}}, plain())[0].tags,
              ElementsAre("O", "B-LOC", "I-LOC", "B-PER", "O"));
}

// A tagger with a conditional random field learns, and is the same when loaded, in batches and on threads.
TEST(Tag, ARandomFieldOnTopOfAnEncoder) {
  Tagger tagger = small_tagger({"B-LOC", "B-PER", "I-LOC", "O"}, true);
  TaggerTrainee trainee(tagger, sentences_of(1, 200), sentences_of(2, 60),
                        {.batches = {.max_examples = 16, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(120);
  options.validate_every = 60;
  train(trainee, options, directory.path());
  const Tagger again = Tagger::load(directory.path());
  ASSERT_TRUE(again.encoder.config().head.crf);
  EXPECT_EQ(evaluate(again, sentences_of(3, 100), plain()).entities.overall().f1(), 1);
  const auto words = words_of(sentences_of(4, 30));
  const auto together = probabilities_of(again, words);
  EXPECT_EQ(probabilities_of(again, words, 1), together);
  again.save(directory.path() + "/copy");
  EXPECT_EQ(probabilities_of(Tagger::load(directory.path() + "/copy"), words), together);
  for (const auto& sentence : together) {
    for (const double probability : sentence) EXPECT_TRUE(probability >= 0 && probability <= 1 + 1e-6);
  }
  expect_error([&] { TaggerTrainee(tagger, sentences_of(1, 5), {}, {.label_smoothing = 0.1}); },
               "label_smoothing", "crf=yes");
}

// Words that occur once each; those that end in "ia" are places. Only their letters tell.
std::vector<TaggedWords> spelled_sentences(uint64_t seed, int count) {
  std::vector<TaggedWords> sentences;
  Rng rng(seed);
  const auto made_word = [&] {
    std::string word(1, static_cast<char>('A' + rng.below(26)));
    for (uint64_t n = 2 + rng.below(4); n > 0; --n) word += static_cast<char>('a' + rng.below(26));
    return word;
  };
  for (int i = 0; i < count; ++i) {
    TaggedWords& sentence = sentences.emplace_back();
    for (uint64_t n = 2 + rng.below(5); n > 0; --n) {
      const bool place = rng.below(2) == 1;
      sentence.words.push_back(made_word() + (place ? "ia" : "on"));
      sentence.tags.push_back(place ? "B-LOC" : "O");
      sentence.place.push_back("made:" + std::to_string(i + 1));
    }
  }
  return sentences;
}

Tagger letter_reader(const std::vector<TaggedWords>& sentences) {
  return Tagger::make("lstm-tagger", sentences,
                      {.model = {"width=16", "characters=8", "character_hidden=8", "dropout=0.1"}});
}

TEST(Tag, UnseenWordsAreToldByTheirLetters) {
  const auto sentences = spelled_sentences(1, 150);
  Tagger tagger = letter_reader(sentences);
  ASSERT_TRUE(tagger.encoder.config().head.crf);
  TaggerTrainee trainee(tagger, sentences, spelled_sentences(2, 30),
                        {.batches = {.max_examples = 16, .seed = 1}, .singleton_dropout = 0.5});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(150);
  options.validate_every = 75;
  options.schedule.rate = 1e-2;
  train(trainee, options, directory.path());
  const Tagger again = Tagger::load(directory.path());
  const auto unseen = spelled_sentences(3, 50);
  EXPECT_GT(evaluate(again, unseen, plain()).entities.overall().f1(), 0.98);
  const auto words = words_of(unseen);
  const auto together = probabilities_of(again, words);
  EXPECT_EQ(probabilities_of(again, words, 1), together);
  const int threads = thread_count();
  set_thread_count(3);
  EXPECT_EQ(probabilities_of(again, words), together);
  set_thread_count(threads);
  again.save(directory.path() + "/copy");
  EXPECT_EQ(probabilities_of(Tagger::load(directory.path() + "/copy"), words), together);
}

TEST(Tag, ARunWithLettersInPiecesIsTheRunInOne) {
  const auto sentences = spelled_sentences(1, 40);
  struct Run {
    Tagger tagger;
    TaggerTrainee trainee;
    explicit Run(const std::vector<TaggedWords>& train)
        : tagger(letter_reader(train)),
          trainee(tagger, train, train,
                  {.batches = {.max_tokens = 90, .seed = 1}, .singleton_dropout = 0.5}) {}
  };
  expect_same_in_pieces(
      [&] {
        auto training = std::make_shared<Run>(sentences);
        return std::shared_ptr<Trainee>(training, &training->trainee);
      },
      5, 12);
}

TEST(Tag, ReadingLettersNeedsAnAlphabet) {
  auto tokenizer = test_tokenizer();
  const auto config = model_preset("gru-tagger");
  config->set_vocabulary(tokenizer->vocab_size());
  expect_error([&] { Tagger::make(*config, std::move(tokenizer), Labels({"O"}), 1); },
               "reads letters and knows none");
}

TEST(Tag, ARunInPiecesIsTheRunInOne) {
  const auto make = [] {
    auto training = std::make_shared<TaggerRun>();
    return std::shared_ptr<Trainee>(training, &training->trainee);
  };
  expect_same_in_pieces(make, 5, 12);
}

TEST(Tag, AloneAsAmongOthersOnAnyThreads) {
  const Tagger tagger = small_tagger();
  const auto words = words_of(sentences_of(4, 30));
  const auto together = probabilities_of(tagger, words);
  EXPECT_EQ(probabilities_of(tagger, words, 1), together);
  EXPECT_EQ(probabilities_of(tagger, words, 50), together);
  const int threads = thread_count();
  set_thread_count(3);
  EXPECT_EQ(probabilities_of(tagger, words), together);
  set_thread_count(threads);
}

TEST(Tag, SavedAndLoadedIsTheSame) {
  TaggerRun training;
  const TemporaryDirectory directory;
  training.trainee.save(directory.path());
  const auto words = words_of(sentences_of(4, 10));
  EXPECT_EQ(probabilities_of(Tagger::load(directory.path()), words),
            probabilities_of(training.tagger, words));
}

// Even an untrained model's entities are well-formed.
TEST(Tag, NoEntityGoesOnThatHasNotBegun) {
  const Tagger tagger = small_tagger();
  int entities = 0;
  for (const Tagging& tagging : tag(tagger, words_of(sentences_of(5, 200)), plain())) {
    EXPECT_EQ(tagging.tags, metrics::to_iob2(tagging.tags));
    entities += static_cast<int>(metrics::entities_of(tagging.tags).size());
  }
  EXPECT_GT(entities, 0);
}

TEST(Tag, ALongSentenceIsTaggedInPieces) {
  Tagger tagger = small_tagger({"NOUN", "VERB"});
  limit_length(tagger.encoder, 5, text::Side::right);
  const auto tokens = tagger.encoder.tokenizer->encode_ids("garden").size();
  const Words sentence(12, "garden");
  const auto found = probabilities_of(tagger, {sentence})[0];
  ASSERT_EQ(found.size(), 12u);
  // Each piece has as many words as fit, and is tagged as it would be alone.
  const size_t room = 3 / std::min<size_t>(tokens, 3);
  for (size_t i = room; i < found.size(); ++i) EXPECT_EQ(found[i], found[i - room]);
}

TEST(Tag, WordsOfRunningText) {
  EXPECT_THAT(split_words("«سلام»، گفت  او (U.S.) می‌رود!"),
              ElementsAre("«", "سلام", "»", "،", "گفت", "او", "(", "U.S", ".", ")", "می‌رود", "!"));
  EXPECT_THAT(split_words("..."), ElementsAre(".", ".", "."));
  EXPECT_TRUE(split_words("  ").empty());
}

TEST(Tag, EntityTagsAreToldFromClasses) {
  const auto are = [](std::vector<std::string> tags) { return metrics::are_entity_tags(tags); };
  EXPECT_TRUE(are({"O", "B-PER", "I-LOC"}));
  EXPECT_TRUE(are({"S-x", "O"}));
  EXPECT_TRUE(are({"B", "I", "O"}));
  EXPECT_TRUE(are({"B-PER", "I-PER", "O", "X"}));
  EXPECT_FALSE(are({"S", "V", "O"}));
  EXPECT_FALSE(are({"O", "NOUN"}));
  EXPECT_FALSE(are({"O"}));
  EXPECT_FALSE(are({"NN", "-LRB-", "I-X"}));
}

TEST(Tag, ReadsColumnsAndSaysWhatIsWrong) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.conll";
  write_file_atomically(path, "The DT O\nhoopoe NN B-PER\n\nsings VB O\n");
  const auto sentences = read_tagged({path}, {}).sentences;
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_THAT(sentences[0].tags, ElementsAre("O", "B-PER"));
  EXPECT_EQ(sentences[0].place[1], path + ":2");
  EXPECT_THAT(read_tagged({path}, {.columns = {"1", "2"}}).sentences[0].tags, ElementsAre("DT", "NN"));
  EXPECT_THAT(read_words({path}, {}).sentences[1].words, ElementsAre("sings"));
  Tagger tagger = small_tagger();
  try {
    const TaggerTrainee trainee(tagger, sentences, {{{"a"}, {"B-ORG"}, {path + ":7"}}}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(path + ":7: the label \"B-ORG\" is not one that the model knows"));
  }
  try {
    read_tagged({path}, {.columns = {"1"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("give two"));
  }
}

TEST(Tag, UnknownGoldTagsCountAsMissed) {
  const Tagger tagger = small_tagger();
  const std::vector<TaggedWords> sentences = {
      {{"the", "boat", "Rome"}, {"O", "O", "B-ORG"}, {"f:1", "f:2", "f:3"}}};
  const TaggerScores scores = evaluate(tagger, sentences, plain());
  EXPECT_THAT(
      scores.notes,
      ElementsAre(
          "1 of 3 labels is unknown to the model and counts as missed; the first is \"B-ORG\" (f:3)"));
  EXPECT_EQ(scores.classes.by_label.at("B-ORG").gold, 1);
  EXPECT_EQ(scores.classes.by_label.at("B-ORG").correct, 0);
  EXPECT_EQ(scores.entities.by_type().at("ORG").gold, 1);
  EXPECT_LT(scores.loss, 20);
}

// Two labels with types and a stray one: they still count as entity labels.
TEST(Tag, OddTagsAreToldAndLeaveTheEntities) {
  const TemporaryDirectory directory;
  const std::string odd = directory.put("odd.conll", "Ali B-PER\nReza I-PER\nin O\nx X\n\nAli X\n");
  const TaggedSentences found = read_tagged({odd}, {});
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("odd.conll:4: the tag \"X\" marks no entity")));
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("2 in all")));
  const Labels labels = tag_labels(found.sentences, {});
  EXPECT_THAT(labels.names(), ElementsAre("B-PER", "I-PER", "O", "X"));
  EXPECT_TRUE(small_tagger(labels.names()).has_entities());
  const std::string classes = directory.put("classes.conll", "Ali NOUN\nx X\n");
  EXPECT_THAT(read_tagged({classes}, {}).notes, testing::IsEmpty());
}

TEST(Tag, EntitiesWithoutTypes) {
  const Tagger tagger = small_tagger({"B", "I", "O"});
  EXPECT_TRUE(tagger.has_entities());
  int entities = 0;
  for (const Tagging& tagging : tag(tagger, words_of(sentences_of(5, 50)), plain())) {
    EXPECT_EQ(tagging.tags, metrics::to_iob2(tagging.tags));
    entities += static_cast<int>(metrics::entities_of(tagging.tags).size());
  }
  EXPECT_GT(entities, 0);
}

TEST(Tag, LabelsAreThoseOfAllTheData) {
  const auto sentence = [](const std::vector<std::string>& tags) {
    return TaggedWords{Words(tags.size(), "a"), tags, std::vector<std::string>(tags.size(), "f:1")};
  };
  const std::vector<TaggedWords> train = {sentence({"I-PER", "O"})}, dev = {sentence({"I-LOC", "I-LOC"})};
  EXPECT_THAT(tag_labels(train, dev).names(), ElementsAre("B-LOC", "B-PER", "I-LOC", "O"));
}

TEST(Tag, SaysHowLongASentenceIs) {
  Tagger tagger = small_tagger({"NOUN", "VERB"});
  limit_length(tagger.encoder, 5, text::Side::right);
  const auto length = std::ssize(tagger.encoder.tokenizer->encode_ids("boat"));
  const std::vector<Words> sentences = {Words(12, "boat"), Words{}};
  const auto found = tag(tagger, sentences, plain());
  EXPECT_EQ(found[0].tokens, 12 * length + 2);
  EXPECT_EQ(found[1].tokens, 0);
  EXPECT_TRUE(found[1].tags.empty());
}

}  // namespace
}  // namespace hodhod
