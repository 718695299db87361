// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/series_config.h"

#include <array>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/own_config.h"

namespace hodhod {

void SeriesOptions::validate() const {
  check_fields(fields_of(const_cast<SeriesOptions&>(*this)), "series");  // only read
  for (size_t i = 1; i < quantiles.size(); ++i) {
    check(quantiles[i] != quantiles[i - 1],
          "series: the quantile {} is given twice in `model` quantiles; give it once", quantiles[i]);
    check(quantiles[i] > quantiles[i - 1],
          "series: {} comes after {} in `model` quantiles; give them in ascending order", quantiles[i],
          quantiles[i - 1]);
  }
}

const SpecialIds& SeriesConfig::special() const {
  static const SpecialIds kNoTokens{.pad = -1};
  return kNoTokens;
}

std::string SeriesConfig::why_shared_useless(std::string_view option) {
  constexpr std::array<std::string_view, 5> kOfData = {"time", "columns", "step", "start", "parts"};
  const bool of_data = std::find(kOfData.begin(), kOfData.end(), option) != kOfData.end();
  return of_data ? "the data and `split` decide it" : "";
}

ReadConfig read_series_config(std::unique_ptr<SeriesConfig> config, const Json& json,
                              const std::string& path) {
  hf::ConfigReader reader(json, path);
  const std::vector<Field> fields = config->fields();
  std::vector<hf::KeyRule> rules;
  for (const Field& field : fields) rules.push_back({field.path, field.path});
  reader.read(rules, fields);
  reader.find("architectures");
  return checked(reader, std::move(config));
}

Json write_series_config(const SeriesConfig& config, std::string_view type, std::string_view architecture) {
  Json json = {{"architectures", Json::array({std::string(architecture)})},
               {"model_type", std::string(type)}};
  const auto copy = config.clone();
  const Json options = fields_to_json(copy->fields());
  for (const auto& [key, value] : options.items()) json[key] = value;
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace hodhod
