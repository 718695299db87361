// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/tokenizer_directory.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/formats/m2m100.h"
#include "hodhod/text/formats/marian.h"
#include "hodhod/text/formats/sentencepiece_model.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/formats/tokenizer_json.h"
#include "hodhod/text/formats/vocabularies.h"

namespace hodhod::text {
namespace {

// The path of the first of these files in the directory; empty if there is none.
std::string find_file(const std::string& directory, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string path = join_path(directory, name);
    if (file_exists(path)) return path;
  }
  return "";
}

std::string find_merges(const std::string& directory) {
  return find_file(directory, {"merges.txt", "vocab.bpe"});
}
std::string find_vocab(const std::string& directory) {
  return find_file(directory, {"vocab.json", "encoder.json"});
}

std::string name_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

Tokenizer load_json_file(const std::string& path) {
  // A vocabulary alone maps tokens to numbers; a tokenizer.json has a model.
  if (name_of(path) == "vocab.json" || name_of(path) == "encoder.json") {
    const std::string merges = find_merges(parent_path(path));
    if (!merges.empty()) return Tokenizer(gpt2_parts(path, merges), path);
  }
  return Tokenizer::from_json(read_file(path), path);
}

Tokenizer load_file(const std::string& path) {
  const std::string name = name_of(path);
  if (name.ends_with(".json")) return load_json_file(path);
  if (name.ends_with(".model") || name.ends_with(".spm"))
    return Tokenizer(sentencepiece_parts(read_file(path), path), path);
  if (name == "merges.txt" || name == "vocab.bpe") {
    const std::string vocab = find_vocab(parent_path(path));
    if (!vocab.empty()) return Tokenizer(gpt2_parts(vocab, path), vocab);
  }
  if (name.ends_with(".txt")) return Tokenizer(bert_parts(path), path);
  return Tokenizer(subword_nmt_parts(path), path);
}

TokenizerParts directory_parts(const std::string& directory, const TokenizerConfig& config) {
  // Marian's tokenizer has no tokenizer.json in Transformers, so one beside its files is not what it reads.
  if (file_exists(join_path(directory, "source.spm"))) return marian_parts(directory, config);
  if (const auto path = find_file(directory, {"tokenizer.json"}); !path.empty()) {
    TokenizerParts parts = parts_from_json(read_file(path), path);
    heed_settings(parts, config);
    return parts;
  }
  const std::string vocab = find_vocab(directory), merges = find_merges(directory);
  if (config.family() == TokenizerFamily::m2m100 &&
      file_exists(join_path(directory, "sentencepiece.bpe.model")))
    return m2m100_parts(directory, config);
  if (const auto path = find_file(directory, {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"});
      !path.empty()) {
    return sentencepiece_parts(read_file(path), path, config);
  }
  if (!vocab.empty() && !merges.empty()) return gpt2_parts(vocab, merges, config);
  if (const auto path = find_file(directory, {"vocab.txt"}); !path.empty()) return bert_parts(path, config);
  fail(
      "{}: there is no tokenizer here; expected tokenizer.json, tokenizer.model, vocab.json with merges.txt "
      "or source.spm, or vocab.txt",
      directory);
}

// Adds the tokens that the settings name. Known tokens become special if the settings say so, and are
// searched in texts. tokenizer.json numbers new ones after its own.
void add_named_tokens(TokenizerParts& parts, const TokenizerConfig& config, bool numbered) {
  std::vector<AddedToken> named = config.tokens();
  std::stable_sort(named.begin(), named.end(), [](const AddedToken& a, const AddedToken& b) {
    return static_cast<uint32_t>(a.id) < static_cast<uint32_t>(b.id);
  });
  for (AddedToken& token : named) {
    const auto same = [&](const AddedToken& other) { return other.content == token.content; };
    const auto known = std::find_if(parts.added_tokens.begin(), parts.added_tokens.end(), same);
    if (known != parts.added_tokens.end()) {
      known->special = known->special || token.special;
      known->in_text = true;
      continue;
    }
    if (!numbered) token.id = -1;
    parts.added_tokens.push_back(std::move(token));
  }
}

// Whether the class can open the saved files: always if it was read from the same kind of files; otherwise
// only classes that take a tokenizer.json as it is.
bool opens_saved(const TokenizerConfig& config, bool same_files) {
  if (same_files) return true;
  switch (config.family()) {
    case TokenizerFamily::bert:
      return config.flag("do_basic_tokenize", true);
    case TokenizerFamily::gpt2:
    case TokenizerFamily::gpt_neox:
    case TokenizerFamily::qwen2:
    case TokenizerFamily::roberta:
    case TokenizerFamily::llama:
      return true;
    default:
      return false;
  }
}

// Whether a token is a word of several Chinese characters.
bool has_chinese_words(const TokenizerParts& parts) {
  for (int32_t id = 0; id < parts.model->vocab_size(); ++id) {
    const std::string_view token = parts.model->id_to_token(id);
    size_t count = 0;
    for (size_t at = 0; at < token.size(); ++count) {
      const Character c = read_character(token, at);
      if (c.code < 0x4E00 || c.code > 0x9FFF) break;
      at += c.size;
      if (count > 0 && at == token.size()) return true;
    }
  }
  return false;
}

Tokenizer load_directory(const std::string& directory) {
  const TokenizerConfig config = TokenizerConfig::read(directory);
  TokenizerParts parts = directory_parts(directory, config);
  const bool is_json = parts.files.empty() && file_exists(join_path(directory, "tokenizer.json"));
  add_named_tokens(parts, config, !is_json);
  parts.roles = config.roles();
  parts.cleans_up = config.flag("clean_up_tokenization_spaces", false);
  parts.settings = config.kept_settings();
  if (config.finds_chinese_words() && has_chinese_words(parts)) {
    parts.warnings.push_back(
        fmt::format("{}: RoFormer finds the words of Chinese texts with jieba's dictionary, which is not "
                    "supported: they are "
                    "split into single characters, and their ids differ",
                    directory));
  }
  for (std::string& warning : config.warnings()) parts.warnings.push_back(std::move(warning));
  // With this setting Transformers asks for the SentencePiece file; tokenizer.json has what it means.
  if (config.family() == TokenizerFamily::llama) parts.settings.erase("add_prefix_space");
  if (!opens_saved(config, is_json || !parts.files.empty())) parts.settings.erase("tokenizer_class");
  return Tokenizer(std::move(parts), directory);
}

// The class that opens what is saved.
std::string usual_class(const TokenizerParts& parts) {
  if (parts.files.empty()) return "PreTrainedTokenizerFast";
  const bool marian = std::any_of(parts.files.begin(), parts.files.end(),
                                  [](const auto& file) { return file.first == "source.spm"; });
  return marian ? "MarianTokenizer" : "M2M100Tokenizer";
}

// How Transformers writes an unknown length.
constexpr double kNoLongest = 1e30;

// Whether it is a tokenizer like BERT's, with type ids that mark the second of two texts. Other models take
// none.
bool gives_type_ids(const Tokenizer& tokenizer) {
  const TokenizerParts& parts = tokenizer.parts();
  if (!parts.post_processor || !tokenizer.role("cls_token")) return false;
  std::vector<Encoding> two(2);
  two[0].push(0, 0, {}, {}, 0);
  two[1].push(0, 1, {}, {}, 0);
  parts.post_processor->apply(two, {std::string_view(), std::string_view()}, true);
  const auto is_second = [](const Encoding& encoding) {
    return std::any_of(encoding.type_ids.begin(), encoding.type_ids.end(), [](int32_t id) { return id > 0; });
  };
  return std::any_of(two.begin(), two.end(), is_second);
}

Json added_tokens_decoder(const AddedTokens& added) {
  Json decoder = Json::object();
  for (const AddedToken& token : added.all()) {
    Json value = added_token_to_json(token);
    value.erase("id");
    decoder[std::to_string(token.id)] = std::move(value);
  }
  return decoder;
}

bool says_longest(const Json& config) {
  const Json* longest = json_find(config, "model_max_length");
  return longest != nullptr && longest->is_number() && longest->get<double>() < kNoLongest / 2;
}

// Sets a member unless the directory's own settings have it.
void set_default(Json& config, const char* key, Json value) {
  if (json_find(config, key) == nullptr) config[key] = std::move(value);
}

}  // namespace

Tokenizer load_tokenizer(const std::string& path) {
  return is_directory(path) ? load_directory(path) : load_file(path);
}

void save_tokenizer(const Tokenizer& tokenizer, const std::string& directory,
                    std::optional<int64_t> longest) {
  const TokenizerParts& parts = tokenizer.parts();
  make_directories(directory);
  Json roles = Json::object();
  for (const char* name : kTokenRoles) {
    // A token that only has a common spelling of the role is not named: readers would then search it in
    // texts.
    const auto named = [&](const auto& known) { return known.first == name; };
    const bool said = std::any_of(parts.roles.begin(), parts.roles.end(), named);
    const auto id = tokenizer.role(name);
    if (id && (said || tokenizer.is_special(*id))) roles[name] = tokenizer.id_to_token(*id);
  }
  Json config = parts.settings;
  config["added_tokens_decoder"] = added_tokens_decoder(tokenizer.added_tokens());
  for (const auto& [name, token] : roles.items()) config[name] = token;
  config["clean_up_tokenization_spaces"] = parts.cleans_up;
  if (!says_longest(config)) {
    config["model_max_length"] = longest            ? Json(*longest)
                                 : parts.truncation ? Json(parts.truncation->max_length)
                                                    : Json(kNoLongest);
  }
  set_default(config, "model_input_names",
              gives_type_ids(tokenizer) ? Json::array({"input_ids", "token_type_ids", "attention_mask"})
                                        : Json::array({"input_ids", "attention_mask"}));
  // A named class has its own padding side: Llama's is the left.
  if (json_find(config, "tokenizer_class") == nullptr) set_default(config, "padding_side", "right");
  set_default(config, "tokenizer_class", usual_class(parts));
  if (const Json* more = json_find(config, "additional_special_tokens"))
    roles["additional_special_tokens"] = *more;
  for (const auto& [name, bytes] : parts.files) write_file_atomically(join_path(directory, name), bytes);
  if (parts.files.empty()) write_file_atomically(join_path(directory, "tokenizer.json"), tokenizer.to_json());
  write_file_atomically(join_path(directory, "special_tokens_map.json"), format_json(roles) + "\n");
  write_file_atomically(join_path(directory, "tokenizer_config.json"), format_json(config) + "\n");
}

}  // namespace hodhod::text
