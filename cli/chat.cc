// SPDX-License-Identifier: Apache-2.0
#include "cli/chat.h"

#include <fmt/core.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "cli/input.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/tasks/chat.h"
#include "hodhod/text/formats/chat_template_file.h"

namespace hodhod::cli {
namespace {

// NAME=VALUE for the template: a value that is JSON is that, any other is a text.
Json template_variables(const std::vector<std::string>& given) {
  Json variables = Json::object();
  for (const std::string& one : given) {
    const size_t equals = one.find('=');
    check(equals != std::string::npos && equals > 0, "--chat-set: \"{}\" is not NAME=VALUE", one);
    const std::string value = one.substr(equals + 1);
    try {
      variables[one.substr(0, equals)] = parse_json(value, "value");
    } catch (const Error&) {
      variables[one.substr(0, equals)] = value;
    }
  }
  return variables;
}

// What is given to the template and changes nothing that it writes.
std::vector<std::string> unused(const text::ChatTemplate& chat_template, const Json& variables,
                                const std::string& date) {
  std::vector<std::string> notes;
  for (const auto& [name, value] : variables.items()) {
    check(name != "messages",
          "--chat-set messages: the conversation decides it; give a file with --messages");
    if (!chat_template.reads(name))
      notes.push_back(fmt::format("--chat-set {}: the chat template has no variable of this name", name));
  }
  if (!date.empty() && !chat_template.reads("strftime_now"))
    notes.emplace_back("--chat-date: the chat template writes no date");
  return notes;
}

class Conversation {
 public:
  Conversation(Chat& chat, const DecodeOptions& decode, bool json)
      : chat_(chat), decode_(decode), json_(json) {}

  // Prints the answer to what the user says.
  void answer(const std::string& text) {
    chat_.say(text);
    try {
      answer();
    } catch (const Error&) {
      chat_.take_back();
      throw;
    }
  }

  // Prints the answer to the conversation so far.
  void answer() {
    const bool live = !json_ && decode_.num_beams == 1;
    const auto print = [](std::string_view piece) {
      print_text(piece);
      flush_output();
    };
    const Continuation found =
        chat_.answer(decode_, context_, number_++, live ? print : std::function<void(std::string_view)>());
    if (json_) {
      const auto& messages = chat_.messages().elements();
      Json line = {{"text", found.text}, {"prompt_tokens", found.prompt_tokens}};
      if (messages.size() > 1) line["message"] = messages[messages.size() - 2];
      print_text(json_line(line));
    } else {
      print_text(live ? "\n" : found.text + "\n");
    }
    flush_output();
  }

 private:
  Chat& chat_;
  const DecodeOptions& decode_;
  bool json_;
  Context context_;
  uint64_t number_ = 0;
};

bool is_command(Chat& chat, const std::string& line) {
  if (line == "/reset") {
    chat.reset();
    fmt::print(stderr, "The conversation begins again.\n");
  } else if (line == "/help") {
    fmt::print(stderr, "/reset begins a new conversation; /exit or Ctrl-D ends the program.\n");
  } else {
    return false;
  }
  return true;
}

// At a terminal an error ends an answer, not the conversation.
void talk(Chat& chat, Conversation& conversation, bool terminal) {
  if (terminal) fmt::print(stderr, "/reset begins a new conversation; /exit or Ctrl-D ends the program.\n");
  std::string line;
  bool first = true;
  while (true) {
    if (terminal) fmt::print(stderr, "> ");
    if (!std::getline(std::cin, line)) break;
    if (line.ends_with('\r')) line.pop_back();
    if (std::exchange(first, false)) line = std::string(without_byte_order_mark(line));
    if (line == "/exit") break;
    if (is_command(chat, line) || line.empty()) continue;
    try {
      conversation.answer(line);
    } catch (const Error& error) {
      if (!terminal) throw;
      fmt::print(stderr, "{}\n", error.what());
    }
  }
  if (terminal) fmt::print(stderr, "\n");
}

}  // namespace

void add_chat(Command& command, ChatFlags& flags) {
  const char* group = "Conversation";
  command
      .add("--chat", flags.on,
           "Hold a conversation with a model that was trained on conversations: each PROMPT, or line of "
           "standard "
           "input, is what the user says")
      .excludes("--file")
      .in(group);
  command.add("--system", flags.system, "What the model is told before the conversation")
      .needs("--chat")
      .in(group);
  command
      .add("--messages", flags.messages,
           "A JSON file with a list of messages, each with role and content, that the conversation begins "
           "with")
      .called("FILE")
      .needs("--chat")
      .in(group);
  command
      .add("--chat-set", flags.variables,
           "A variable of the model's chat template, such as enable_thinking=false; may be given several "
           "times")
      .called("NAME=VALUE")
      .repeated()
      .needs("--chat")
      .in(group);
  command
      .add("--chat-date", flags.date,
           "The date, such as 2026-03-21, for chat templates that write one; without it the same "
           "conversation gives "
           "the same text on every day")
      .called("DATE")
      .needs("--chat")
      .in(group);
}

int run_chat(const TextGenerator& generator, const std::string& directory, const ChatFlags& flags,
             const std::vector<std::string>& texts, const DecodeOptions& decode, bool json) {
  check(decode.num_return_sequences == 1,
        "--chat: a conversation has one answer; leave out --num-return-sequences");
  text::ChatTemplate chat_template = text::read_chat_template(directory);
  const Json variables = template_variables(flags.variables);
  tell(unused(chat_template, variables, flags.date));
  Chat chat(generator, std::move(chat_template), variables, {.date = flags.date});
  if (!flags.messages.empty()) chat.set_messages(read_json(flags.messages), flags.messages);
  if (!flags.system.empty()) {
    check(flags.messages.empty(), "--system: write it into the messages of {}", flags.messages);
    chat.say(flags.system, "system");
  }
  Conversation conversation(chat, decode, json);
  if (texts.empty() && !flags.messages.empty()) {
    conversation.answer();
    return 0;
  }
  for (const std::string& text : texts) conversation.answer(text);
  if (texts.empty()) talk(chat, conversation, ::isatty(STDIN_FILENO) == 1);
  return 0;
}

}  // namespace hodhod::cli
