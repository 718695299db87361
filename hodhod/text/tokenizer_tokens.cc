// SPDX-License-Identifier: Apache-2.0
// Tokenizer: from ids back to tokens and text.
#include <fmt/format.h>

#include "hodhod/text/tokenizer.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/utf8.h"

namespace hodhod::text {
namespace {

// How tokens of a role are spelt where no file says it.
constexpr std::pair<std::string_view, std::string_view> kCommonRoles[] = {
    {"bos_token", "<s>"},
    {"bos_token", "<bos>"},
    {"bos_token", "<|begin_of_text|>"},
    {"bos_token", "<|endoftext|>"},
    {"eos_token", "</s>"},
    {"eos_token", "<eos>"},
    {"eos_token", "<|end_of_text|>"},
    {"eos_token", "<|endoftext|>"},
    {"unk_token", "<unk>"},
    {"unk_token", "[UNK]"},
    {"pad_token", "<pad>"},
    {"pad_token", "[PAD]"},
    {"cls_token", "[CLS]"},
    {"sep_token", "[SEP]"},
    {"mask_token", "[MASK]"},
    {"mask_token", "<mask>"},
};

// Transformers' clean_up_tokenization.
std::string without_blanks_before_marks(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
      {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
      {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [with, without] : kMarks) {
    for (size_t at = 0; (at = text.find(with, at)) != text.npos; at += without.size()) {
      text.replace(at, with.size(), without);
    }
  }
  return text;
}

}  // namespace

int32_t Tokenizer::vocab_size() const {
  int32_t size = parts_.model->vocab_size();
  if (!added_.empty()) size = std::max(size, added_.all().back().id + 1);
  return size;
}

std::optional<int32_t> Tokenizer::token_to_id(std::string_view token) const {
  if (const AddedToken* added = added_.find(token)) return added->id;
  return parts_.model->token_to_id(token);
}

std::string_view Tokenizer::id_to_token(int32_t id) const {
  if (const AddedToken* added = added_.find(id)) return added->content;
  return parts_.model->id_to_token(id);
}

bool Tokenizer::is_special(int32_t id) const {
  const AddedToken* added = added_.find(id);
  return added != nullptr && added->special;
}

std::optional<int32_t> Tokenizer::role(std::string_view name) const {
  for (const auto& [role, token] : parts_.roles) {
    if (role == name) return token_to_id(token);
  }
  for (const auto& [role, token] : kCommonRoles) {
    if (role != name) continue;
    if (const auto id = token_to_id(token)) return id;
  }
  return name == "unk_token" ? parts_.model->unknown_id() : std::nullopt;
}

void Tokenizer::set_role(std::string_view name, std::string_view token) {
  for (auto& [role, content] : parts_.roles) {
    if (role == name) {
      content = token;
      return;
    }
  }
  parts_.roles.emplace_back(name, token);
}

std::string Tokenizer::readable_token(int32_t id) const {
  const std::string_view token = id_to_token(id);
  if (added_.find(id) != nullptr) return std::string(token);
  if (const int byte = fallback_byte(token); byte >= 0) return fmt::format("⟨{:02X}⟩", byte);
  const std::string bytes = bytes_ ? from_byte_alphabet(token) : std::string(token);
  std::string out;
  for (size_t i = 0; i < bytes.size();) {
    const Character c = read_character(bytes, i);
    if (c.code == kIllFormed) {
      out += fmt::format("⟨{:02X}⟩", static_cast<uint8_t>(bytes[i]));
    } else {
      out.append(bytes, i, c.size);
    }
    i += c.size;
  }
  return out;
}

std::string Tokenizer::decode(const std::vector<int32_t>& ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (const int32_t id : ids) {
    const AddedToken* added = added_.find(id);
    if (added != nullptr && added->special && skip_special_tokens) continue;
    const std::string_view token = added != nullptr ? added->content : parts_.model->id_to_token(id);
    if (!token.empty()) tokens.emplace_back(token);
  }
  if (parts_.decoder) {
    parts_.decoder->apply(tokens);
  } else if (bytes_) {
    // A file whose pre-tokeniser is ByteLevel and that names no decoder means this one.
    make_byte_level_decoder()->apply(tokens);
  }
  std::string text;
  const bool joined = parts_.decoder || bytes_;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && !joined) text += ' ';
    text += tokens[i];
  }
  return parts_.cleans_up ? without_blanks_before_marks(text) : text;
}

std::string Tokenizer::normalized(std::string_view text) const {
  if (!parts_.normalizer) return std::string(text);
  std::string out = normalize(*parts_.normalizer, text);
  if (text.find(kMetaspace) == text.npos) {
    for (size_t at = 0; (at = out.find(kMetaspace, at)) != out.npos;) out.replace(at, kMetaspace.size(), " ");
  }
  if (out.starts_with(' ') && !text.starts_with(' ')) out.erase(0, 1);
  return out;
}

}  // namespace hodhod::text
