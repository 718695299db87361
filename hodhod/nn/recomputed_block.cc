// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/recomputed_block.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/nn/module.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// A block with all that its second run needs: what a setting points to is gone by then.
class BlockRun {
 public:
  BlockRun(const TransformerBlock& block, const AttentionSetting& setting, Context& context,
           const AttentionSetting& to_memory)
      : block_(&block),
        setting_(setting),
        to_memory_(to_memory),
        start_(context),
        caller_(&context),
        path_(context.trace ? context.trace->path() : std::string()) {
    if (setting.rotary) rotary_ = *setting.rotary;
    if (setting.global) global_ = *setting.global;
  }

  // `inputs` are x, the memory if there is one, and the distance bias if there is one.
  Tensor operator()(std::span<const Tensor> inputs) {
    const bool again = caller_ == nullptr;
    Context context = start_;  // the same random streams each time
    AttentionSetting setting = setting_;
    if (rotary_) setting.rotary = &*rotary_;
    if (global_) setting.global = &*global_;
    if (setting.distance_bias.values.defined()) setting.distance_bias.values = inputs.back();
    const Trace::Again traced(again ? context.trace : nullptr, path_);
    std::optional<TransformerBlock::CrossInput> cross;
    if (block_->cross_attention)
      cross =
          TransformerBlock::CrossInput{block_->cross_attention->keys_values(inputs[1], context), to_memory_};
    const Tensor y = (*block_)(inputs[0], setting, context, cross ? &*cross : nullptr);
    if (caller_) std::exchange(caller_, nullptr)->streams = context.streams;
    return y;
  }

 private:
  const TransformerBlock* block_;
  AttentionSetting setting_, to_memory_;
  Context start_;
  Context* caller_;  // null once it has run
  std::string path_;
  std::optional<RotaryTables> rotary_;
  std::optional<GlobalTokens> global_;
};

}  // namespace

Tensor recomputed(const TransformerBlock& block, const Tensor& x, const AttentionSetting& setting,
                  Context& context, const Tensor& memory, const AttentionSetting& to_memory) {
  std::vector<Tensor> inputs = {x}, parameters;
  if (memory.defined()) inputs.push_back(memory);
  if (setting.distance_bias.values.defined()) inputs.push_back(setting.distance_bias.values);
  for_each_parameter(const_cast<TransformerBlock&>(block),  // only read
                     [&](const std::string&, Tensor& parameter) { parameters.push_back(parameter); });
  return checkpoint(BlockRun(block, setting, context, to_memory), inputs, parameters);
}

}  // namespace hodhod
