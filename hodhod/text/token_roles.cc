// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/token_roles.h"

namespace hodhod::text {
namespace {

constexpr std::string_view kBos[] = {"<s>", "<bos>", "<|begin_of_text|>", "<|endoftext|>"};
constexpr std::string_view kEos[] = {"</s>", "<eos>", "<|end_of_text|>", "<|endoftext|>"};
constexpr std::string_view kUnk[] = {"<unk>", "[UNK]"};
constexpr std::string_view kPadSpellings[] = {"<pad>", "[PAD]"};
constexpr std::string_view kCls[] = {"[CLS]"};
constexpr std::string_view kSep[] = {"[SEP]"};
constexpr std::string_view kMask[] = {"[MASK]", "<mask>"};

}  // namespace

std::span<const std::string_view> common_spellings(std::string_view role) {
  if (role == "bos_token") return kBos;
  if (role == "eos_token") return kEos;
  if (role == "unk_token") return kUnk;
  if (role == "pad_token") return kPadSpellings;
  if (role == "cls_token") return kCls;
  if (role == "sep_token") return kSep;
  if (role == "mask_token") return kMask;
  return {};
}

}  // namespace hodhod::text
