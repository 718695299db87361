// SPDX-License-Identifier: Apache-2.0
// Conversations with a language model that was trained on them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "hodhod/base/json.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/text/templates/chat_template.h"

namespace hodhod {

// A conversation: the messages so far, each an object with role ("system", "user", "assistant") and content.
//
//     auto model = TextGenerator::load("instruct");
//     Chat chat(model, text::read_chat_template("instruct"));
//     chat.say("سلام!");
//     fmt::print("{}\n", chat.answer(model.decoding, context).text);
//
// The model's chat template writes the messages as one text, with the special tokens in it, and the model
// continues that text. The answer ends where the model writes an end of sequence, or the special token by
// which the template ends an answer.
class Chat {
 public:
  // `variables`: what else the template gets, such as {"enable_thinking": false}. Keeps a reference to the
  // generator.
  Chat(const TextGenerator& generator, text::ChatTemplate chat_template, Json variables = Json::object(),
       text::RenderOptions options = {});

  const Json& messages() const { return messages_; }
  // Replaces the conversation. Error, beginning with `place`, unless it is a list of objects with a role.
  void set_messages(Json messages, const std::string& place = "messages");
  void say(std::string text, std::string_view role = "user");
  // Takes the last message back.
  void take_back();
  // Takes all messages back, except system messages at the beginning.
  void reset();

  // The text that the model continues.
  std::string prompt() const;
  // Continues the conversation, and adds the answer to it. `number` tells one sampled answer from another:
  // the same conversation, number and seed give the same answer. `on_text` gets the text piece by piece.
  Continuation answer(const DecodeOptions& options, Context& context, uint64_t number = 0,
                      const std::function<void(std::string_view)>& on_text = {});

 private:
  std::string render(const Json& messages, bool asks) const;
  int64_t end_of_answer() const;

  const TextGenerator& generator_;
  text::ChatTemplate template_;
  Json variables_;
  text::RenderOptions options_;
  Json messages_ = Json::array();
  int64_t end_ = -1;  // the special token by which the template ends an answer; -1: none
};

}  // namespace hodhod
