// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/large_json.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

// "LINE:COLUMN" of a byte offset.
std::string place(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  int64_t line = 1, column = 1;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else if (!is_continuation(text[i])) {
      ++column;
    }
  }
  return fmt::format("{}:{}", line, column);
}

// The library's words without its own prefix and without the offending token, which may be long or broken.
std::string plain_message(std::string what) {
  if (const size_t column = what.find(", column "); column != std::string::npos) {
    what.erase(0, what.find(": ", column) + 2);
  } else if (const size_t bracket = what.find("] "); bracket != std::string::npos) {
    what.erase(0, bracket + 2);
  }
  if (const size_t token = what.find("; last read: '"); token != std::string::npos) {
    const size_t rest = what.rfind("'; expected ");
    what = what.substr(0, token) + (rest == std::string::npos ? "" : what.substr(rest + 1));
  }
  if (what.size() > 300) what = what.substr(0, 300) + "...";
  return what;
}

// Reads the text and counts in `*at` how far it has come.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* p;
  const char** at;
  reference operator*() const { return *p; }
  CountingIterator& operator++() {
    *at = ++p;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return p == other.p; }
  bool operator!=(const CountingIterator& other) const { return p != other.p; }
};

// Builds a value from the reader's events, and detects duplicate keys.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view text, const std::string& name) : text_(text), name_(name), at_(text.data()) {}

  CountingIterator begin() { return {text_.data(), &at_}; }
  CountingIterator end() { return {text_.data() + text_.size(), &at_}; }
  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(int64_t value) override { return add(value); }
  bool number_unsigned(uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::string_view(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& key) override {
    Frame& frame = stack_.back();
    Json::Object& members = frame.value->items();
    members.emplace_back(key, nullptr);
    // The place is found by reading the text again from its start, so only on failure.
    if (!last_is_new(frame, members)) {
      fail("{}:{}: the key \"{}\" occurs twice in one object; remove one", name_, place(text_, offset()),
           key.size() > 200 ? "..." : key);
    }
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) override {
    fail("{}:{}: {}", name_, place(text_, offset()), plain_message(error.what()));
  }

 private:
  struct Frame {
    Json* value;
    std::unordered_set<std::string> keys;  // once there are many
  };

  size_t offset() const {
    const auto read = static_cast<size_t>(at_ - text_.data());
    return read == 0 ? 0 : read - 1;
  }

  static bool last_is_new(Frame& frame, const Json::Object& members) {
    constexpr size_t kFew = 16;
    const size_t last = members.size() - 1;
    if (last < kFew) {
      return std::none_of(members.begin(), members.end() - 1,
                          [&](const auto& member) { return member.first == members[last].first; });
    }
    if (frame.keys.empty()) {
      for (size_t i = 0; i < last; ++i) frame.keys.insert(members[i].first);
    }
    return frame.keys.insert(members[last].first).second;
  }

  Json* place_for(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *stack_.back().value;
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.elements().back();
    }
    Json& member = parent.items().back().second;
    member = std::move(value);
    return &member;
  }

  bool add(Json value) {
    place_for(std::move(value));
    return true;
  }

  bool open(Json empty) {
    if (stack_.size() >= kJsonMaxDepth) {
      fail("{}:{}: nested more than {} levels deep; such files are not read", name_, place(text_, offset()),
           kJsonMaxDepth);
    }
    Json* value = place_for(std::move(empty));
    stack_.push_back({value, {}});
    return true;
  }

  bool close() {
    stack_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  const char* at_;
  Json root_;
  std::vector<Frame> stack_;
};

void append_string(std::string& out, std::string_view text) {
  if (!is_utf8(text)) return append_string(out, well_formed_utf8(text));
  out += '"';
  size_t copied = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, copied, i - copied);
    copied = i + 1;
    constexpr std::string_view kShort = "\b\f\n\r\t\"\\", kLetters = "bfnrt\"\\";
    if (const size_t at = kShort.find(c); at != kShort.npos) {
      out += {'\\', kLetters[at]};
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text, copied);
  out += '"';
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  std::array<char, 64> digits;
  out.append(digits.data(), nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), value));
}

// Appends a value that stands `level` levels deep.
class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void write(const Json& value, size_t level) {
    if (const auto* list = value.get_if<Json::Array>()) {
      write_all(*list, "[]", level, [&](const Json& element) { write(element, level + 1); });
    } else if (const auto* object = value.get_if<Json::Object>()) {
      write_all(*object, "{}", level, [&](const auto& member) {
        append_string(out_, member.first);
        out_ += indent_ < 0 ? ":" : ": ";
        write(member.second, level + 1);
      });
    } else if (value.is_string()) {
      append_string(out_, value.text());
    } else if (const auto* number = value.get_if<double>()) {
      append_number(out_, *number);
    } else if (value.is_number()) {
      out_ += value.get_if<int64_t>() ? std::to_string(*value.get_if<int64_t>())
                                      : std::to_string(*value.get_if<uint64_t>());
    } else if (const auto* flag = value.get_if<bool>()) {
      out_ += *flag ? "true" : "false";
    } else {
      out_ += "null";
    }
  }

 private:
  template <class Parts, class WritePart>
  void write_all(const Parts& parts, std::string_view brackets, size_t level, WritePart&& write_part) {
    out_ += brackets[0];
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) out_ += ',';
      new_line(level + 1);
      write_part(parts[i]);
    }
    if (!parts.empty()) new_line(level);
    out_ += brackets[1];
  }

  void new_line(size_t level) {
    if (indent_ < 0) return;
    out_ += '\n';
    out_.append(level * static_cast<size_t>(indent_), ' ');
  }

  std::string& out_;
  int indent_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& name) {
  if (text.size() >= kLargeJson) {
    if (std::optional<Json> value = parse_large_json(text)) return std::move(*value);
  }
  Builder builder(text, name);
  const bool read = nlohmann::json::sax_parse(builder.begin(), builder.end(), &builder);
  check(read, "{}: not a JSON text", name);
  return builder.take();
}

Json read_json(const std::string& path) { return parse_json(read_file(path), path); }

std::string format_json(const Json& value, int indent) {
  std::string out;
  Writer(out, indent).write(value, 0);
  return out;
}

}  // namespace hodhod
