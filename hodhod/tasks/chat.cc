// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/chat.h"

#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/data/corpus.h"
#include "hodhod/text/token_roles.h"

namespace hodhod {

Chat::Chat(const TextGenerator& generator, text::ChatTemplate chat_template, Json variables,
           text::RenderOptions options)
    : generator_(generator),
      template_(std::move(chat_template)),
      variables_(std::move(variables)),
      options_(std::move(options)) {
  for (const char* role : text::kTokenRoles) {
    const auto id = generator.tokenizer->role(role);
    if (id && !variables_.contains(role)) variables_[role] = generator.tokenizer->id_to_token(*id);
  }
  end_ = end_of_answer();
}

void Chat::set_messages(Json messages, const std::string& place) {
  check(messages.is_array(), "{}: expected a list of messages, found {}", place,
        excerpt(format_json(messages, -1)));
  for (const Json& message : messages) {
    const Json* role = json_find(message, "role");
    check(role != nullptr && role->is_string(),
          "{}: each message must be an object with a \"role\", such as {{\"role\": \"user\", "
          "\"content\": \"…\"}}; found {}",
          place, format_json(message, -1));
  }
  messages_ = std::move(messages);
}

void Chat::say(std::string text, std::string_view role) {
  messages_.push_back(Json{{"role", role}, {"content", std::move(text)}});
}

void Chat::take_back() {
  if (!messages_.empty()) messages_.elements().pop_back();
}

void Chat::reset() {
  Json kept = Json::array();
  for (const Json& message : messages_) {
    if (message.at("role") != Json("system")) break;
    kept.push_back(message);
  }
  messages_ = std::move(kept);
}

std::string Chat::render(const Json& messages, bool asks) const {
  Json variables = variables_;
  variables["messages"] = messages;
  if (!variables.contains("add_generation_prompt")) variables["add_generation_prompt"] = asks;
  return template_.render(variables, options_);
}

std::string Chat::prompt() const { return render(messages_, true); }

// What the template writes behind an answer tells how answers end.
int64_t Chat::end_of_answer() const {
  const std::string mark = "e2d9f1";  // no template writes this by itself
  const Json messages =
      Json::array({Json{{"role", "user"}, {"content", "?"}}, Json{{"role", "assistant"}, {"content", mark}}});
  std::string text;
  try {
    text = render(messages, false);
  } catch (const Error&) {
    return -1;  // the template refuses such a conversation
  }
  const size_t at = text.rfind(mark);
  if (at == std::string::npos) return -1;
  const std::vector<int32_t> after = generator_.tokenizer->encode_ids(text.substr(at + mark.size()));
  return !after.empty() && generator_.tokenizer->is_special(after[0]) ? after[0] : -1;
}

Continuation Chat::answer(const DecodeOptions& options, Context& context, uint64_t number,
                          const std::function<void(std::string_view)>& on_text) {
  const std::vector<int32_t> ids = generator_.tokenizer->encode_ids(prompt());
  check(!ids.empty(), "{}: the chat template writes nothing for this conversation", generator_.model->name());
  Prompt prompt{.target = {ids.begin(), ids.end()}};
  prompt.fixed = generator_.tokenizer->is_special(ids[0]) ? 1 : 0;
  DecodeOptions ending = options;
  if (ending.eos.empty()) ending.eos = generator_.config().special().ends();
  if (end_ >= 0 && end_ < generator_.config().vocabulary() && !ending.ends(end_)) ending.eos.push_back(end_);
  auto found = continue_prompts(generator_, {prompt}, ending, context, number, on_text);
  check(!found[0].empty(), "{}: no answer was found", generator_.model->name());
  say(found[0][0].text, "assistant");
  return std::move(found[0][0]);
}

}  // namespace hodhod
