// SPDX-License-Identifier: Apache-2.0
#include "cli/decoding.h"

#include <string>
#include <vector>

#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"
#include "hodhod/decode/generation_config.h"

namespace hodhod::cli {
namespace {

constexpr const char* kDecodingGroup = "Decoding (as in the model's generation_config.json unless given)";

// The options that were given but have no effect because of other options.
std::vector<std::string> idle_options(const Command& command, DecodeOptions options) {
  DecodeOptions usual;
  const auto fields = fields_of(options), neutral = fields_of(usual);
  std::vector<std::string> warnings;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string flag = "--" + field_flag(fields[i]);
    if (!command.was_given(flag) || field_text(fields[i]) == field_text(neutral[i])) continue;
    const bool greedy = options.temperature == 0 && fields[i].path == "temperature";
    if (is_of_sampling(fields[i].path) && !options.do_sample && !greedy) {
      warnings.push_back(flag + " has no effect without sampling; give --do-sample yes");
    } else if (is_of_beams(fields[i].path) && options.num_beams == 1) {
      warnings.push_back(flag + " has no effect with one beam; give --num-beams");
    }
  }
  return warnings;
}

// Error for a least length that was given and is above the greatest.
void check_least_lengths(const Command& command, const DecodeOptions& options) {
  const auto check_pair = [&](const char* least, int64_t fewest, const char* greatest, int64_t most) {
    check(!command.was_given(least) || fewest <= most,
          "{} {} and {} {}: no text is as long as the one and as short as the other; lower {} or raise {}",
          least, fewest, greatest, most, least, greatest);
  };
  if (options.max_length > 0)
    check_pair("--min-length", options.min_length, "--max-length", options.max_length);
  if (options.max_new_tokens != kNoLimit)
    check_pair("--min-new-tokens", options.min_new_tokens, "--max-new-tokens", options.max_new_tokens);
}

GenerationConfig generation_config_at(const ModelPath& path, const DecodeOptions& given,
                                      std::string_view task) {
  if (path.adapters.empty() && !is_adapter_directory(path.directory))
    return read_generation_config(path.directory, given, task);
  const ModelDirectory directory = ModelDirectory::open(path);
  return generation_config_of(directory.path, directory.json, directory.origin.generation, given, task);
}

}  // namespace

void add_decoding(Command& command, DecodeOptions& options) {
  command.add_config(options, kDecodingGroup);
  command.add("--stop", options.stop_strings, "Stop before this text; may be given several times")
      .repeated()
      .in(kDecodingGroup);
}

void read_decoding(const Command& command, const ModelPath& path, DecodeOptions& options,
                   std::string_view task) {
  const DecodeOptions given = options;
  const GenerationConfig config = generation_config_at(path, given, task);
  print_warnings(config.warnings);
  options = config.options;
  command.keep_given(options, given);
  if (command.was_given("--stop")) options.stop_strings = given.stop_strings;
  const bool total = command.was_given("--max-length"), fresh = command.was_given("--max-new-tokens");
  if (total && !fresh) options.max_new_tokens = kNoLimit;
  if (fresh && !total) options.max_length = 0;
  check_least_lengths(command, options);
  print_warnings(idle_options(command, options));
}

}  // namespace hodhod::cli
