// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/replace.h"

#include "hodhod/text/patterns/pattern.h"

namespace hodhod::text {
namespace {

class Replace : public Normalizer {
 public:
  Replace(std::string_view what, std::string_view with) : what_(what), with_(with) {}

  void apply(NormalizedText& text) const override {
    if (what_.empty()) return;
    const std::string_view source = text.view();
    NormalizedText::Editor edit(text);
    for (size_t at; (at = source.find(what_, edit.read())) != source.npos;) {
      edit.keep(at - edit.read());
      edit.replace(what_.size(), with_);
    }
    edit.finish();
  }
  Json to_json() const override {
    return {{"type", "Replace"}, {"pattern", {{"String", what_}}}, {"content", with_}};
  }

 private:
  std::string what_, with_;
};

class ReplacePattern : public Normalizer {
 public:
  ReplacePattern(std::string_view pattern, std::string_view with, const std::string& where)
      : pattern_(pattern, where), with_(with) {}

  void apply(NormalizedText& text) const override {
    NormalizedText::Editor edit(text);
    pattern_.for_each_match(edit.source(), [&](Range match) {
      edit.keep(match.begin - edit.read());
      match.size() > 0 ? edit.replace(match.size(), with_) : edit.insert(with_);
    });
    edit.finish();
  }
  Json to_json() const override {
    return {{"type", "Replace"}, {"pattern", {{"Regex", pattern_.source()}}}, {"content", with_}};
  }

 private:
  Pattern pattern_;
  std::string with_;
};

}  // namespace

NormalizerPtr make_replace(std::string_view what, std::string_view with) {
  return std::make_unique<Replace>(what, with);
}

NormalizerPtr make_replace_pattern(std::string_view pattern, std::string_view with,
                                   const std::string& where) {
  return std::make_unique<ReplacePattern>(pattern, with, where);
}

}  // namespace hodhod::text
