// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/checkpoint.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/failpoint.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

constexpr std::string_view kManifest = "manifest.json", kPrefix = "checkpoint-", kStep = "-step-";
// Names with these endings are not (or no longer) checkpoints.
constexpr std::string_view kUnfinished = ".unfinished", kDiscarded = ".discarded", kDamaged = ".damaged";

std::string_view view(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<int64_t> parse_number(std::string_view digits) {
  int64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem != std::errc() || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return number;
}

// "checkpoint-00007-step-1200", or nothing for any other name.
std::optional<Checkpoint> parse_name(const std::string& directory, const std::string& name) {
  std::string_view rest = name;
  if (!rest.starts_with(kPrefix)) return std::nullopt;
  rest.remove_prefix(kPrefix.size());
  const size_t middle = rest.find(kStep);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(rest.substr(0, middle)),
             step = parse_number(rest.substr(middle + kStep.size()));
  if (!number || !step) return std::nullopt;
  return Checkpoint{join_path(directory, name), *number, *step};
}

// The manifest's text ends in a hash of what stands before it.
std::string sealed(const Json& manifest) {
  Json with_seal = manifest;
  with_seal["hash"] = hash_text(hash64(format_json(manifest)));
  return format_json(with_seal) + "\n";
}

// The files that a manifest lists, checked for its own integrity.
Json read_manifest(const Checkpoint& checkpoint) {
  const std::string path = checkpoint.file(kManifest);
  Json manifest = read_json(path);
  const auto seal = json_get<std::string>(manifest, "hash", path);
  manifest.erase("hash");
  check(hash_text(hash64(format_json(manifest))) == seal, "{}: the manifest is damaged: its hash differs",
        path);
  const auto step = json_get<int64_t>(manifest, "step", path);
  check(step == checkpoint.step, "{}: is of step {}, not {}", path, step, checkpoint.step);
  const Json* files = json_find(manifest, "files");
  check(files != nullptr && files->is_array(), "{}: lists no files", path);
  return *files;
}

}  // namespace

CheckpointWriter::Written CheckpointWriter::write(const std::string& name, const Fill& fill) {
  FileWriter file(join_path(path_, name), system_);
  failpoint("checkpoint.file_begun");
  Hasher hasher;
  fill([&](const void* bytes, size_t count) {
    file.write(bytes, count);
    hasher.update(bytes, count);
  });
  failpoint("checkpoint.file_written");
  file.finish();
  failpoint("checkpoint.file_synced");
  return {name, file.size(), hasher.digest()};
}

void CheckpointWriter::add_file(const std::string& name, const Fill& fill) {
  check(!name.empty() && name[0] != '.' && name.find('/') == std::string::npos && name != kManifest,
        "checkpoint: \"{}\" cannot be the name of a file in it", name);
  for (const Written& other : files_)
    check(other.name != name, "checkpoint: the file {} is added twice", name);
  files_.push_back(write(name, fill));
}

void CheckpointWriter::add(const std::string& name, std::string_view bytes) {
  add_file(name, [&](const auto& sink) { sink(bytes.data(), bytes.size()); });
}

void CheckpointWriter::add_tensors(const std::string& name, const NamedTensors& tensors,
                                   const Metadata& metadata) {
  add_file(name, [&](const auto& sink) { serialize_safetensors(tensors, metadata, sink); });
}

CheckpointStore::CheckpointStore(std::string directory, int keep, const FileSystem& system)
    : directory_(std::move(directory)), keep_(keep), system_(system) {
  check(keep >= 1, "checkpoints: {} to keep; keep at least 1", keep);
}

std::vector<Checkpoint> CheckpointStore::list() const {
  std::vector<Checkpoint> all;
  if (!is_directory(directory_)) return all;
  for (const std::string& name : list_directory(directory_)) {
    if (auto checkpoint = parse_name(directory_, name)) all.push_back(std::move(*checkpoint));
  }
  std::sort(all.begin(), all.end(),
            [](const Checkpoint& a, const Checkpoint& b) { return a.number < b.number; });
  return all;
}

Checkpoint CheckpointStore::save(int64_t step, const std::function<void(CheckpointWriter&)>& fill) {
  check(step >= 0, "checkpoint: step {}", step);
  failpoint("checkpoint.begin");
  make_directories(directory_, system_);
  tidy();
  const std::vector<Checkpoint> older = list();
  const int64_t number = older.empty() ? 1 : older.back().number + 1;
  const std::string path = join_path(directory_, fmt::format("{}{:05}{}{}", kPrefix, number, kStep, step));
  const std::string unfinished = path + std::string(kUnfinished);
  try {
    make_directories(unfinished, system_);
    failpoint("checkpoint.made");
    CheckpointWriter writer(unfinished, system_);
    fill(writer);
    Json files = Json::array();
    for (const auto& file : writer.files_) {
      files.push_back({{"name", file.name}, {"size", file.size}, {"xxh64", hash_text(file.hash)}});
    }
    const std::string manifest = sealed({{"format", 1}, {"step", step}, {"files", files}});
    writer.write(std::string(kManifest), [&](const auto& sink) { sink(manifest.data(), manifest.size()); });
    failpoint("checkpoint.manifest");
    sync_directory(unfinished, system_);
    failpoint("checkpoint.synced");
    if (system_.rename(unfinished.c_str(), path.c_str()) != 0)
      fail_with_reason("publish the checkpoint", path, errno);
  } catch (...) {
    try {
      remove_tree(unfinished, system_);
    } catch (const Error&) {
      // The disk is failing: the first error is thrown, and the next save removes the rest.
    }
    throw;
  }
  failpoint("checkpoint.renamed");
  sync_directory(directory_, system_);
  failpoint("checkpoint.published");

  remove_superseded();
  failpoint("checkpoint.end");
  return {path, number, step};
}

void CheckpointStore::remove_superseded() {
  const std::vector<Checkpoint> all = list();
  for (size_t i = 0; i + static_cast<size_t>(keep_) < all.size(); ++i) remove(all[i]);
}

void CheckpointStore::remove_from(int64_t step) {
  for (const Checkpoint& checkpoint : list()) {
    if (checkpoint.step >= step) remove(checkpoint);
  }
}

void CheckpointStore::remove(const Checkpoint& checkpoint) {
  // Renamed first, so that a half-deleted checkpoint is never taken for a damaged one.
  const std::string discarded = checkpoint.path + std::string(kDiscarded);
  if (system_.rename(checkpoint.path.c_str(), discarded.c_str()) != 0) {
    fail_with_reason("set the old checkpoint aside for deletion", checkpoint.path, errno);
  }
  failpoint("checkpoint.set_aside");
  remove_tree(discarded, system_);
}

void CheckpointStore::tidy() {
  if (!is_directory(directory_)) return;
  // Under another name a damaged checkpoint is not counted among those to keep, so that no good one is
  // deleted for it.
  for (const Checkpoint& checkpoint : damaged_) {
    const std::string aside = checkpoint.path + std::string(kDamaged);
    remove_tree(aside, system_);
    if (system_.rename(checkpoint.path.c_str(), aside.c_str()) != 0 && errno != ENOENT)
      fail_with_reason("set the damaged checkpoint aside", checkpoint.path, errno);
  }
  damaged_.clear();
  for (const std::string& name : list_directory(directory_)) {
    for (const std::string_view ending : {kUnfinished, kDiscarded}) {
      if (!name.ends_with(ending)) continue;
      if (parse_name(directory_, name.substr(0, name.size() - ending.size()))) {
        remove_tree(join_path(directory_, name), system_);
      }
    }
  }
  remove_superseded();
}

std::optional<std::string> checkpoint_problem(const Checkpoint& checkpoint) {
  try {
    std::set<std::string> listed = {std::string(kManifest)};
    for (const Json& file : read_manifest(checkpoint)) {
      const std::string where = checkpoint.file(kManifest);
      const std::string path = checkpoint.file(json_get<std::string>(file, "name", where));
      listed.insert(json_get<std::string>(file, "name", where));
      const MappedFile mapped(path);
      const auto size = json_get<uint64_t>(file, "size", where);
      check(mapped.bytes().size() == size, "{}: has {} bytes, but was saved with {}", path,
            mapped.bytes().size(), size);
      check(hash_text(hash64(view(mapped.bytes()))) == json_get<std::string>(file, "xxh64", where),
            "{}: is damaged: its hash differs from the one saved", path);
    }
    for (const std::string& name : list_directory(checkpoint.path)) {
      check(listed.contains(name), "{}: does not belong to the checkpoint", checkpoint.file(name));
    }
  } catch (const Error& error) {
    return error.what();
  }
  return std::nullopt;
}

CheckpointStore::Search CheckpointStore::find() {
  Search search;
  const std::vector<Checkpoint> all = list();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    const auto problem = checkpoint_problem(*it);
    if (!problem) {
      search.newest = *it;
      break;
    }
    damaged_.push_back(*it);
    search.problems.push_back(*problem);
  }
  return search;
}

}  // namespace hodhod
