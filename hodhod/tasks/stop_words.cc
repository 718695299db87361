// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/stop_words.h"

#include <algorithm>
#include <unordered_set>

namespace hodhod {
namespace {

constexpr std::string_view kEnglish =
    "a about above after again against all almost also although always am among an and another any anyone "
    "anything are "
    "around as at back be became because been before being below between both but by came can cannot come "
    "could did do "
    "does doing done down during each either else even ever every everyone everything few first for from "
    "further get "
    "gets getting give given go goes going gone good got had has have having he her here hers herself him "
    "himself his "
    "how however i if in into is it its itself just know last least less let like made make makes making "
    "many may me "
    "might mine more most much must my myself near need never new next no nobody none nor not nothing now of "
    "off often "
    "on once one only onto or other others our ours ourselves out over own per perhaps put quite rather "
    "really said same "
    "saw say says see seem seemed seems seen several shall she should since so some someone something soon "
    "still such "
    "take taken than that the their theirs them themselves then there therefore these they thing things "
    "think this those "
    "though three through thus to together too took toward towards two under until up upon us use used using "
    "very want "
    "wants was way we well went were what whatever when where whether which while who whole whom whose why "
    "will with "
    "within without would yes yet you your yours yourself yourselves";

constexpr std::string_view kPersian =
    "از با به در بر برای تا که را و یا اما اگر پس چون چه "
    "چرا کجا کی کدام آن این آنها اینها آن‌ها این‌ها "
    "آنان اینان او وی ما شما ایشان من تو خود خویش هم "
    "همه هیچ هر هنوز همان همین همچنین همیشه یک دو سه "
    "بی جز نیز نه بله آری است هست نیست بود نبود باشد "
    "نباشد باشند بودند هستند نیستند شد شده شدند شود "
    "نشود می‌شود می‌شوند کرد کرده کردند کند کنند "
    "می‌کند می‌کنند نمی‌کند کنید کنیم داد داده "
    "دادند دهد می‌دهد می‌دهند داشت داشته داشتند "
    "دارد دارند ندارد دارم داریم گفت گفته گفتند گوید "
    "می‌گوید خواهد خواهند باید نباید شاید می‌توان "
    "توان می‌تواند می‌توانند نمی‌تواند آنجا اینجا "
    "آنکه اینکه آن‌که این‌که بین میان روی زیر بالای "
    "پیش پس بعد قبل درباره دربارهٔ بدون ضمن طی سپس "
    "دیگر دیگری دیگران چند چندین بسیار بسیاری خیلی "
    "کم کمتر بیش بیشتر بیشترین برخی بعضی تنها فقط حتی "
    "ولی لیکن زیرا البته مانند مثل چنین چنان همچون "
    "گونه طور وقتی هنگام هنگامی اکنون حالا امروز های "
    "ها ای ام ات اش مان تان شان تر ترین";

std::unordered_set<std::string_view> words_of(std::string_view list) {
  std::unordered_set<std::string_view> words;
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find(' ', begin), list.size());
    words.insert(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

bool is_stop_word(std::string_view word) {
  static const auto kEnglishWords = words_of(kEnglish), kPersianWords = words_of(kPersian);
  return kEnglishWords.contains(word) || kPersianWords.contains(word);
}

}  // namespace hodhod
