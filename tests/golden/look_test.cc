// SPDX-License-Identifier: Apache-2.0
// Pages of recorded models: what they hold is what the reference computed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/file.h"
#include "hodhod/look/look.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/transformer_model.h"
#include "tests/golden/golden.h"

namespace hodhod {
namespace {

std::vector<std::string> recorded_transformers() {
  std::vector<std::string> found = golden::directories();
  std::erase_if(found, [](const std::string& directory) {
    const std::string path = join_path(directory, "config.json");
    if (!file_exists(path)) return true;
    const Json json = read_json(path);
    const auto names = json_get_or<std::vector<std::string>>(json, "architectures", {}, path);
    return std::none_of(hf::families().begin(), hf::families().end(), [&](const hf::Family* family) {
      return family->model_type == json_get_or<std::string>(json, "model_type", "", path) &&
             (names.empty() || std::any_of(family->heads.begin(), family->heads.end(),
                                           [&](const auto& head) { return head.architecture == names[0]; }));
    });
  });
  return found;
}

class GoldenLook : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    recording_.emplace(GetParam());
    subject_.emplace(look::Subject::load(GetParam()));
  }

  const TransformerConfig& config() const {
    return dynamic_cast<const TransformerModelConfig&>(subject_->config()).body;
  }
  bool has(const std::string& name) const { return recording_->contains(name); }
  // The first row of a recorded tensor, up to its padding.
  std::vector<int64_t> first_row(const std::string& name) const {
    const Tensor ids = recording_->tensor("fwd.in." + name);
    std::vector<int64_t> row = ids.values<int64_t>();
    row.resize(static_cast<size_t>(ids.dim(1)));
    if (name == "input_ids" && has("fwd.in.attention_mask")) {
      const auto mask = recording_->tensor("fwd.in.attention_mask").values<int64_t>();
      row.resize(static_cast<size_t>(std::count(mask.begin(), mask.begin() + ids.dim(1), 1)));
    }
    return row;
  }

  // Compares what the page holds with the beginning of the recording, [B, …] padded in its time dimensions.
  void expect_recorded(const std::string& theirs, const std::vector<float>& got, const Shape& shape,
                       double bound) {
    const Tensor want = recording_->tensor(theirs);
    ASSERT_EQ(want.rank(), shape.rank() + 1) << theirs;
    double worst = 0;
    for (int64_t i = 0; i < shape.numel(); ++i) {
      int64_t left = i, at = want.offset(), step = shape.numel();
      Shape strides = want.dense().strides();
      at = 0;
      for (int d = 0; d < shape.rank(); ++d) {
        step /= shape[d];
        at += left / step * strides[d + 1];
        left %= step;
      }
      const Tensor dense = want.dense().converted(DType::f32);
      worst = std::max(worst,
                       std::fabs(static_cast<double>(got[static_cast<size_t>(i)]) - dense.data<float>()[at]));
    }
    EXPECT_LE(worst, bound) << theirs;
    ++compared_;
  }

  std::optional<golden::Recording> recording_;
  std::optional<look::Subject> subject_;
  int compared_ = 0;
};

TEST_P(GoldenLook, ThePageHoldsWhatTheReferenceComputed) {
  const bool both = config().has_encoder() && config().has_decoder();
  if (has("fwd.in.token_type_ids")) {
    const auto types = recording_->tensor("fwd.in.token_type_ids").values<int64_t>();
    if (std::any_of(types.begin(), types.end(), [](int64_t type) { return type != 0; }))
      GTEST_SKIP() << "the recording is of pairs of texts";
  }
  if (has("fwd.in.global_attention_mask")) GTEST_SKIP() << "the recording has tokens that all attend to";
  look::LookOptions options{.ids = first_row("input_ids"), .exact = true, .tensors = true};
  // A classifier reads its text twice.
  if (has("fwd.in.decoder_input_ids")) options.target_ids = first_row("decoder_input_ids");
  const look::LookResult found = look::look(*subject_, options);
  const look::ReadPage page = look::read_page(found.page);
  std::map<std::string, const Json*> tensors;
  for (const Json& tensor : page.index.at("tensors")) tensors[tensor.at("name").text()] = &tensor;

  const auto compare = [&](const std::string& name, const std::string& theirs, double bound) {
    if (!has(theirs)) return;
    ASSERT_TRUE(tensors.contains(name)) << name;
    const Json& tensor = *tensors.at(name);
    EXPECT_EQ(tensor.at("form").text(), "f32") << name;
    expect_recorded(theirs, look::tensor_values(page, tensor),
                    Shape(tensor.at("shape").get<std::vector<int64_t>>()), bound);
  };
  const auto compare_stack = [&](const std::string& stack, const std::string& theirs) {
    const StackSizes sizes = stack == "encoder" ? config().sizes_of_encoder() : config().sizes_of_decoder();
    for (int64_t i = 0; i < sizes.layers; ++i) {
      const std::string layer = stack + ".layer." + std::to_string(i) + ".", number = std::to_string(i);
      compare(layer + "self_attention.probabilities", "fwd.out." + theirs + "attentions." + number, 5e-5);
      const bool behind_norm = i + 1 == sizes.layers && config().final_norm;
      compare(behind_norm ? stack + ".final_norm" : layer + "output",
              "fwd.out." + theirs + "hidden_states." + std::to_string(i + 1), 3e-4);
      if (stack == "decoder" && both)
        compare(layer + "cross_attention.probabilities", "fwd.out.cross_attentions." + number, 5e-5);
    }
  };
  if (both) {
    compare_stack("encoder", "encoder_");
    compare_stack("decoder", "decoder_");
  } else {
    compare_stack(config().has_decoder() ? "decoder" : "encoder", "");
  }
  for (const auto& [name, tensor] : found.tensors) {
    if (name != "logits" || !has("fwd.out.logits")) continue;
    const Tensor want = recording_->tensor("fwd.out.logits");
    // A masked-language head's have the places of the text alone.
    const Shape shape = tensor.rank() == want.rank()
                            ? Shape(std::span(tensor.shape().begin() + 1, tensor.shape().end()))
                            : tensor.shape();
    expect_recorded("fwd.out.logits", tensor.values<float>(), shape, 3e-4);
  }
  EXPECT_GT(compared_, 0);
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenLook, testing::ValuesIn(recorded_transformers()),
                         [](const auto& tested) { return golden::test_name(tested.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenLook);

}  // namespace
}  // namespace hodhod
