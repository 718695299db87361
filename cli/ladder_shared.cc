// SPDX-License-Identifier: Apache-2.0
#include "cli/ladder_shared.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/ladder_task.h"
#include "hodhod/base/error.h"
#include "hodhod/nn/module.h"

namespace hodhod::cli {

void check_files(const std::string& option, const std::vector<std::string>& paths, bool required) {
  check(!required || !paths.empty(), "--{} is missing: files to read", option);
  for (const std::string& path : paths) {
    check(std::filesystem::exists(path), "--{} {}: there is no such file", option, path);
    check(std::filesystem::is_regular_file(path),
          "--{} {}: every rung reads it, and it can be read once only; give a file", option, path);
  }
}

OptionFiles files_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& options) {
  OptionFiles files;
  for (const auto& [option, paths] : options) {
    for (const std::string& path : paths) files.emplace_back(option, path);
  }
  return files;
}

void LadderFiles::declare(Command& command, std::string data_help) {
  command.add("--data", data, std::move(data_help)).called("FILE");
  command.add("--dev", dev, "Data for validation, in the same format").called("FILE");
  command
      .add("--dev-share", dev_share, "Without --dev: the share of the data that is held out for validation",
           above(0).below(1))
      .excludes("--dev")
      .in(kLadderGroup);
  command.add("--test", test, "Data for the scores at the end; those for validation if none are given")
      .called("FILE")
      .in(kLadderGroup);
}

void LadderFiles::check() const {
  check_files("data", data);
  check_files("dev", dev, false);
  check_files("test", test, false);
}

std::vector<std::string> LadderFiles::share_words() const {
  if (!dev.empty()) return {};
  return {"--dev-share", fmt::format("{}", dev_share)};
}

std::vector<std::string> network_options(const std::string& rate, int warmup, int validate_every) {
  return {"--steps",           "10000000", "--schedule-kind",   "constant",
          "--schedule-rate",   rate,       "--schedule-warmup", fmt::format("{}", warmup),
          "--average",         "0.99",     "--validate-every",  fmt::format("{}", validate_every),
          "--validate-growth", "0.2"};
}

Bilingual scored_part(bool tested) {
  return tested ? Bilingual{"the test data", "دادهٔ آزمون"}
                : Bilingual{"the validation data", "دادهٔ اعتبارسنجی"};
}

void set_size(Model& model, LadderRung& rung) {
  rung.parameters = parameter_count(model);
  rung.summary = model.config().summary();
}

int64_t characters_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace hodhod::cli
