// SPDX-License-Identifier: Apache-2.0
// Chat templates: how the messages of a conversation become the text that a model continues. They are written
// in Jinja (https://jinja.palletsprojects.com) and stand in tokenizer_config.json or chat_template.jinja, as
// Hugging Face Transformers writes them. This reads what published templates use of that language: {{ }},
// if, for, set, macro, with, filter, raw, generation, break and continue; expressions with filters, tests,
// slices, calls and the methods of Python's str, list and dict; namespace(), range(), dict() and
// raise_exception(). What it does not know it refuses by name, with the line and column.
//
// A template can neither read a file nor the clock, so the same conversation gives the same text on every
// day: strftime_now is defined only where a date is given. It takes a limited number of steps and makes texts
// of a limited length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hodhod/base/json.h"

namespace hodhod::text {

struct RenderOptions {
  std::string date = {};            // "2026-03-21": what strftime_now() formats; empty: it is not defined
  int64_t steps = 4'000'000;        // evaluated expressions and statements; long texts cost more
  size_t length = size_t{1} << 22;  // bytes of what is written
};

class ChatTemplate {
 public:
  // `name` is what errors call it: "tokenizer_config.json: chat_template". Error for what cannot be read.
  ChatTemplate(std::string source, std::string name);
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

  // The text. `variables` is an object: messages (each with role and content), add_generation_prompt,
  // bos_token, eos_token … Errors say NAME:LINE:COLUMN, and what the template itself objects to.
  std::string render(const Json& variables, const RenderOptions& options = {}) const;

  // Whether the template names this variable or function anywhere.
  bool reads(std::string_view name) const;

  const std::string& source() const;

 private:
  struct Parsed;
  std::unique_ptr<const Parsed> parsed_;
};

}  // namespace hodhod::text
