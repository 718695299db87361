// SPDX-License-Identifier: Apache-2.0
// Whole models of Hugging Face's families against recordings of the reference: hidden states, attention,
// logits, losses, gradients, generated text and a few steps of training. Every directory of a family that is
// known is tested.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "hodhod/base/file.h"
#include "hodhod/base/visit.h"
#include "hodhod/decode/generator.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/encoder_layers.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/stored_weights.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"
#include "tests/golden/golden.h"

namespace hodhod {
namespace {

std::vector<std::string> model_directories() {
  std::vector<std::string> found = golden::directories();
  std::erase_if(
      found, [](const std::string& directory) { return !file_exists(join_path(directory, "config.json")); });
  return found;
}

// What the program does not know of a directory's model: empty, or a sentence.
std::string not_known(const std::string& directory) {
  const std::string path = join_path(directory, "config.json");
  const Json json = read_json(path);
  const auto type = json_get_or<std::string>(json, "model_type", "", path);
  const auto names = json_get_or<std::vector<std::string>>(json, "architectures", {}, path);
  for (const hf::Family* family : hf::families()) {
    if (family->model_type != type) continue;
    const bool known =
        names.empty() || std::any_of(family->heads.begin(), family->heads.end(),
                                     [&](const auto& head) { return head.architecture == names[0]; });
    return known ? ""
                 : fmt::format("{} has the head {}, which the program does not know", directory, names[0]);
  }
  return fmt::format("{} is of the family {}, which the program does not know", directory, type);
}

std::vector<std::string> known_directories() {
  std::vector<std::string> found = model_directories();
  std::erase_if(found, [](const std::string& directory) { return !not_known(directory).empty(); });
  return found;
}

// Models of pictures and sound are recorded too.
bool reads_no_text(const std::string& directory) {
  const std::string path = join_path(directory, "config.json");
  const auto type = json_get_or<std::string>(read_json(path), "model_type", "", path);
  constexpr std::array<std::string_view, 5> kOthers = {"vit", "deit", "vision-encoder-decoder", "whisper",
                                                       "wav2vec2"};
  return std::find(kOthers.begin(), kOthers.end(), type) != kOthers.end();
}

TEST(GoldenFamilies, TheProgramKnowsEveryRecordedModelOfText) {
  if (model_directories().empty()) GTEST_SKIP() << "there are no recorded models";
  for (const std::string& directory : model_directories()) {
    if (reads_no_text(directory)) continue;
    EXPECT_EQ(not_known(directory), "");
  }
}

class GoldenTransformer : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    recording_.emplace(GetParam());
    LoadedModel loaded = load_model(GetParam());
    model_ = std::move(loaded.model);
    origin_ = std::move(loaded.origin);
  }

  const TransformerModel& transformer() const { return dynamic_cast<const TransformerModel&>(*model_); }
  const TransformerConfig& config() const { return transformer().config().body; }
  const HeadOptions& head() const { return model_->config().head; }
  Tensor input(const std::string& name) const { return recording_->tensor("fwd.in." + name); }
  bool has(const std::string& name) const { return recording_->contains(name); }

  // Lengths of right-padded rows, from a mask.
  static Tensor lengths_of(const Tensor& mask) {
    Tensor lengths = Tensor::zeros({mask.dim(0)}, DType::i64);
    const auto ones = mask.values<int64_t>();
    for (size_t i = 0; i < ones.size(); ++i)
      lengths.data<int64_t>()[i / static_cast<size_t>(mask.dim(1))] += ones[i];
    return lengths;
  }

  struct Outputs {
    Tensor logits, loss;
    Trace trace;
  };

  Outputs forward(bool traced) {
    Outputs out;
    Context context;
    if (traced) context.trace = &out.trace;
    TokenBatch tokens{.ids = input("input_ids")};
    if (has("fwd.in.attention_mask")) tokens.lengths = lengths_of(input("attention_mask"));
    if (has("fwd.in.token_type_ids")) tokens.token_types = input("token_type_ids");
    if (has("fwd.in.global_attention_mask")) tokens.global = input("global_attention_mask");
    if (head().kind == HeadKind::classifier) {
      out.logits = classify(*model_, tokens, context);
      if (has("fwd.in.labels")) out.loss = label_loss(out.logits);
    } else if (head().kind == HeadKind::tagger) {
      out.logits = tag(*model_, tokens, context);
      if (has("fwd.in.labels")) out.loss = label_loss(out.logits);
    } else if (head().kind == HeadKind::span) {
      // The reference's loss covers padding.
      tokens.padding_attends = true;
      out.logits = find_span(*model_, tokens, context);
      out.loss = mean(span_loss(out.logits, places("start_positions"), places("end_positions"), {}));
    } else if (const auto* masked = head_as<MaskedLanguageHead>(*model_)) {
      // A masked-language head takes chosen places, [N, C]: here all of them.
      const Tensor states = model_->encoder()->encode(tokens, context).states;
      const Tensor hidden = reshape(states, {-1, states.dim(2)}), table = model_->embedding_table();
      out.logits = reshape(masked->logits(hidden, table, context),
                           {states.dim(0), states.dim(1), config().vocabulary});
      if (has("fwd.in.labels")) {
        out.loss = masked->loss(hidden, table, reshape(input("labels"), {-1}), {}, context);
      }
    } else if (head_as<NoHead>(*model_)) {
      model_->encoder()->encode(tokens, context);
    } else {
      SequenceBatch batch{.target = tokens};
      if (config().has_encoder()) batch = {.source = tokens, .target = {.ids = input("decoder_input_ids")}};
      out.logits = transformer().logits(batch, context);
      if (has("fwd.in.labels")) out.loss = transformer().loss(batch, next_tokens(), {}, context);
    }
    return out;
  }

  Tensor label_loss(const Tensor& logits) {
    const Tensor labels = input("labels");
    const bool classifies = head().kind == HeadKind::classifier;
    if (classifies && head().problem == ProblemKind::multi_label)
      return binary_cross_entropy_with_logits(logits, labels);
    if (classifies && head().problem == ProblemKind::regression)
      return mse_loss(reshape(logits, labels.shape()), labels);
    return cross_entropy(logits, labels);
  }

  // Places of tokens; those outside the batch count nothing.
  Tensor places(const std::string& name) {
    Tensor found = input(name);
    for (int64_t i = 0; i < found.numel(); ++i) {
      int64_t& place = found.data<int64_t>()[i];
      if (place >= input("input_ids").dim(1)) place = kIgnoreIndex;
    }
    return found;
  }

  // What comes after each token: of a decoder, the token at the place after it.
  Tensor next_tokens() {
    const Tensor labels = input("labels");
    if (config().has_encoder()) return labels;
    Tensor next = Tensor::full(labels.shape(), -100, DType::i64);
    const int64_t time = labels.dim(1);
    copy(labels.with_layout({labels.dim(0), time - 1}, {time, 1}, 1),
         next.with_layout({labels.dim(0), time - 1}, {time, 1}));
    return next;
  }

  // Compares where the mask says that a position is real.
  void expect_close(const std::string& name, const Tensor& got, double bound, const Tensor& mask) {
    const Tensor want = recording_->tensor(name);
    ASSERT_EQ(want.shape(), got.shape()) << name;
    const auto a = want.values(), b = got.values();
    const auto real = mask.defined() ? mask.values<int64_t>() : std::vector<int64_t>(1, 1);
    const size_t each = a.size() / real.size();
    double worst = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      if (real[i / each]) worst = std::max(worst, std::abs(a[i] - b[i]));
    }
    EXPECT_LE(worst, bound) << name;
  }

  std::optional<golden::Recording> recording_;
  std::unique_ptr<Model> model_;
  ModelOrigin origin_;
};

TEST_P(GoldenTransformer, ForwardPass) {
  const Outputs out = forward(true);
  const bool sequence = head().kind == HeadKind::classifier;
  const Tensor source_mask = has("fwd.in.attention_mask") ? input("attention_mask") : Tensor();
  const bool both = config().has_encoder() && config().has_decoder();
  if (head().kind == HeadKind::span) {
    expect_close("fwd.out.start_logits", select(out.logits, 2, 0), 3e-4, source_mask);
    expect_close("fwd.out.end_logits", select(out.logits, 2, 1), 3e-4, source_mask);
  } else if (out.logits.defined()) {
    expect_close("fwd.out.logits", out.logits, 3e-4, sequence || both ? Tensor() : source_mask);
  }
  if (out.loss.defined()) {
    EXPECT_NEAR(out.loss.item(), recording_->tensor("fwd.out.loss").item(), 3e-5);
  }

  int compared = 0;
  const auto compare = [&](const std::string& stack, const std::string& theirs, const Tensor& mask) {
    const StackSizes sizes = stack == "encoder" ? config().sizes_of_encoder() : config().sizes_of_decoder();
    for (int64_t i = 0; i < sizes.layers; ++i) {
      const std::string layer = stack + ".layer." + std::to_string(i) + ".";
      const std::string attentions = "fwd.out." + theirs + "attentions." + std::to_string(i);
      if (has(attentions)) {
        // [B, H, Tq, Tk]: a query is real if its position is.
        Tensor rows;
        if (mask.defined()) {
          rows =
              mask.with_layout({mask.dim(0), sizes.heads, mask.dim(1)}, {mask.stride(0), 0, mask.stride(1)})
                  .dense();
        }
        expect_close(attentions, out.trace.at(layer + "self_attention.probabilities").tensor, 5e-5, rows);
        ++compared;
      }
      // The recorded states are the block's outputs; the last ones are what the stack gives.
      const std::string states = "fwd.out." + theirs + "hidden_states." + std::to_string(i + 1);
      if (!has(states)) continue;
      std::string name = layer + "output";
      for (const char* further : {".final_norm", ".output_projection"}) {
        if (i + 1 == sizes.layers && out.trace.find(stack + further)) name = stack + further;
      }
      expect_close(states, out.trace.at(name).tensor, 3e-4, mask);
      ++compared;
    }
  };
  if (both) {
    compare("encoder", "encoder_", source_mask);
    compare("decoder", "decoder_", Tensor());
    for (int64_t i = 0; i < config().decoder_layers; ++i) {
      const std::string name = "fwd.out.cross_attentions." + std::to_string(i);
      const Tensor& p =
          out.trace.at("decoder.layer." + std::to_string(i) + ".cross_attention.probabilities").tensor;
      if (has(name)) expect_close(name, p, 5e-5, Tensor());
    }
  } else {
    compare(config().has_decoder() ? "decoder" : "encoder", "", source_mask);
  }
  EXPECT_GT(compared, 0);
}

// The states of every layer, that of the embeddings and the last one after its norm among them.
TEST_P(GoldenTransformer, StatesOfLayers) {
  const bool both = config().has_encoder() && config().has_decoder();
  // Whoever reads a text twice gives the states of the decoder.
  const bool twice = transformer().config().reads_twice();
  const std::string stack = !both   ? ""
                            : twice ? "decoder_"
                                    : "encoder_",
                    prefix = "fwd.out." + stack + "hidden_states.";
  if (!has(prefix + "0")) GTEST_SKIP() << "no hidden states are recorded";
  TokenBatch tokens{.ids = input("input_ids")};
  const Tensor mask = has("fwd.in.attention_mask") ? input("attention_mask") : Tensor();
  if (mask.defined()) tokens.lengths = lengths_of(mask);
  if (has("fwd.in.token_type_ids")) tokens.token_types = input("token_type_ids");
  if (has("fwd.in.global_attention_mask")) tokens.global = input("global_attention_mask");
  Context context;
  const std::vector<Tensor> layers = states_of_layers(*model_->encoder(), tokens, context);
  const bool encoder = config().has_encoder() && !twice;
  const StackSizes sizes = encoder ? config().sizes_of_encoder() : config().sizes_of_decoder();
  ASSERT_EQ(std::ssize(layers), sizes.layers + 1);
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string name = prefix + std::to_string(i);
    if (has(name)) expect_close(name, layers[i], 3e-4, mask);
  }
  EXPECT_EQ(layers.back().values(), model_->encoder()->encode(tokens, context).states.values());
}

// What is recorded of rows with padding on the left holds of the rows without it.
TEST_P(GoldenTransformer, LeftPaddedBatch) {
  if (!has("fwd_left.in.input_ids")) GTEST_SKIP() << "no batch with padding on the left is recorded";
  const Tensor ids = recording_->tensor("fwd_left.in.input_ids"),
               mask = recording_->tensor("fwd_left.in.attention_mask"),
               want = recording_->tensor("fwd_left.out.logits");
  const int64_t time = ids.dim(1);
  std::vector<std::vector<int64_t>> rows(static_cast<size_t>(ids.dim(0)));
  std::vector<int64_t> begins;
  for (int64_t b = 0; b < ids.dim(0); ++b) {
    const int64_t *row = ids.data<int64_t>() + b * time, *real = mask.data<int64_t>() + b * time;
    begins.push_back(std::find(real, real + time, 1) - real);
    rows[static_cast<size_t>(b)].assign(row + begins.back(), row + time);
  }
  const TokenBatch tokens = TokenBatch::of(rows, config().special.filler());
  Context context;
  const bool sequence = head().kind == HeadKind::classifier;
  const Tensor got =
      sequence ? classify(*model_, tokens, context) : transformer().logits({.target = tokens}, context);
  const int64_t outputs = got.dim(-1), longest = tokens.ids.dim(1);
  const auto a = got.values(), b = want.values();
  for (int64_t row = 0; row < ids.dim(0); ++row) {
    const int64_t first = sequence ? 0 : begins[static_cast<size_t>(row)], times = sequence ? 1 : time,
                  kept = sequence ? 1 : longest;
    for (int64_t i = 0; i < (times - first) * outputs; ++i) {
      ASSERT_NEAR(a[static_cast<size_t>(row * kept * outputs + i)],
                  b[static_cast<size_t>((row * times + first) * outputs + i)], 3e-4)
          << "row " << row << ", number " << i;
    }
  }
}

TEST_P(GoldenTransformer, Gradients) {
  const auto names = recording_->io_names("fwd.grad.");
  if (names.empty()) GTEST_SKIP() << "no gradients are recorded";
  set_requires_grad(*model_);
  const Outputs out = forward(false);
  backward(out.loss);
  NamedParameters gradients;
  for (const auto& [name, parameter] : parameters_of(*model_)) {
    gradients.emplace_back(name,
                           parameter.grad().defined() ? parameter.grad() : Tensor::zeros(parameter.shape()));
  }
  const ModelDirectory directory = ModelDirectory::open(GetParam());
  const NamedTensors theirs = save_weights(directory.type->tensor_names(*directory.config), gradients);
  for (const std::string& name : names) {
    const std::string parameter = name.substr(std::string("fwd.grad.").size());
    const auto found = std::find_if(theirs.begin(), theirs.end(),
                                    [&](const auto& entry) { return entry.first == parameter; });
    ASSERT_NE(found, theirs.end()) << parameter;
    expect_close(name, found->second, 1e-4, Tensor());
  }
}

TEST_P(GoldenTransformer, Generation) {
  const Json& about = recording_->about();
  const std::string beside = join_path(GetParam(), "generation_config.json");
  const Json from_file = file_exists(beside) ? read_json(beside) : Json::object();
  const Json* special = json_find(about, "generation_config");
  if (!special) special = &from_file;
  int runs = 0;
  for (const Json& item : *json_find(about, "cases")) {
    if (json_get<std::string>(item, "kind", "") != "generate") continue;
    const Tensor ids = recording_->tensor("gen.in.input_ids"),
                 mask = recording_->tensor("gen.in.attention_mask");
    std::vector<Prompt> prompts;
    for (int64_t b = 0; b < ids.dim(0); ++b) {
      std::vector<int64_t> row;
      for (int64_t t = 0; t < ids.dim(1); ++t) {
        if (mask.data<int64_t>()[b * ids.dim(1) + t]) row.push_back(ids.data<int64_t>()[b * ids.dim(1) + t]);
      }
      if (config().has_encoder()) {
        prompts.push_back({.source = {.tokens = row},
                           .target = {json_get<int64_t>(*special, "decoder_start_token_id", "")}});
      } else {
        prompts.push_back({.target = row});
      }
    }
    const TransformerModel& lm = transformer();
    Context context;
    for (const Json& run : *json_find(item, "runs")) {
      const auto name = json_get<std::string>(run, "name", "");
      const Json& args = *json_find(run, "args");
      DecodeOptions options;
      if (const Json* eos = json_find(*special, "eos_token_id"); eos && eos->is_array()) {
        options.eos = json_as<std::vector<int64_t>>(*eos, name);
      } else if (eos && !eos->is_null()) {
        options.eos = {json_as<int64_t>(*eos, name)};
      }
      options.forced_bos = json_get_or<int64_t>(*special, "forced_bos_token_id", -1, "");
      options.forced_eos = json_get_or<int64_t>(*special, "forced_eos_token_id", -1, "");
      if (const Json* bad = json_find(*special, "bad_words_ids")) {
        for (const Json& word : *bad) options.suppress_tokens.push_back(word.at(0).get<int64_t>());
      }
      const auto unknown = from_json(args, options, name);
      ASSERT_TRUE(unknown.empty()) << unknown[0];
      const Tensor want = recording_->tensor("gen." + name + ".sequences");
      const auto results = generate(lm, prompts, options, context);
      const int64_t width = want.dim(1), prompt_width = config().has_encoder() ? 1 : ids.dim(1);
      const auto pad = json_get<int64_t>(*special, "pad_token_id", GetParam());
      for (size_t b = 0; b < results.size(); ++b) {
        std::vector<int64_t> expected(want.data<int64_t>() + static_cast<int64_t>(b) * width + prompt_width,
                                      want.data<int64_t>() + static_cast<int64_t>(b + 1) * width);
        std::vector<int64_t> got = results[b][0].tokens;
        got.resize(std::max(got.size(), expected.size()), pad);
        EXPECT_EQ(got, expected) << name << ", row " << b;
        const std::string scores = "gen." + name + ".sequences_scores";
        if (has(scores)) {
          EXPECT_NEAR(results[b][0].score, recording_->tensor(scores).values()[b], 3e-5)
              << name << ", row " << b;
        }
      }
      ++runs;
    }
  }
  if (runs == 0) GTEST_SKIP() << "no generation is recorded";
}

TEST_P(GoldenTransformer, Training) {
  if (!has("train.losses")) GTEST_SKIP() << "no training is recorded";
  set_requires_grad(*model_);
  const auto parameters = parameters_of(*model_);
  const auto optimizer = make_optimizer(parameters, {.kind = OptimizerKind::adamw,
                                                     .beta2 = 0.999,
                                                     .epsilon = 1e-8,
                                                     .weight_decay = 0.01,
                                                     .decay_vectors = true});
  const auto want = recording_->tensor("train.losses").values();
  for (size_t step = 0; step < want.size(); ++step) {
    const Outputs out = forward(false);
    EXPECT_NEAR(out.loss.item(), want[step], 2e-3) << "step " << step;
    if (step + 1 == want.size()) break;
    backward(out.loss);
    const double norm = optimizer->gradient_norm();
    optimizer->step(1e-3, norm > 1 ? 1 / (norm + 1e-6) : 1);
  }
}

TEST_P(GoldenTransformer, SavesWhatItLoaded) {
  const TemporaryDirectory directory;
  save_model_files(*model_, directory.path(), Json::object(), origin_);
  const auto again = load_model(directory.path()).model;
  EXPECT_EQ(ModelDirectory::open(directory.path()).type, ModelDirectory::open(GetParam()).type);
  const auto before = parameters_of(*model_), after = parameters_of(*again);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].first, after[i].first);
    EXPECT_EQ(before[i].second.values<float>(), after[i].second.values<float>()) << before[i].first;
  }
}

// A directory in the reference's own layout comes out as it went in: names, shapes and types of the tensors,
// and config.json member by member.
TEST_P(GoldenTransformer, SavesFilesAsTheReferenceDoes) {
  const size_t slash = GetParam().rfind('/');
  if (GetParam().substr(slash + 1).starts_with("layout_")) GTEST_SKIP() << "another layout by intent";
  const TemporaryDirectory directory;
  save_model_files(*model_, directory.path(), Json::object(), origin_);
  const auto tensors_of = [](const std::string& path) {
    std::map<std::string, std::pair<std::string, std::vector<int64_t>>> tensors;
    const TensorFile reader(path);
    for (const TensorEntry& entry : reader.entries()) tensors[entry.name] = {entry.dtype, entry.shape};
    return tensors;
  };
  EXPECT_EQ(tensors_of(directory.path()), tensors_of(GetParam()));
  EXPECT_EQ(read_json(directory / "config.json"), read_json(join_path(GetParam(), "config.json")));
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenTransformer, testing::ValuesIn(known_directories()),
                         [](const auto& test) { return golden::test_name(test.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenTransformer);

}  // namespace
}  // namespace hodhod
