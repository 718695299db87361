// SPDX-License-Identifier: Apache-2.0
// For tests: directories with a tokenizer's files.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// A directory of small files, which goes with the object.
class DirectoryOf {
 public:
  explicit DirectoryOf(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, content] : files) write_file_atomically(directory_ / name, content);
  }
  Tokenizer load() const { return Tokenizer::load(directory_.path()); }
  // As a tokenizer that was saved and loaded again.
  Tokenizer again() const {
    load().save(directory_ / "saved");
    return Tokenizer::load(directory_ / "saved");
  }
  Json saved(const std::string& name) const {
    load().save(directory_ / "saved");
    return read_json(directory_ / "saved" + "/" + name);
  }

 private:
  TemporaryDirectory directory_;
};

inline constexpr const char* kBertVocab =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafe\ncafé\nCafé\nab\na\nb\n##b\n中\n中文\n!\nab!\nA\n<x>\n";

inline std::string tokens_of(const Tokenizer& tokenizer, const std::string& text) {
  std::string all;
  for (const int32_t id : tokenizer.encode(text).ids) all += "|" + std::string(tokenizer.id_to_token(id));
  return all.empty() ? all : all.substr(1);
}

}  // namespace hodhod::text
