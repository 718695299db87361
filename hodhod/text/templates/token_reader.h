// SPDX-License-Identifier: Apache-2.0
// Reads the tokens of a template's tags one by one, and says where something is not as expected.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/text/templates/scanner.h"
#include "hodhod/text/templates/syntax.h"

namespace hodhod::text::templates {

class TokenReader {
 public:
  // Error for what cannot be cut into tokens. The source and the name must outlive the reader.
  TokenReader(std::string_view source, const std::string& name)
      : source_(source), name_(name), segments_(scan_template(source, name)) {}

 protected:
  using TokenKind = SyntaxToken::Kind;
  static constexpr int kDeepestNesting = 64;

  [[noreturn]] void complain(size_t at, const std::string& what) const {
    fail("{}: {}", place_in_template(source_, name_, at), what);
  }
  const SyntaxToken& peek(size_t ahead = 0) const {
    const auto& tokens = segments_[segment_].tokens;
    return tokens[std::min(token_ + ahead, tokens.size() - 1)];
  }
  SyntaxToken take() {
    SyntaxToken token = peek();
    if (token.kind != TokenKind::end) ++token_;
    return token;
  }
  bool is(TokenKind kind, std::string_view text, size_t ahead = 0) const {
    return peek(ahead).kind == kind && peek(ahead).text == text;
  }
  bool take_if(TokenKind kind, std::string_view text) {
    if (!is(kind, text)) return false;
    take();
    return true;
  }
  bool take_sign(std::string_view text) { return take_if(TokenKind::sign, text); }
  bool take_word(std::string_view text) { return take_if(TokenKind::name, text); }
  void expect(TokenKind kind, std::string_view text) {
    if (!take_if(kind, text)) complain(peek().at, fmt::format("expected \"{}\" {}", text, found()));
  }
  std::string expect_name(std::string_view what) {
    if (peek().kind != TokenKind::name) complain(peek().at, fmt::format("expected {} {}", what, found()));
    return take().text;
  }
  std::string found() const {
    return peek().kind == TokenKind::end ? "before the end of the tag"
                                         : fmt::format("before \"{}\"", peek().text);
  }
  void expect_end() {
    if (peek().kind != TokenKind::end) complain(peek().at, fmt::format("unexpected \"{}\"", peek().text));
  }

  // Counts nesting while it lives.
  struct Nesting {
    TokenReader& reader;
    explicit Nesting(TokenReader& r) : reader(r) {
      if (++reader.depth_ > kDeepestNesting)
        reader.complain(reader.peek_at(), fmt::format("nests deeper than {} levels", kDeepestNesting));
    }
    ~Nesting() { --reader.depth_; }
  };
  size_t peek_at() const {
    if (segment_ >= segments_.size()) return source_.size();
    return segments_[segment_].tokens.empty() ? segments_[segment_].at : peek().at;
  }

  std::string_view source_;
  const std::string& name_;
  std::vector<Segment> segments_;
  size_t segment_ = 0, token_ = 0;
  int depth_ = 0;
};

}  // namespace hodhod::text::templates
