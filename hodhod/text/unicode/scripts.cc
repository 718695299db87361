// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "hodhod/text/unicode/scripts.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <atomic>
#include <charconv>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

// ISO 15924 codes of the scripts of Unicode 14; the first ones in the order of Script from kCommon on, and
// then the frequent ones, for they are tried in this order.
constexpr std::string_view kCodes =
    "zyyy zinh hani hira kana latn arab cyrl grek hang hebr deva thai armn beng ethi geor gujr guru khmr "
    "knda "
    "laoo mlym mong mymr orya sinh syrc taml telu thaa tibt adlm aghb ahom armi avst bali bamu bass batk "
    "bhks "
    "bopo brah brai bugi buhd cakm cans cari cham cher chrs copt cpmn cprt diak dogr dsrt dupl egyp elba "
    "elym "
    "glag gong gonm goth gran hano hatr hluw hmng hmnp hung ital java kali khar khoj kits kthi lana lepc "
    "limb "
    "lina linb lisu lyci lydi mahj maka mand mani marc medf mend merc mero modi mroo mtei mult nand narb "
    "nbat "
    "newa nkoo nshu ogam olck orkh osge osma ougr palm pauc perm phag phli phlp phnx plrd prti rjng rohg "
    "runr "
    "samr sarb saur sgnw shaw shrd sidd sind sogd sogo sora soyo sund sylo tagb takr tale talu tang tavt "
    "tfng "
    "tglg tirh tnsa toto ugar vaii vith wara wcho xpeo xsux yezi yiii zanb";

// All scripts as one pattern, which sets a mark with the script's number.
class ScriptPattern {
 public:
  ScriptPattern() {
    std::string pattern;
    for (size_t at = 0, number = 2; at < kCodes.size(); at += 5, ++number) {
      pattern += fmt::format("{}\\p{{sc:{}}}(*:{})", at == 0 ? "" : "|", kCodes.substr(at, 4), number);
    }
    int error = 0;
    PCRE2_SIZE offset = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                          PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &offset, nullptr);
    check(code_ != nullptr,
          "scripts: this PCRE2 does not know all of Unicode 14's; 10.40 or later is needed");
    pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);
  }
  ~ScriptPattern() { pcre2_code_free(code_); }
  ScriptPattern(const ScriptPattern&) = delete;
  ScriptPattern& operator=(const ScriptPattern&) = delete;

  Script operator()(char32_t code) const {
    const std::string text = to_utf8(code);
    pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
    check(data != nullptr, "scripts: out of memory");
    const int rc =
        pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data, nullptr);
    int number = static_cast<int>(Script::unknown);
    if (rc >= 0) {
      const std::string_view mark = reinterpret_cast<const char*>(pcre2_get_mark(data));
      std::from_chars(mark.data(), mark.data() + mark.size(), number);
    }
    pcre2_match_data_free(data);
    return static_cast<Script>(number);
  }

 private:
  pcre2_code* code_ = nullptr;
};

}  // namespace

Script script_of(char32_t code) {
  if (code >= 0x110000 || (code >= 0xD800 && code < 0xE000)) return Script::unknown;
  // Each code point is looked up once, by the first thread that needs it; the result is the same for all.
  static std::array<std::atomic<uint8_t>, 0x110000> known{};
  if (const uint8_t script = known[code].load(std::memory_order_relaxed); script != 0) {
    return static_cast<Script>(script);
  }
  static const ScriptPattern kPattern;
  const Script script = kPattern(code);
  known[code].store(static_cast<uint8_t>(script), std::memory_order_relaxed);
  return script;
}

Script joined_script_of(char32_t code) {
  const Script script = script_of(code);
  const bool japanese = script == Script::hiragana || script == Script::katakana || code == 0x30FC;
  return japanese ? Script::han : script;
}

size_t script_end(std::string_view word) {
  constexpr char32_t kSpace = 0x2581;
  Script last = Script::unknown;  // none yet
  for (size_t at = 0; at < word.size();) {
    const Character c = read_character(word, at);
    const Script script = c.code == kSpace ? Script::inherited : joined_script_of(c.code);
    if (script != Script::inherited) {
      if (at > 0 && last != Script::unknown && script != last) return at;
      last = script;
    }
    at += c.size;
  }
  return word.size();
}

}  // namespace hodhod::text
