// SPDX-License-Identifier: Apache-2.0
// What a training run was begun with, and what of it may change when the run goes on.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/visit.h"

namespace hodhod {

// An option and its value as the command line has them, without the dashes: {"schedule-rate", "0.001"}.
struct Setting {
  std::string name, value;
};

inline std::vector<Setting> settings_of(const std::vector<Field>& fields) {
  std::vector<Setting> settings;
  for (const Field& field : fields) settings.push_back({field_flag(field), field_text(field)});
  return settings;
}
template <class Config>
std::vector<Setting> settings_of(const Config& config) {
  return settings_of(fields_of(const_cast<Config&>(config)));  // only read
}

// What was read for an option: a file, or a pipe.
struct DataFile {
  std::string option;  // "data"
  std::string path;
  uint64_t bytes = 0;
  std::string hash;  // XXH64 of the bytes
};

// For a regular file, which is read to hash it.
DataFile data_file(std::string option, std::string path);

struct ModelRecord {
  std::vector<Setting> options;
  int64_t parameters = 0;  // 0: the model is counted, or there is none yet
  std::string tokenizer;   // a hash of it

  // Whether there is no model yet.
  bool is_unknown() const { return options.empty() && parameters == 0; }
};

struct RunRecord {
  std::string program;  // with its version
  std::string command;
  std::vector<Setting> options = {};
  std::vector<DataFile> data = {};
  ModelRecord model = {};
  int64_t diverged_at = 0;  // the step at which its numbers were no longer finite; 0: they are
};

// When an option may have another value than at the beginning of the run. Options that are not listed may
// never.
enum class MayChange {
  always,
  after_divergence,  // once the numbers of the run are no longer finite
  by_content,        // compared by what it names: bytes of files, the model, the tokenizer
};
struct ChangeableOption {
  std::string_view name;
  MayChange when;
};
inline constexpr std::array<ChangeableOption, 30> kChangeableOptions = {{
    {"steps", MayChange::always},
    {"epochs", MayChange::always},
    {"minutes", MayChange::always},
    {"patience", MayChange::always},
    {"validate-every", MayChange::always},
    {"validate-growth", MayChange::always},
    {"save-every", MayChange::always},
    {"log-every", MayChange::always},
    {"log-layers", MayChange::always},
    {"recompute", MayChange::always},
    {"skip-limit", MayChange::always},
    {"skip-bad", MayChange::always},
    {"profile", MayChange::always},
    {"memory", MayChange::always},
    {"out", MayChange::always},
    {"restart", MayChange::always},
    {"overwrite", MayChange::always},
    {"schedule-rate", MayChange::after_divergence},
    {"schedule-warmup", MayChange::after_divergence},
    {"clip", MayChange::after_divergence},
    {"data", MayChange::by_content},
    {"dev", MayChange::by_content},
    {"source", MayChange::by_content},
    {"target", MayChange::by_content},
    {"dev-source", MayChange::by_content},
    {"dev-target", MayChange::by_content},
    {"from", MayChange::by_content},
    {"preset", MayChange::by_content},
    {"model", MayChange::by_content},
    {"tokenizer", MayChange::by_content},
}};

// The changes from `begun` to `now` that are not allowed: "`seed` 1 (now 2)". Files are compared by their
// bytes, wherever they are. An option that only one of the two has is not compared.
std::vector<std::string> forbidden_changes(const RunRecord& begun, const RunRecord& now);
// The same for the model. Where `begun` has none yet, every model is allowed.
std::vector<std::string> forbidden_changes(const ModelRecord& begun, const ModelRecord& now);

// The record as JSON text; and read from a file, whose path an Error names.
std::string format_run_record(const RunRecord& record);
RunRecord read_run_record(const std::string& path);

}  // namespace hodhod
