// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/after/template_processing.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/text/patterns/json_pattern.h"

namespace hodhod::text {
namespace {

struct TemplatePiece {
  int sequence = -1;  // 0 or 1: a text; −1: a special token
  std::string special;
  int32_t type_id = 0;
};

struct TemplateToken {
  std::string name;
  std::vector<int32_t> ids;
  std::vector<std::string> tokens;
};

class TemplateProcessing : public PostProcessor {
 public:
  TemplateProcessing(std::vector<TemplatePiece> single, std::vector<TemplatePiece> pair,
                     std::vector<TemplateToken> tokens, const std::string& where)
      : templates_{std::move(single), std::move(pair)}, tokens_(std::move(tokens)) {
    for (const auto& pieces : templates_) {
      for (const TemplatePiece& piece : pieces) {
        check(piece.sequence >= 0 || find(piece.special) != nullptr,
              "{}: the template names \"{}\", which is not among special_tokens", where,
              piece.special.substr(0, 60));
      }
    }
    const auto uses_b = [](const TemplatePiece& piece) { return piece.sequence == 1; };
    check(std::none_of(templates_[0].begin(), templates_[0].end(), uses_b),
          "{}: the template for one text contains $B, a second text", where);
  }

  void apply(std::vector<Encoding>& encodings, const std::vector<std::string_view>&,
             bool special) const override {
    std::vector<Encoding> out;
    for (const TemplatePiece& piece : templates_[encodings.size() > 1]) {
      if (piece.sequence >= 0) {
        Encoding text = encodings[static_cast<size_t>(piece.sequence)];
        text.set_type_ids(piece.type_id);
        out.push_back(std::move(text));
      } else if (special) {
        Encoding tokens;
        for (const int32_t id : find(piece.special)->ids) tokens.push_special(id, piece.type_id);
        out.push_back(std::move(tokens));
      }
    }
    encodings = std::move(out);
  }

  bool leaves_bare() const override { return added_count(false) == 0; }
  int added_count(bool pair) const override {
    size_t count = 0;
    for (const TemplatePiece& piece : templates_[pair]) {
      if (piece.sequence < 0) count += find(piece.special)->ids.size();
    }
    return static_cast<int>(count);
  }

  Json to_json() const override {
    Json tokens = Json::object();
    for (const TemplateToken& token : tokens_) {
      tokens[token.name] = {{"id", token.name}, {"ids", token.ids}, {"tokens", token.tokens}};
    }
    return {{"type", "TemplateProcessing"},
            {"single", pieces_to_json(templates_[0])},
            {"pair", pieces_to_json(templates_[1])},
            {"special_tokens", tokens}};
  }

 private:
  const TemplateToken* find(std::string_view name) const {
    const auto found =
        std::find_if(tokens_.begin(), tokens_.end(), [&](const auto& t) { return t.name == name; });
    return found == tokens_.end() ? nullptr : &*found;
  }

  static Json pieces_to_json(const std::vector<TemplatePiece>& pieces) {
    Json list = Json::array();
    for (const TemplatePiece& piece : pieces) {
      if (piece.sequence >= 0) {
        list.push_back({{"Sequence", {{"id", piece.sequence == 0 ? "A" : "B"}, {"type_id", piece.type_id}}}});
      } else {
        list.push_back({{"SpecialToken", {{"id", piece.special}, {"type_id", piece.type_id}}}});
      }
    }
    return list;
  }

  std::vector<TemplatePiece> templates_[2];
  std::vector<TemplateToken> tokens_;
};

bool parse_number(std::string_view text, int32_t& number) {
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != text.npos) return false;
  number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return true;
}

// "$A", "$B:1", "$1", "[CLS]", "[SEP]:1".
TemplatePiece parse_piece(std::string_view text, const std::string& where) {
  TemplatePiece piece;
  const size_t colon = text.rfind(':');
  int32_t type_id = -1;
  std::string_view name = text;
  if (colon != text.npos && colon > 0 && parse_number(text.substr(colon + 1), type_id)) {
    name = text.substr(0, colon);
  }
  if (name.starts_with('$')) {
    const std::string_view which = name.substr(1);
    piece.sequence = which == "B" || which == "b" ? 1 : 0;
    if (!which.empty() && which != "A" && which != "a" && piece.sequence == 0) {
      check(parse_number(which, piece.type_id), "{}: cannot read the template piece \"{}\"", where, text);
    }
  } else {
    piece.special = std::string(name);
  }
  if (type_id >= 0) piece.type_id = type_id;
  return piece;
}

std::vector<TemplatePiece> parse_template(std::string_view text, const std::string& where) {
  std::vector<TemplatePiece> pieces;
  while (!text.empty()) {
    const size_t blank = std::min(text.find(' '), text.size());
    if (blank > 0) pieces.push_back(parse_piece(text.substr(0, blank), where));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return pieces;
}

std::vector<TemplatePiece> read_template(const Json& json, const char* key, const std::string& where) {
  std::vector<TemplatePiece> pieces;
  const std::string here = where + ": " + key;
  const Json* list = json_find(json, key);
  check(list != nullptr, "{}: the key \"{}\" is missing", where, key);
  if (list->is_string()) return parse_template(list->get<std::string>(), here);
  check(list->is_array(), "{}: expected a list", here);
  for (const Json& item : *list) {
    if (item.is_string()) {
      pieces.push_back(parse_piece(item.get<std::string>(), here));
      continue;
    }
    TemplatePiece piece;
    if (const Json* sequence = json_find(item, "Sequence")) {
      const auto id = json_get<std::string>(*sequence, "id", here);
      check(id == "A" || id == "B", "{}: expected A or B, found \"{}\"", here, id.substr(0, 60));
      piece.sequence = id == "A" ? 0 : 1;
      piece.type_id = json_get_or<int>(*sequence, "type_id", 0, here);
    } else if (const Json* special = json_find(item, "SpecialToken")) {
      piece.special = json_get<std::string>(*special, "id", here);
      piece.type_id = json_get_or<int>(*special, "type_id", 0, here);
    } else {
      fail("{}: expected \"Sequence\" or \"SpecialToken\"", here);
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace

PostProcessorPtr make_template_processing(std::string_view single, std::string_view pair,
                                          std::vector<SpecialToken> special_tokens) {
  std::vector<TemplateToken> tokens;
  for (auto& token : special_tokens) tokens.push_back({token.content, {token.id}, {token.content}});
  const std::string where = "template";
  return std::make_unique<TemplateProcessing>(parse_template(single, where), parse_template(pair, where),
                                              std::move(tokens), where);
}

PostProcessorPtr template_processing_from_json(const Json& json, const std::string& where) {
  std::vector<TemplateToken> tokens;
  const Json* special = json_find(json, "special_tokens");
  if (special != nullptr && special->is_object()) {
    for (const auto& [name, token] : special->items()) {
      const std::string here = where + ": special_tokens";
      TemplateToken read{name, {}, {}};
      for (const Json& id : json_list(token, "ids", here)) {
        read.ids.push_back(json_as<int>(id, here));
        check(read.ids.back() >= 0, "{}: {}: the id is negative", here, name.substr(0, 60));
      }
      read.tokens = json_get<std::vector<std::string>>(token, "tokens", here);
      tokens.push_back(std::move(read));
    }
  }
  return std::make_unique<TemplateProcessing>(read_template(json, "single", where),
                                              read_template(json, "pair", where), std::move(tokens), where);
}

}  // namespace hodhod::text
