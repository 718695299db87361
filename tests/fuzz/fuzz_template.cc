// SPDX-License-Identifier: Apache-2.0
// Chat templates: any text is read or refused; what is read is rendered within its limits, to the same text
// twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/text/templates/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  static const Json variables = parse_json(
      R"({"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " سلام \"<b>\" "},
          {"role": "assistant", "content": [{"type": "text", "text": "a\nb"}]}, {"role": "user", "content": null}],
          "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>", "tools": null, "n": -3, "x": 1.5})",
      "variables");
  text::RenderOptions options;
  options.date = "2026-03-21";
  options.steps = 20'000;
  options.length = size_t{1} << 16;
  const auto rendered = [&]() -> std::string {
    try {
      const text::ChatTemplate chat(std::string(reinterpret_cast<const char*>(data), size), "t");
      const std::string text = chat.render(variables, options);
      if (text.size() > options.length) std::abort();
      return text;
    } catch (const Error& error) {
      return std::string("error: ") + error.what();
    }
  };
  if (rendered() != rendered()) std::abort();
  return 0;
}
