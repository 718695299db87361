// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/characters.h"

#include <string>

#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/character_classes.h"

namespace hodhod::text {
namespace {

// Calls decide(character, edit) for every character; it must consume exactly that. Ill-formed bytes stay.
template <class Decide>
void for_each_character(NormalizedText& text, Decide&& decide) {
  const std::string_view source = text.view();
  NormalizedText::Editor edit(text);
  while (edit.read() < source.size()) {
    const Character c = read_character(source, edit.read());
    if (c.code == kIllFormed) {
      edit.keep(1);
    } else {
      decide(c, edit);
    }
  }
  edit.finish();
}

class Lowercase : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    std::string lower;
    for_each_character(text, [&](Character c, NormalizedText::Editor& edit) {
      if (c.code < 'A' || (c.code > 'Z' && c.code < 0x80)) return edit.keep(1);
      lower.clear();
      append_lowercase(lower, c.code);
      edit.replace(c.size, lower);
    });
  }
  Json to_json() const override { return {{"type", "Lowercase"}}; }
};

class Strip : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}

  void apply(NormalizedText& text) const override {
    const std::string_view source = text.view();
    size_t begin = 0, end = source.size();
    if (left_) {
      while (begin < end) {
        const Character c = read_character(source, begin);
        if (!classes_.is(c.code, kSpace)) break;
        begin += c.size;
      }
    }
    if (right_) {
      while (end > begin) {
        const Character c = read_character_before(source, end);
        if (!classes_.is(c.code, kSpace)) break;
        end -= c.size;
      }
    }
    NormalizedText::Editor edit(text);
    edit.drop(begin);
    edit.keep(end - begin);
    edit.drop(source.size() - end);
    edit.finish();
  }
  Json to_json() const override {
    return {{"type", "Strip"}, {"strip_left", left_}, {"strip_right", right_}};
  }

 private:
  CharacterClasses classes_;
  bool left_, right_;
};

class StripAccents : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    for_each_character(text, [&](Character c, NormalizedText::Editor& edit) {
      classes_.is(c.code, kMark) ? edit.drop(c.size) : edit.keep(c.size);
    });
  }
  Json to_json() const override { return {{"type", "StripAccents"}}; }

 private:
  CharacterClasses classes_;
};

class Nmt : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    for_each_character(text, [](Character c, NormalizedText::Editor& edit) {
      if (is_dropped(c.code)) {
        edit.drop(c.size);
      } else if (is_blank(c.code)) {
        edit.replace(c.size, " ");
      } else {
        edit.keep(c.size);
      }
    });
  }
  Json to_json() const override { return {{"type", "Nmt"}}; }

 private:
  static bool is_dropped(char32_t c) {
    return (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
  }
  static bool is_blank(char32_t c) {
    return c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || (c >= 0x200B && c <= 0x200F) ||
           c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
  }
};

class Prepend : public Normalizer {
 public:
  explicit Prepend(std::string_view prefix) : prefix_(prefix) {}
  void apply(NormalizedText& text) const override {
    if (text.view().empty()) return;
    NormalizedText::Editor edit(text);
    edit.insert(prefix_);
    edit.finish();
  }
  Json to_json() const override { return {{"type", "Prepend"}, {"prepend", prefix_}}; }

 private:
  std::string prefix_;
};

class ByteLevelNormalizer : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    NormalizedText::Editor edit(text);
    while (edit.read() < edit.source().size()) {
      edit.replace(1, byte_to_utf8(static_cast<uint8_t>(edit.source()[edit.read()])));
    }
    edit.finish();
  }
  Json to_json() const override { return {{"type", "ByteLevel"}}; }
};

class BertNormalizer : public Normalizer {
 public:
  explicit BertNormalizer(BertNormalizerOptions options)
      : options_(options), nfd_(make_unicode_normalizer(UnicodeForm::nfd)), lowercase_(make_lowercase()) {}

  void apply(NormalizedText& text) const override {
    if (options_.clean_text || options_.handle_chinese_chars) clean(text);
    const bool strip_accents = options_.strip_accents < 0 ? options_.lowercase : options_.strip_accents > 0;
    if (strip_accents) {
      nfd_->apply(text);
      for_each_character(text, [&](Character c, NormalizedText::Editor& edit) {
        classes_.is(c.code, kNonspacing) ? edit.drop(c.size) : edit.keep(c.size);
      });
    }
    if (options_.lowercase) lowercase_->apply(text);
  }

  Json to_json() const override {
    Json accents = nullptr;
    if (options_.strip_accents >= 0) accents = options_.strip_accents > 0;
    return {{"type", "BertNormalizer"},
            {"clean_text", options_.clean_text},
            {"handle_chinese_chars", options_.handle_chinese_chars},
            {"strip_accents", accents},
            {"lowercase", options_.lowercase}};
  }

 private:
  void clean(NormalizedText& text) const {
    for_each_character(text, [&](Character c, NormalizedText::Editor& edit) {
      const uint8_t classes = classes_(c.code);
      const bool blank = classes & kSpace;
      const bool control = c.code == 0 || c.code == 0xFFFD ||
                           ((classes & kControlLike) && c.code != '\t' && c.code != '\n' && c.code != '\r');
      if (options_.clean_text && control) return edit.drop(c.size);
      if (options_.clean_text && blank) return edit.replace(c.size, " ");
      if (options_.handle_chinese_chars && is_chinese(c.code)) {
        edit.insert(" ");
        edit.keep(c.size);
        edit.insert(" ");
        return;
      }
      edit.keep(c.size);
    });
  }

  static bool is_chinese(char32_t c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) ||
           (c >= 0x2B920 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
  }

  BertNormalizerOptions options_;
  CharacterClasses classes_;
  NormalizerPtr nfd_, lowercase_;
};

}  // namespace

NormalizerPtr make_lowercase() { return std::make_unique<Lowercase>(); }
NormalizerPtr make_strip(bool left, bool right) { return std::make_unique<Strip>(left, right); }
NormalizerPtr make_strip_accents() { return std::make_unique<StripAccents>(); }
NormalizerPtr make_nmt() { return std::make_unique<Nmt>(); }
NormalizerPtr make_prepend(std::string_view prefix) { return std::make_unique<Prepend>(prefix); }
NormalizerPtr make_byte_level_normalizer() { return std::make_unique<ByteLevelNormalizer>(); }
NormalizerPtr make_bert_normalizer(BertNormalizerOptions options) {
  return std::make_unique<BertNormalizer>(options);
}

}  // namespace hodhod::text
