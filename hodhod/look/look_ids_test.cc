// SPDX-License-Identifier: Apache-2.0
// Pages of models without tokenizers: what they hold is compared with the model itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "hodhod/look/look.h"
#include "hodhod/look/nearest.h"
#include "hodhod/look/test_subjects.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

// Every token of the text has its neighbours, in the table that its stack reads.
TEST(Nearest, StandOnThePageForEveryToken) {
  TransformerConfig body = transformer_preset("tiny");
  body.vocabulary = 61;
  body.source_vocabulary = 40;
  Subject subject =
      subject_of(TransformerModelConfig(body, {.kind = HeadKind::language_model}), Kind::transformer, 6);
  const LookResult found = look(subject, {.ids = {5, 9, 5}, .target_ids = {60, 9}});
  const Json nearest = read_page(found.page).index.at("passes").at(size_t{0}).at("nearest");
  ASSERT_EQ(nearest.size(), 2u);
  const std::array<std::string, 2> names = {"source_embedding.weight", "embedding.weight"};
  for (size_t i = 0; i < names.size(); ++i) {
    Tensor table;
    subject.text.model->for_each_parameter([&](const std::string& of, Tensor& parameter) {
      if (of == names[i]) table = parameter;
    });
    ASSERT_TRUE(table.defined()) << names[i];
    EXPECT_EQ(nearest.at(i).at("rows").get<int64_t>(), table.dim(0));
    ASSERT_EQ(nearest.at(i).at("tokens").size(), 2u);
    for (const Json& token : nearest.at(i).at("tokens")) {
      const auto truth = nearest_rows(table, std::vector<int64_t>{token.at("id").get<int64_t>()}, kNearest);
      ASSERT_EQ(token.at("near").size(), truth[0].size());
      for (size_t k = 0; k < truth[0].size(); ++k)
        EXPECT_EQ(token.at("near").at(k).at("id").get<int64_t>(), truth[0][k].id);
    }
  }
}

// More layers than the lens reads at once: each level is what the head says of that level's states.
TEST(Look, TheLensOfManyLayersIsThatOfEach) {
  TransformerConfig body = transformer_preset("gpt-tiny");
  body.vocabulary = 61;
  body.width = 16;
  body.heads = 2;
  body.feed_forward = 32;
  body.decoder_layers = 6;
  Subject subject =
      subject_of(TransformerModelConfig(body, {.kind = HeadKind::language_model}), Kind::transformer, 8);
  const LookResult found = look(subject, {.ids = {5, 9, 17, 30, 5, 2}, .tensors = true});
  const Json pass = read_page(found.page).index.at("passes").at(size_t{0});
  const Json& lens = pass.at("lens");
  const std::map<std::string, Tensor> exact(found.tensors.begin(), found.tensors.end());
  const auto& model = dynamic_cast<const TransformerModel&>(subject.model());
  ASSERT_EQ(lens.at("levels").size(), 7u);
  ASSERT_EQ(lens.at("best").size(), 7u);
  const NoGrad off;
  for (size_t level = 0; level < 7; ++level) {
    const Tensor states =
        reshape(exact.at("decoder." + lens.at("levels").at(level).text()), {-1, body.width});
    Context context;
    const Tensor logits =
        head_as<LanguageHead>(model)->logits(model.body().finished(states), model.embedding_table(), context);
    ASSERT_EQ(lens.at("best").at(level).size(), lens.at("places").size());
    for (size_t i = 0; i < lens.at("places").size(); ++i) {
      const auto row = select(logits, 0, lens.at("places").at(i).get<int64_t>()).values<float>();
      const auto most = std::max_element(row.begin(), row.end());
      const Json& best = lens.at("best").at(level).at(i).at(size_t{0});
      EXPECT_EQ(best.at("id").get<int64_t>(), most - row.begin()) << level << " " << i;
      EXPECT_EQ(static_cast<float>(best.at("logit").get<double>()), *most);
    }
  }
}

// A classifier whose encoder and decoder both read the text has a sequence for each, one place apart.
TEST(Look, AModelThatReadsTwiceHasTwoSequences) {
  TransformerConfig body = transformer_preset("tiny");
  body.vocabulary = 61;
  Subject subject = subject_of(TransformerModelConfig(body, {.kind = HeadKind::classifier, .labels = 3}),
                               Kind::transformer, 7);
  const std::vector<int64_t> ids = {5, 9, 17};
  const LookResult found = look(subject, {.ids = ids, .tensors = true});
  const Json pass = read_page(found.page).index.at("passes").at(size_t{0});
  ASSERT_EQ(pass.at("sequences").size(), 2u);
  std::map<std::string, Tensor> exact(found.tensors.begin(), found.tensors.end());
  for (size_t i = 0; i < 2; ++i) {
    const Json& sequence = pass.at("sequences").at(i);
    const std::string stack = sequence.at("stack").text();
    EXPECT_EQ(stack, i == 0 ? "encoder" : "decoder");
    EXPECT_EQ(sequence.at("role").text(), i == 0 ? "text" : "again");
    std::vector<int64_t> read;
    for (const Json& token : sequence.at("tokens")) read.push_back(token.at("id").get<int64_t>());
    EXPECT_EQ(read, exact.at(stack + ".embedding.input").values<int64_t>()) << "what the stack was given";
  }
  // Hiding and cutting, in both.
  EXPECT_EQ(pass.at("cuts").at("hidden").size(), 6u);
  EXPECT_GT(pass.at("cuts").at("links").size(), 6u);
}

// --heads: of every tensor with heads those that were asked for, of grouped keys and values what these read.
TEST(Look, HeadsOfEveryTensor) {
  TransformerConfig body = transformer_preset("llama-tiny");
  body.vocabulary = 61;
  body.heads = 4;
  body.kv_heads = 2;
  Subject subject =
      subject_of(TransformerModelConfig(body, {.kind = HeadKind::language_model}), Kind::transformer, 8);
  const LookResult found = look(
      subject,
      {.ids = {5, 9, 17}, .heads = {1, 2}, .exact = true, .gradients = GradientChoice::on, .tensors = true});
  const ReadPage page = read_page(found.page);
  std::map<std::string, Tensor> exact(found.tensors.begin(), found.tensors.end());
  int with_heads = 0;
  for (const Json& tensor : page.index.at("tensors")) {
    const std::string axes = tensor.at("axes").text(), name = tensor.at("name").text();
    const size_t h = axes.find('H');
    EXPECT_EQ(tensor.contains("heads"), h != std::string::npos) << name;
    if (h == std::string::npos) continue;
    ++with_heads;
    const Tensor whole = exact.at(name);
    const bool of_keys = name.find(".keys") != std::string::npos || name.find(".values") != std::string::npos;
    const int64_t first = of_keys ? 0 : 1;
    EXPECT_EQ(tensor.at("heads").at("first").get<int64_t>(), first) << name;
    EXPECT_EQ(tensor.at("heads").at("all").get<int64_t>(), of_keys ? 2 : 4) << name;
    const Tensor part = slice(whole, static_cast<int>(h), first, first + 2).dense();
    std::vector<float> want = part.values<float>();
    if (tensor.contains("mask")) {
      for (size_t i = 0; i < want.size(); ++i) {
        if (i % 3 > i / 3 % 3) want[i] = 0;  // no query sees it
      }
    }
    EXPECT_EQ(tensor_values(page, tensor), want) << name;
  }
  EXPECT_GT(with_heads, 30);
}

// However little room there is, it is used: from the page without tensors on, a larger page has no fewer, and
// the room that stays free is a part of it.
TEST(Look, UsesTheRoomThatThereIs) {
  TransformerConfig body = transformer_preset("tiny");
  body.vocabulary = 61;
  const auto found = [&](int64_t limit) {
    Subject subject =
        subject_of(TransformerModelConfig(body, {.kind = HeadKind::language_model}), Kind::transformer, 9);
    return look(subject, {.ids = {5, 9, 17, 4, 30, 8},
                          .target_ids = {6, 8, 11, 40, 2},
                          .size_limit = limit,
                          .gradients = GradientChoice::on});
  };
  // The error names a limit that is enough.
  std::string told;
  try {
    found(1000);
  } catch (const Error& error) {
    told = error.what();
  }
  const size_t number = told.find("or --size-limit ");
  ASSERT_NE(number, std::string::npos) << told;
  const LookResult none =
      found(std::stol(told.substr(number + std::string("or --size-limit ").size())) * 1024);
  EXPECT_EQ(none.kept, 0);
  const auto bare = std::ssize(none.page);
  int64_t before = 0;
  for (const int64_t room : {60'000, 120'000, 240'000, 480'000}) {
    const LookResult some = found(bare + room);
    EXPECT_LE(std::ssize(some.page), bare + room);
    EXPECT_GT(some.kept, 0) << room;
    EXPECT_GE(some.kept, before);
    if (room >= 120'000) {
      EXPECT_GT(std::ssize(some.page) - bare, room / 2) << "of " << room;
    }
    before = some.kept;
  }
}

}  // namespace
}  // namespace hodhod::look
