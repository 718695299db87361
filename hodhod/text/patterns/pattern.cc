// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "hodhod/text/patterns/pattern.h"

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/patterns/pattern_translate.h"

namespace hodhod::text {
namespace {

constexpr uint32_t kMatchLimit = 50'000'000;
constexpr size_t kJitStack = 1 << 20;

// What one thread needs to match.
struct Matcher {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32 * 1024, kJitStack, nullptr);

  Matcher() {
    check(data != nullptr && context != nullptr && stack != nullptr, "pattern: out of memory");
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_depth_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, 64 * 1024);  // KiB
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Matcher() {
    pcre2_jit_stack_free(stack);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
  }
};

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 200> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

}  // namespace

struct Pattern::Compiled {
  pcre2_code* code = nullptr;
  ~Compiled() { pcre2_code_free(code); }
};

Pattern::Pattern(std::string_view pattern, const std::string& where)
    : source_(pattern), compiled_(std::make_unique<Compiled>()) {
  check(pattern.size() <= 65536, "{}: a pattern of {} bytes is too long", where, pattern.size());
  check(is_utf8(pattern), "{}: the pattern is not UTF-8", where);
  const std::string translated = translate_pattern(pattern, where);
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  check(context != nullptr, "{}: out of memory", where);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  pcre2_set_max_pattern_length(context, 1 << 20);
  pcre2_set_parens_nest_limit(context, 100);
  int code = 0;
  PCRE2_SIZE offset = 0;
  compiled_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                  PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &code,
                                  &offset, context);
  pcre2_compile_context_free(context);
  check(compiled_->code != nullptr, "{}: the pattern \"{}\" is not valid near its byte {}: {}", where,
        source_.substr(0, 200), offset, message_of(code));
  size_t size = 0;
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_SIZE, &size);
  check(size <= (4u << 20), "{}: the pattern compiles to {} bytes; the limit is 4 MiB", where, size);
  // Without JIT the interpreter gives the same result more slowly.
  pcre2_jit_compile(compiled_->code, PCRE2_JIT_COMPLETE);
}

Pattern::~Pattern() = default;

void Pattern::run(std::string_view text, void (*found)(void*, Range), void* context) const {
  size_t at = 0;
  while (at < text.size()) {
    const size_t good = well_formed_prefix(text.substr(at));
    if (good > 0) run_well_formed(text, at, at + good, found, context);
    at += good + 1;
  }
}

void Pattern::run_well_formed(std::string_view text, size_t begin, size_t end, void (*found)(void*, Range),
                              void* context) const {
  thread_local Matcher matcher;
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data() + begin);
  const size_t size = end - begin;
  std::optional<size_t> last;  // where the match before ends
  for (size_t at = 0; at <= size;) {
    const int rc =
        pcre2_match(compiled_->code, subject, size, at, PCRE2_NO_UTF_CHECK, matcher.data, matcher.context);
    if (rc == PCRE2_ERROR_NOMATCH) return;
    check(rc >= 0, "pattern \"{}\": {} at byte {} of the text", source_.substr(0, 200), message_of(rc),
          begin + at);
    const PCRE2_SIZE* ovector = pcre2_get_ovector_pointer(matcher.data);
    // \K can move the beginning after the end, or into the match before.
    const size_t to = std::max<size_t>(ovector[1], at);
    const size_t from = std::clamp<size_t>(ovector[0], at, to);
    if (from == to && last == to) {
      if (to >= size) return;
      at = to + read_character(text.data() + begin + to, text.data() + end).size;
      continue;
    }
    found(context, Range{static_cast<uint32_t>(begin + from), static_cast<uint32_t>(begin + to)});
    at = to;
    last = to;
  }
}

}  // namespace hodhod::text
