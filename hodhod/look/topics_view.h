// SPDX-License-Identifier: Apache-2.0
// A text as a mixture of topics, and which topic each of its words belongs to.
#pragma once

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

// Topics that a page shows, those with the greatest shares, and the words of each.
inline constexpr int64_t kShownTopics = 12, kWordsOfTopic = 12;

// The text's words as the model reads them.
Reading read_topics(const Subject& subject, const ReadingOptions& options);
// Of `topics`: the share θ_k of each topic in the text, and for each word that is known the share of the
// topic in it,
//
//   p(k | w, text) = θ_k φ_kw / Σ_j θ_j φ_jw
//
// with φ_kw = p(word w | topic k).
Json topics_json(const Subject& subject, const Reading& reading);

}  // namespace hodhod::look
