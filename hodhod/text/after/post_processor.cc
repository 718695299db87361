// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/after/post_processor.h"

#include <algorithm>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/text/after/template_processing.h"
#include "hodhod/text/patterns/json_pattern.h"

namespace hodhod::text {
namespace {

Encoding special_encoding(int32_t id, int32_t type_id) {
  Encoding encoding;
  encoding.push_special(id, type_id);
  return encoding;
}

// Removes the spaces at both ends of tokens from their ranges. With `add_prefix_space`, one space at the very
// beginning stays: it stands for the added one.
void trim_offsets(Encoding& encoding, std::string_view text, bool add_prefix_space) {
  for (size_t i = 0; i < encoding.size(); ++i) {
    Range& bytes = encoding.bytes[i];
    Range& characters = encoding.characters[i];
    if (encoding.sequences[i] < 0 || bytes.size() == 0) continue;
    uint32_t leading = 0, trailing = 0;
    while (leading < bytes.size() && text[bytes.begin + leading] == ' ') ++leading;
    while (trailing < bytes.size() && text[bytes.end - 1 - trailing] == ' ') ++trailing;
    if ((i == 0 || bytes.begin == 0) && add_prefix_space && leading == 1) leading = 0;
    leading = std::min(leading, bytes.size());
    bytes.begin += leading;
    characters.begin += leading;
    trailing = std::min(trailing, bytes.size());
    bytes.end -= trailing;
    characters.end -= trailing;
  }
  for (Encoding& part : encoding.overflow) trim_offsets(part, text, add_prefix_space);
}

void trim_all(std::vector<Encoding>& encodings, const std::vector<std::string_view>& texts,
              bool add_prefix_space) {
  for (size_t i = 0; i < encodings.size() && i < texts.size(); ++i) {
    trim_offsets(encodings[i], texts[i], add_prefix_space);
  }
}

class BertProcessing : public PostProcessor {
 public:
  BertProcessing(SpecialToken sep, SpecialToken cls) : sep_(std::move(sep)), cls_(std::move(cls)) {}

  void apply(std::vector<Encoding>& encodings, const std::vector<std::string_view>&,
             bool special) const override {
    if (!special) return;
    std::vector<Encoding> out;
    out.push_back(special_encoding(cls_.id, 0));
    for (size_t i = 0; i < encodings.size(); ++i) {
      out.push_back(std::move(encodings[i]));
      out.push_back(special_encoding(sep_.id, static_cast<int32_t>(i)));
    }
    encodings = std::move(out);
  }
  int added_count(bool pair) const override { return pair ? 3 : 2; }
  Json to_json() const override {
    return {{"type", "BertProcessing"},
            {"sep", Json::array({sep_.content, sep_.id})},
            {"cls", Json::array({cls_.content, cls_.id})}};
  }

 private:
  SpecialToken sep_, cls_;
};

class RobertaProcessing : public PostProcessor {
 public:
  RobertaProcessing(SpecialToken sep, SpecialToken cls, bool trim_offsets, bool add_prefix_space)
      : sep_(std::move(sep)), cls_(std::move(cls)), trim_(trim_offsets), prefix_(add_prefix_space) {}

  void apply(std::vector<Encoding>& encodings, const std::vector<std::string_view>& texts,
             bool special) const override {
    if (trim_) trim_all(encodings, texts, prefix_);
    for (Encoding& encoding : encodings) encoding.set_type_ids(0);
    if (!special) return;
    std::vector<Encoding> out;
    for (size_t i = 0; i < encodings.size(); ++i) {
      out.push_back(special_encoding(i == 0 ? cls_.id : sep_.id, 0));
      out.push_back(std::move(encodings[i]));
      out.push_back(special_encoding(sep_.id, 0));
    }
    encodings = std::move(out);
  }
  int added_count(bool pair) const override { return pair ? 4 : 2; }
  Json to_json() const override {
    return {{"type", "RobertaProcessing"},
            {"sep", Json::array({sep_.content, sep_.id})},
            {"cls", Json::array({cls_.content, cls_.id})},
            {"trim_offsets", trim_},
            {"add_prefix_space", prefix_}};
  }

 private:
  SpecialToken sep_, cls_;
  bool trim_, prefix_;
};

class ByteLevelProcessing : public PostProcessor {
 public:
  ByteLevelProcessing(bool trim_offsets, bool add_prefix_space)
      : trim_(trim_offsets), prefix_(add_prefix_space) {}
  void apply(std::vector<Encoding>& encodings, const std::vector<std::string_view>& texts,
             bool) const override {
    if (trim_) trim_all(encodings, texts, prefix_);
  }
  int added_count(bool) const override { return 0; }
  Json to_json() const override {
    return {
        {"type", "ByteLevel"}, {"add_prefix_space", prefix_}, {"trim_offsets", trim_}, {"use_regex", true}};
  }

 private:
  bool trim_, prefix_;
};

class PostProcessorSequence : public PostProcessor {
 public:
  explicit PostProcessorSequence(std::vector<PostProcessorPtr> parts) : parts_(std::move(parts)) {}
  void apply(std::vector<Encoding>& encodings, const std::vector<std::string_view>& texts,
             bool special) const override {
    for (const auto& part : parts_) part->apply(encodings, texts, special);
  }
  int added_count(bool pair) const override {
    int count = 0;
    for (const auto& part : parts_) count += part->added_count(pair);
    return count;
  }
  Json to_json() const override {
    Json parts = Json::array();
    for (const auto& part : parts_) parts.push_back(part->to_json());
    return {{"type", "Sequence"}, {"processors", parts}};
  }

 private:
  std::vector<PostProcessorPtr> parts_;
};

SpecialToken read_special(const Json& json, const char* key, const std::string& where) {
  const Json& pair = json_list(json, key, where);
  check(pair.size() == 2 && pair[0].is_string(), "{}: {}: expected a token and its id", where, key);
  const int id = json_as<int>(pair[1], fmt::format("{}: {}", where, key));
  check(id >= 0, "{}: {}: the id is negative", where, key);
  return {pair[0].get<std::string>(), id};
}

}  // namespace

PostProcessorPtr make_bert_processing(SpecialToken sep, SpecialToken cls) {
  return std::make_unique<BertProcessing>(std::move(sep), std::move(cls));
}
PostProcessorPtr make_roberta_processing(SpecialToken sep, SpecialToken cls, bool trim,
                                         bool add_prefix_space) {
  return std::make_unique<RobertaProcessing>(std::move(sep), std::move(cls), trim, add_prefix_space);
}
PostProcessorPtr make_byte_level_processing(bool trim, bool add_prefix_space) {
  return std::make_unique<ByteLevelProcessing>(trim, add_prefix_space);
}
PostProcessorPtr make_post_processor_sequence(std::vector<PostProcessorPtr> parts) {
  return std::make_unique<PostProcessorSequence>(std::move(parts));
}

PostProcessorPtr post_processor_from_json(const Json& json, const std::string& where) {
  if (json.is_null()) return nullptr;
  const auto type = json_get<std::string>(json, "type", where);
  if (type == "TemplateProcessing") return template_processing_from_json(json, where);
  if (type == "BertProcessing") {
    return make_bert_processing(read_special(json, "sep", where), read_special(json, "cls", where));
  }
  if (type == "RobertaProcessing") {
    return make_roberta_processing(read_special(json, "sep", where), read_special(json, "cls", where),
                                   json_get_or<bool>(json, "trim_offsets", true, where),
                                   json_get_or<bool>(json, "add_prefix_space", true, where));
  }
  if (type == "ByteLevel") {
    return make_byte_level_processing(json_get_or<bool>(json, "trim_offsets", true, where),
                                      json_get_or<bool>(json, "add_prefix_space", true, where));
  }
  if (type == "Sequence") {
    std::vector<PostProcessorPtr> parts;
    size_t i = 0;
    for (const Json& part : json_list(json, "processors", where)) {
      auto read = post_processor_from_json(part, fmt::format("{}: processors[{}]", where, i++));
      if (read) parts.push_back(std::move(read));
    }
    return make_post_processor_sequence(std::move(parts));
  }
  fail("{}: no post-processor is called \"{}\"", where, type.substr(0, 100));
}

Encoding join_encodings(std::vector<Encoding> encodings) {
  Encoding all;
  for (size_t i = 0; i < encodings.size(); ++i) {
    Encoding& next = encodings[i];
    if (i == 0) {
      all = std::move(next);
      continue;
    }
    std::vector<Encoding> overflow;
    const auto add = [&](Encoding base, const Encoding& other) {
      base.append(other);
      overflow.push_back(std::move(base));
    };
    for (const Encoding& part : all.overflow) {
      add(part, next);
      for (const Encoding& other : next.overflow) add(part, other);
    }
    for (const Encoding& other : next.overflow) add(all.slice(0, all.size()), other);
    all.overflow = std::move(overflow);
    all.append(next);
  }
  return all;
}

}  // namespace hodhod::text
