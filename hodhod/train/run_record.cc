// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/run_record.h"

#include <algorithm>
#include <map>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

bool may_change(std::string_view option, bool diverged) {
  return std::any_of(kChangeableOptions.begin(), kChangeableOptions.end(), [&](const auto& changeable) {
    return changeable.name == option && (changeable.when != MayChange::after_divergence || diverged);
  });
}

// text(name, old, new) for each setting that both have with different values, unless it is empty.
template <class Text>
std::vector<std::string> differing(const std::vector<Setting>& begun, const std::vector<Setting>& now,
                                   const Text& text) {
  std::map<std::string_view, std::string_view> before;
  for (const Setting& setting : begun) before.emplace(setting.name, setting.value);
  std::vector<std::string> found;
  for (const Setting& setting : now) {
    const auto old = before.find(setting.name);
    if (old == before.end() || old->second == setting.value) continue;
    if (auto said = text(setting.name, old->second, setting.value); !said.empty())
      found.push_back(std::move(said));
  }
  return found;
}

std::string shown(std::string_view value) { return value.empty() ? "none" : std::string(value); }

using FilesByOption = std::map<std::string_view, std::vector<const DataFile*>>;

FilesByOption by_option(const std::vector<DataFile>& files) {
  FilesByOption found;
  for (const DataFile& file : files) found[file.option].push_back(&file);
  return found;
}

std::string described(const DataFile& file) {
  return fmt::format("{} of {} bytes", file.path, with_commas(static_cast<int64_t>(file.bytes)));
}

// A sentence about the first file of an option that has changed; empty if none has.
std::string changed_file(std::string_view option, const std::vector<const DataFile*>& begun,
                         const std::vector<const DataFile*>& now) {
  for (size_t i = 0; i < std::max(begun.size(), now.size()); ++i) {
    const DataFile* before = i < begun.size() ? begun[i] : nullptr;
    const DataFile* after = i < now.size() ? now[i] : nullptr;
    if (before == nullptr) return fmt::format("no further `{}` (now also {})", option, described(*after));
    if (after == nullptr) return fmt::format("`{}` {} (now without it)", option, described(*before));
    if (before->hash == after->hash) continue;
    const bool same_place = before->path == after->path && before->bytes == after->bytes;
    return fmt::format("`{}` {} (now {})", option, described(*before),
                       same_place ? "the same size with other content" : described(*after));
  }
  return "";
}

Json object_of(const std::vector<Setting>& settings) {
  Json object = Json::object();
  for (const Setting& setting : settings) object[setting.name] = well_formed_utf8(setting.value);
  return object;
}

std::vector<Setting> settings_in(const Json& record, std::string_view key, const std::string& path) {
  std::vector<Setting> settings;
  const Json* object = json_find(record, key);
  if (object == nullptr) return settings;
  check(object->is_object(), "{}: {}: expected an object", path, key);
  for (const auto& [name, value] : object->items())
    settings.push_back({name, json_as<std::string>(value, path + ": " + name)});
  return settings;
}

}  // namespace

DataFile data_file(std::string option, std::string path) {
  const MappedFile file(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  return {std::move(option), std::move(path), bytes.size(), hash_text(hash64(bytes))};
}

std::vector<std::string> forbidden_changes(const RunRecord& begun, const RunRecord& now) {
  auto found = differing(begun.options, now.options, [&](auto name, auto before, auto after) {
    return may_change(name, begun.diverged_at > 0)
               ? std::string()
               : fmt::format("`{}` {} (now {})", name, shown(before), shown(after));
  });
  const FilesByOption old_files = by_option(begun.data), new_files = by_option(now.data);
  const auto compare = [&](std::string_view option) {
    const auto files = [&](const FilesByOption& all) {
      const auto those = all.find(option);
      return those == all.end() ? std::vector<const DataFile*>() : those->second;
    };
    const std::string changed = changed_file(option, files(old_files), files(new_files));
    if (!changed.empty()) found.push_back(changed);
  };
  // A run without data was begun by another program than the command line.
  if (begun.data.empty()) return found;
  for (const auto& [option, files] : old_files) compare(option);
  for (const auto& [option, files] : new_files) {
    if (!old_files.contains(option)) compare(option);
  }
  return found;
}

std::vector<std::string> forbidden_changes(const ModelRecord& begun, const ModelRecord& now) {
  if (begun.is_unknown()) return {};
  auto found = differing(begun.options, now.options, [](std::string name, auto before, auto after) {
    std::replace(name.begin(), name.end(), '-', '_');  // as --model takes it
    return fmt::format("`model` {}={} (now {})", name, shown(before), shown(after));
  });
  if (found.empty() && begun.parameters != now.parameters) {
    found.push_back(fmt::format("a model of {} parameters (now {})", with_commas(begun.parameters),
                                with_commas(now.parameters)));
  }
  if (begun.tokenizer != now.tokenizer) found.push_back("another tokenizer (`tokenizer`)");
  return found;
}

std::string format_run_record(const RunRecord& record) {
  Json json = Json::object();
  json["program"] = record.program;
  json["command"] = well_formed_utf8(record.command);
  json["options"] = object_of(record.options);
  json["data"] = Json::array();
  for (const DataFile& file : record.data) {
    Json entry = Json::object();
    entry["option"] = file.option;
    entry["path"] = well_formed_utf8(file.path);
    entry["bytes"] = file.bytes;
    entry["xxh64"] = file.hash;
    json["data"].push_back(entry);
  }
  json["model"] = object_of(record.model.options);
  json["parameters"] = record.model.parameters;
  json["tokenizer"] = record.model.tokenizer;
  json["diverged_at"] = record.diverged_at;
  return format_json(json) + "\n";
}

RunRecord read_run_record(const std::string& path) {
  const Json json = read_json(path);
  check(json.is_object(), "{}: expected an object", path);
  RunRecord record;
  record.program = json_get_or<std::string>(json, "program", "", path);
  record.command = json_get_or<std::string>(json, "command", "", path);
  record.options = settings_in(json, "options", path);
  const Json* data = json_find(json, "data");
  check(data == nullptr || data->is_array(), "{}: data: expected a list", path);
  for (size_t i = 0; data != nullptr && i < data->size(); ++i) {
    const Json& entry = data->at(i);
    record.data.push_back(
        {json_get<std::string>(entry, "option", path), json_get<std::string>(entry, "path", path),
         json_get<uint64_t>(entry, "bytes", path), json_get<std::string>(entry, "xxh64", path)});
  }
  record.model = {settings_in(json, "model", path), json_get_or<int64_t>(json, "parameters", 0, path),
                  json_get_or<std::string>(json, "tokenizer", "", path)};
  record.diverged_at = json_get_or<int64_t>(json, "diverged_at", 0, path);
  return record;
}

}  // namespace hodhod
