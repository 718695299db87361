// SPDX-License-Identifier: Apache-2.0
// Tables and tagged sentences: any bytes are read or refused, with bad lines skipped and without. The first
// byte says as which format, and whether the first line names the columns. What is skipped are whole records:
// a file that is read strictly has the same records when bad lines are skipped.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/data/series.h"
#include "hodhod/data/tagged_reader.h"

namespace {

using namespace hodhod;

std::optional<std::vector<std::vector<std::string>>> records_of(const std::string& path,
                                                                const CorpusOptions& options) {
  try {
    RecordReader reader({path}, options);
    std::vector<std::vector<std::string>> records;
    while (auto record = reader.next()) {
      if (!records.empty() && record->fields.size() != records[0].size()) std::abort();
      records.push_back(std::move(record->fields));
    }
    return records;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void read_tagged(const std::string& path, const CorpusOptions& options) {
  try {
    TaggedReader reader({path}, options);
    while (const auto sentence = reader.next()) {
      for (const auto& column : sentence->columns) {
        if (column.empty() || column.size() != sentence->lines.size()) std::abort();
      }
    }
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const TemporaryDirectory directory;
  const std::string path = directory.put("table", {reinterpret_cast<const char*>(data) + 1, size - 1});
  CorpusOptions options;
  options.format = static_cast<CorpusFormat>(data[0] % names_of(CorpusFormat()).size());
  options.header = static_cast<CorpusHeader>(data[0] / 16 % names_of(CorpusHeader()).size());
  if (options.format == CorpusFormat::jsonl) options.columns = {"a", "b"};
  const bool tagged = options.format == CorpusFormat::conll || options.format == CorpusFormat::conllu;
  const auto strict = tagged ? std::nullopt : records_of(path, options);
  read_tagged(path, options);
  options.skip_bad = true;
  const auto lenient = tagged ? std::nullopt : records_of(path, options);
  if (strict && strict != lenient) std::abort();
  read_tagged(path, options);
  try {
    read_series({path}, {});
  } catch (const Error&) {
  }
  return 0;
}
