// SPDX-License-Identifier: Apache-2.0
// Post-processors: put special tokens around one or two encoded texts.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/encoding.h"

namespace hodhod::text {

class PostProcessor {
 public:
  virtual ~PostProcessor() = default;
  // Changes the encodings of one or two texts, which are then joined in order; it may insert other encodings.
  // At the call, texts[i] is the text of encodings[i] (offsets are trimmed by it).
  virtual void apply(std::vector<Encoding>& encodings, const std::vector<std::string_view>& texts,
                     bool add_special_tokens) const = 0;
  // How many tokens it adds.
  virtual int added_count(bool pair) const = 0;
  // Whether it is there to say that nothing stands around a text.
  virtual bool leaves_bare() const { return false; }
  virtual Json to_json() const = 0;
};

using PostProcessorPtr = std::unique_ptr<const PostProcessor>;

// Reads the object under "post_processor"; null gives nullptr.
PostProcessorPtr post_processor_from_json(const Json& json, const std::string& where);

// [CLS] a [SEP] b [SEP], with type ids 0 and 1.
struct SpecialToken {
  std::string content;
  int32_t id = 0;
};
PostProcessorPtr make_bert_processing(SpecialToken sep, SpecialToken cls);
PostProcessorPtr make_roberta_processing(SpecialToken sep, SpecialToken cls, bool trim_offsets = true,
                                         bool add_prefix_space = true);
PostProcessorPtr make_byte_level_processing(bool trim_offsets = true, bool add_prefix_space = true);
PostProcessorPtr make_post_processor_sequence(std::vector<PostProcessorPtr> parts);

// One encoding of several, overflows combined.
Encoding join_encodings(std::vector<Encoding> encodings);

}  // namespace hodhod::text
