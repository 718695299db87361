// SPDX-License-Identifier: Apache-2.0
#include "cli/config_flags.h"

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>

#include "hodhod/base/error.h"
#include "hodhod/decode/generation_config.h"

namespace hodhod::cli {

void add_fields(CLI::App& app, const std::vector<Field>& fields, const std::string& group) {
  for (const Field& field : fields) {
    const std::string flag = "--" + field_flag(field);
    const std::string help = field.doc + " [" + field_text(field) + "]";
    CLI::Option* option = app.add_option_function<std::string>(
        flag,
        [field, flag](const std::string& text) {
          try {
            set_field(field, text);
          } catch (const Error& error) {
            throw CLI::ValidationError(flag, error.what());
          }
        },
        help);
    option->type_name(field_kind(field))->group(group);
    if (is_switch(field)) option->expected(0, 1)->default_str("yes");
  }
}

bool was_given(const CLI::App& app, const Field& field) {
  return app.get_option("--" + field_flag(field))->count() > 0;
}

void read_decoding(const CLI::App& app, const std::string& directory, DecodeOptions& options) {
  const DecodeOptions given = options;
  options = read_generation_config(directory, given);
  keep_given(app, options, given);
}

}  // namespace hodhod::cli
