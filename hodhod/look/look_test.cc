// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/look/page.h"
#include "hodhod/look/test_subjects.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/bilm_config.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/test_generator.h"
#include "hodhod/tasks/test_translator.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

Subject translator_subject() {
  Translator translator = test_translator(TokenizerKind::bpe);
  Subject subject{.kind = Kind::transformer, .name = "model", .family = "marian"};
  subject.decoding = translator.decoding;
  subject.text = std::move(static_cast<TextModel&>(translator));
  return subject;
}

Subject generator_subject(TokenizerKind kind = TokenizerKind::bpe) {
  TextGenerator writer = test_generator(kind);
  Subject subject{.kind = Kind::transformer, .name = "model", .family = "gpt2"};
  subject.decoding = writer.decoding;
  subject.text = std::move(static_cast<TextModel&>(writer));
  return subject;
}

const Json& tensor_named(const ReadPage& page, const std::string& name) {
  for (const Json& tensor : page.index.at("tensors")) {
    if (tensor.at("name").text() == name) return tensor;
  }
  ADD_FAILURE() << "no tensor " << name;
  return page.index.at("tensors").at(size_t{0});
}

std::map<std::string, Tensor> by_name(const LookResult& found) {
  return {found.tensors.begin(), found.tensors.end()};
}

// What the page holds are the tensors of a pass without it, to the bit.
TEST(Look, ThePageHoldsTheTensorsOfThePass) {
  Subject subject = translator_subject();
  const LookOptions options{.texts = {"the cat sat"}, .target = "a dog", .exact = true, .tensors = true};
  const LookResult found = look(subject, options);
  const ReadPage page = read_page(found.page);
  const Json& pass = page.index.at("passes").at(size_t{0});
  std::vector<std::vector<int64_t>> ids;
  for (const Json& sequence : pass.at("sequences")) {
    ids.emplace_back();
    for (const Json& token : sequence.at("tokens")) ids.back().push_back(token.at("id").get<int64_t>());
  }
  ASSERT_EQ(ids.size(), 2u);
  const NoGrad off;
  Trace trace;
  Context context{.trace = &trace};
  subject.model().sequence_to_sequence()->logits(
      {.source = TokenBatch::of({{ids[0]}}, 0), .target = TokenBatch::of({{ids[1]}}, 0)}, context);
  size_t compared = 0;
  const auto exact = by_name(found);
  for (const Trace::Entry& entry : trace.entries()) {
    ASSERT_TRUE(exact.contains(entry.name)) << entry.name;
    EXPECT_EQ(exact.at(entry.name).values<float>(), entry.tensor.values<float>()) << entry.name;
    if (entry.name == "logits") continue;
    const Json& tensor = tensor_named(page, entry.name);
    std::vector<float> want = entry.tensor.values<float>();
    const bool masked = entry.name.ends_with("self_attention.scores") && entry.name.starts_with("decoder");
    for (size_t i = 0; masked && i < want.size(); ++i) {
      const size_t times = ids[1].size();
      if (i % times > i / times % times) want[i] = 0;  // no query sees it
    }
    EXPECT_EQ(tensor_values(page, tensor), want) << entry.name;
    EXPECT_EQ(tensor.at("bound"), Json(0.0));
    ++compared;
  }
  EXPECT_GT(compared, 50u);
  EXPECT_EQ(found.left_out, 0);
  EXPECT_EQ(found.less_exact, 0);
}

// Each gradient on the page is the change of the answer by that tensor: what gradients of embeddings add up
// to is the derivative of the answer when all of them grow together.
TEST(Look, GradientsAreOfTheAnswer) {
  Subject subject = generator_subject();
  const LookOptions options{.texts = {"the cat sat on"}, .exact = true, .gradients = GradientChoice::on};
  const LookResult found = look(subject, options);
  const ReadPage page = read_page(found.page);
  const Json& pass = page.index.at("passes").at(size_t{0});
  const Json& gradient = pass.at("gradient");
  const auto at = static_cast<size_t>(gradient.at("at").get<int64_t>());
  const int64_t id = gradient.at("id").get<int64_t>();
  std::vector<int64_t> ids;
  for (const Json& token : pass.at("sequences").at(size_t{0}).at("tokens"))
    ids.push_back(token.at("id").get<int64_t>());
  EXPECT_EQ(at, ids.size() - 1);
  const auto tokens = tensor_values(page, tensor_named(page, "decoder.embedding.tokens"));
  const auto slope = tensor_values(page, tensor_named(page, "decoder.embedding.tokens.gradient"));
  double along = 0;
  for (size_t i = 0; i < tokens.size(); ++i) along += static_cast<double>(tokens[i]) * slope[i];
  const auto log_probability = [&](double factor) {
    const NoGrad off;
    Tensor table, kept;
    subject.text.model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (name == "embedding.weight") table = parameter;
    });
    kept = table.clone();
    // The output layer is tied, so it must not grow with the embedding: only rows of tokens that are read.
    for (int64_t i = 0; i < table.numel(); ++i) table.data<float>()[i] *= static_cast<float>(factor);
    Context context;
    Trace trace;
    context.trace = &trace;
    subject.model().language_model()->logits({.target = TokenBatch::of({{ids}}, 0)}, context);
    const Tensor states = trace.at("decoder.layer.1.output").tensor;
    copy(kept, table);
    const auto* head = head_as<LanguageHead>(subject.model());
    Context plain;
    const Tensor logits = head->logits(states, table, plain);
    return log_softmax(select(select(logits, 0, 0), 0, static_cast<int64_t>(at)))
        .values()[static_cast<size_t>(id)];
  };
  const double step = 1e-2, difference = (log_probability(1 + step) - log_probability(1 - step)) / (2 * step);
  EXPECT_NEAR(along, difference, 0.02 * std::fabs(difference) + 1e-3);
  for (const char* name :
       {"decoder.layer.0.self_attention.scores.gradient", "decoder.layer.1.feed_forward.hidden.gradient",
        "decoder.layer.0.self_attention.probabilities.gradient", "decoder.layer.1.output.gradient"})
    EXPECT_GT(tensor_named(page, name).at("high").get<double>(), 0) << name;
  // A softmax's scores can all grow by the same: their gradients add up to nothing.
  const auto scores =
      tensor_values(page, tensor_named(page, "decoder.layer.0.self_attention.scores.gradient"));
  for (size_t row = 0; row < scores.size() / ids.size(); ++row) {
    double sum = 0;
    for (size_t s = 0; s < ids.size(); ++s) sum += scores[row * ids.size() + s];
    EXPECT_NEAR(sum, 0, 1e-5);
  }
}

// Hiding a token that comes after the answer changes nothing, and hiding others is what a pass without them
// would say only by chance; cutting the link to every key at once leaves what no link leaves.
TEST(Look, CutsTellTheEffectOnTheAnswer) {
  Subject subject = translator_subject();
  const LookResult found = look(subject, {.texts = {"the cat sat"}, .target = "a dog ran", .at = "1"});
  const ReadPage page = read_page(found.page);
  const Json& cuts = page.index.at("passes").at(size_t{0}).at("cuts");
  const double whole = cuts.at("log_probability").get<double>();
  EXPECT_EQ(cuts.at("at").get<int64_t>(), 1);
  int64_t later = 0, earlier = 0;
  for (const Json& effect : cuts.at("hidden")) {
    const double cut = effect.at("log_probability").get<double>();
    if (effect.at("stack").text() == "decoder" && effect.at("token").get<int64_t>() > 1) {
      EXPECT_EQ(cut, whole) << "the answer at 1 has not seen it";
      ++later;
    } else {
      EXPECT_NE(cut, whole);
      ++earlier;
    }
  }
  EXPECT_GT(later, 0);
  EXPECT_GT(earlier, 3);
  bool cross = false, own = false, above = false;
  for (const Json& link : cuts.at("links")) {
    const bool to_source = link.at("stack").text() == "encoder";
    const int64_t query = link.at("query").get<int64_t>();
    if (link.at("query_stack").text() == "decoder" && query > 1) {
      EXPECT_EQ(link.at("log_probability").get<double>(), whole);
    }
    if (link.at("query_stack").text() == "decoder" && query == 1) (to_source ? cross : own) = true;
    above = above || (!to_source && link.at("token").get<int64_t>() > query);
  }
  EXPECT_TRUE(cross);
  EXPECT_TRUE(own);
  EXPECT_FALSE(above) << "a decoder has no such links";
}

TEST(Look, PredictionsAreTheModels) {
  Subject subject = generator_subject();
  const LookResult found = look(subject, {.texts = {"the cat"}, .generate = 3, .tensors = true});
  const Json index = read_page(found.page).index;
  const Json& pass = index.at("passes").at(size_t{0});
  const Json& sequence = pass.at("sequences").at(size_t{0});
  const auto own = static_cast<size_t>(sequence.at("own_from").get<int64_t>());
  const Tensor logits = by_name(found).at("logits");
  for (const Json& place : pass.at("predictions").at("places")) {
    const auto at = static_cast<size_t>(place.at("at").get<int64_t>());
    const Tensor row = select(select(logits, 0, 0), 0, static_cast<int64_t>(at));
    const auto p = softmax(row).values();
    double entropy = 0;
    for (const double one : p) entropy -= one > 0 ? one * std::log2(one) : 0;
    EXPECT_NEAR(place.at("entropy").get<double>(), entropy, 1e-4);
    double before = 2;
    for (const Json& best : place.at("best")) {
      const auto id = static_cast<size_t>(best.at("id").get<int64_t>());
      EXPECT_EQ(static_cast<float>(best.at("logit").get<double>()), row.values<float>()[id]);
      EXPECT_NEAR(best.at("p").get<double>(), p[id], 1e-6);
      EXPECT_LE(best.at("p").get<double>(), before);
      before = best.at("p").get<double>();
    }
    if (place.contains("truth")) {
      const std::vector<float> all = row.values<float>();
      const auto truth = static_cast<size_t>(place.at("truth").at("id").get<int64_t>());
      int64_t rank = 1;
      for (size_t id = 0; id < all.size(); ++id)
        rank += all[id] > all[truth] || (all[id] == all[truth] && id < truth) ? 1 : 0;
      EXPECT_EQ(place.at("truth").at("rank").get<int64_t>(), rank);
    }
    if (at + 1 >= own && place.contains("truth")) {
      EXPECT_EQ(place.at("truth").at("rank").get<int64_t>(), 1) << "the model writes the likeliest token";
    }
  }
  const Json& lens = pass.at("lens");
  EXPECT_EQ(lens.at("levels").size(), 3u);
  // The last layer's lens is the answer.
  const Json& last = lens.at("best").at(2).at(0).at(0);
  EXPECT_EQ(last.at("id"), pass.at("predictions").at("places").at(0).at("best").at(0).at("id"));
}

TEST(Look, TheSamePageForAnyThreadsAndAgain) {
  const int before = thread_count();
  std::vector<std::string> pages;
  for (const int threads : {1, 2, 4, 2}) {
    set_thread_count(threads);
    Subject subject = translator_subject();
    pages.push_back(
        look(subject, {.texts = {"the cat sat on the mat"}, .gradients = GradientChoice::on}).page);
  }
  set_thread_count(before);
  for (const std::string& page : pages) EXPECT_TRUE(page == pages[0]);
}

TEST(Look, ASmallPageKeepsLessAndSaysSo) {
  Subject subject = translator_subject();
  const int64_t limit = static_cast<int64_t>(bytes_of_bare_page()) + 500'000;
  const LookResult found = look(subject, {.texts = {"the cat sat on the mat a dog ran home"},
                                          .size_limit = limit,
                                          .cuts = Cutting::off,
                                          .tensors = true});
  EXPECT_LE(std::ssize(found.page), limit);
  EXPECT_GT(found.left_out + found.less_exact, 0);
  const ReadPage page = read_page(found.page);
  const auto exact = by_name(found);
  for (const Json& tensor : page.index.at("tensors")) {
    const auto kept = tensor_values(page, tensor);
    const auto want = exact.at(tensor.at("name").text()).values<float>();
    const double bound = tensor.at("bound").get<double>();
    for (size_t i = 0; i < kept.size(); ++i) {
      if (tensor.at("form").text() == "top" || (tensor.contains("mask") && kept[i] == 0)) continue;
      ASSERT_LE(std::fabs(static_cast<double>(kept[i]) - want[i]), bound * 1.0001 + 1e-7)
          << tensor.at("name").text();
    }
  }
  std::set<std::string> reduced;
  for (const Json& one : page.index.at("plan").at("reduced")) reduced.insert(one.at("name").text());
  EXPECT_EQ(reduced.size(), static_cast<size_t>(found.left_out + found.less_exact));
}

TEST(Look, LayersAndHeadsThatWereAskedFor) {
  Subject subject = translator_subject();
  const LookResult found =
      look(subject, {.texts = {"the cat"}, .layers = {1}, .heads = {1, 1}, .gradients = GradientChoice::off});
  const ReadPage page = read_page(found.page);
  for (const Json& tensor : page.index.at("tensors"))
    EXPECT_THAT(tensor.at("name").text(), testing::Not(testing::HasSubstr("layer.0.self_attention.")));
  const Json& weights = tensor_named(page, "encoder.layer.1.self_attention.probabilities");
  EXPECT_EQ(weights.at("shape").at(size_t{0}).get<int64_t>(), 1);
  EXPECT_EQ(weights.at("heads").at("first").get<int64_t>(), 1);
  expect_error([&] { look(subject, {.texts = {"a"}, .layers = {2}}); },
               "--layers 2: the model has layers 0 to 1");
  expect_error(
      [&] {
        look(subject, {.texts = {"a"}, .heads = {0, 9}});
      },
      "--heads 0-9: the model has heads 0 to 2");
  expect_error(
      [&] {
        look(subject, {.texts = {"a"}, .heads = {9, 9}});
      },
      "--heads 9: the model has heads 0 to 2");
  expect_error([&] { look(subject, {.texts = {" "}}); }, "the text is empty");
}

TEST(Look, TextsThatAreHardToRead) {
  Subject subject = generator_subject();
  const auto index_of = [&](const std::string& text) {
    return read_page(look(subject, {.texts = {text}}).page).index;
  };
  const auto tokens_of = [](const Json& index) {
    return index.at("passes").at(size_t{0}).at("sequences").at(size_t{0}).at("tokens").size();
  };
  EXPECT_EQ(tokens_of(index_of("")), 1u) << "a token that texts begin with";
  EXPECT_GE(tokens_of(index_of("a")), 1u);
  const Json hostile = index_of("</script><!--\u202e\xff\xd8 \u2028");
  EXPECT_GT(tokens_of(hostile), 3u);
  std::string text;
  for (int i = 0; i < 60; ++i) text += "the cat ";
  const Json cut = index_of(text).at("passes").at(size_t{0}).at("sequences").at(size_t{0}).at("cut");
  EXPECT_EQ(cut.at("kept").get<int64_t>(), 24);
  EXPECT_GT(cut.at("total").get<int64_t>(), 100);
  expect_error([&] { look(subject, {}); }, "there is no text");
  expect_error([&] { look(subject, {.texts = {"a", "b"}}); }, "add --compare");
  expect_error([&] { look(subject, {.texts = {"a"}, .target = "b"}); }, "for models that translate");
  expect_error([&] { look(subject, {.texts = {"the cat"}, .at = "dog"}); },
               "no such word in the text; its words are the, cat");
  expect_error([&] { look(subject, {.texts = {"the cat"}, .at = "99"}); }, "--at 99");
}

// Taggers of every make, with the letters of words or without, have a page of their whole pass.
TEST(Look, TaggersThatReadLetters) {
  const std::vector<TaggedWords> sentences = {{{"Peter", "rejects", "EU"}, {"B-PER", "O", "B-ORG"}, {}},
                                              {{"EU", "calls", "Peter"}, {"B-ORG", "O", "B-PER"}, {}}};
  for (const std::string preset : {"lstm-tagger", "gru-tagger"}) {
    for (const bool letters : {true, false}) {
      for (const bool crf : {true, false}) {
        SCOPED_TRACE(preset + (letters ? " letters" : "") + (crf ? " crf" : ""));
        std::vector<std::string> model = {"width=8", crf ? "crf=yes" : "crf=no"};
        for (const char* option : {"characters", "character_hidden"})
          model.push_back(std::string(option) + (letters ? "=6" : "=0"));
        Tagger tagger = Tagger::make(preset, sentences, {.model = model});
        Subject subject{.kind = Kind::recurrent, .name = "tagger", .family = "lstm"};
        subject.labels = tagger.labels;
        subject.text = std::move(tagger.encoder);
        const LookResult found = look(
            subject,
            {.texts = {"Peter rejects EU"}, .exact = true, .gradients = GradientChoice::on, .tensors = true});
        const ReadPage page = read_page(found.page);
        const Json& pass = page.index.at("passes").at(size_t{0});
        EXPECT_EQ(pass.at("sequences").at(size_t{0}).at("tokens").size(), 5u);
        EXPECT_EQ(pass.at("labels").at("names").size(), 3u);
        EXPECT_FALSE(pass.at("cuts").at("hidden").elements().empty());
        const auto exact = by_name(found);
        EXPECT_EQ(exact.contains("encoder.embedding.letters"), letters);
        const std::string states = "encoder.layer.0.forward.states";
        EXPECT_EQ(tensor_values(page, tensor_named(page, states)), exact.at(states).values<float>());
      }
    }
  }
}

// A classifier over two language models says in which shares it mixes their layers.
TEST(Look, TheSharesOfMixedLayers) {
  BilmConfig config({.vocabulary = 61, .width = 8, .layers = 2});
  config.head = {.kind = HeadKind::classifier, .labels = 3};
  Subject subject = subject_of(config, Kind::recurrent, 5);
  subject.labels = Labels({"a", "b", "c"});
  subject.text.model->for_each_parameter([](const std::string& name, Tensor& parameter) {
    if (name == "mix.weights") copy(Tensor::from<float>({0, 1, -1}, {3}), parameter);
    if (name == "mix.scale") fill(parameter, 1.5);
  });
  const LookResult found = look(subject, {.ids = {5, 9, 7}, .gradients = GradientChoice::on});
  const ReadPage page = read_page(found.page);
  const double sum = 1 + std::exp(1.0) + std::exp(-1.0);
  const Json& options = page.index.at("model").at("options");
  EXPECT_NEAR(options.at("mix_share_of_layer_0").get<double>(), 1 / sum, 1e-6);
  EXPECT_NEAR(options.at("mix_share_of_layer_1").get<double>(), std::exp(1.0) / sum, 1e-6);
  EXPECT_NEAR(options.at("mix_share_of_layer_2").get<double>(), std::exp(-1.0) / sum, 1e-6);
  EXPECT_EQ(options.at("mix_scale").get<double>(), 1.5);
  EXPECT_EQ(tensor_values(page, tensor_named(page, "mix.shares")).size(), 3u);
  for (const char* name : {"forward.layer.1.forward.states", "backward.layer.1.reverse.states",
                           "backward.layer.0.reverse.gates.gradient"})
    EXPECT_GT(tensor_named(page, name).at("high").get<double>(), 0) << name;
}

TEST(Look, SeveralTextsSideBySide) {
  Subject subject = generator_subject();
  const LookResult found =
      look(subject, {.texts = {"the cat", "a dog ran"}, .compare = true, .tensors = true});
  const Json index = read_page(found.page).index;
  EXPECT_EQ(index.at("passes").size(), 2u);
  Subject again = generator_subject();
  const auto alone = by_name(look(again, {.texts = {"a dog ran"}, .tensors = true}));
  const auto both = by_name(found);
  EXPECT_EQ(both.at("1.decoder.layer.1.output").values<float>(),
            alone.at("decoder.layer.1.output").values<float>());
}

}  // namespace
}  // namespace hodhod::look
