// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/run_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/ngram.h"
#include "hodhod/train/training_state.h"

namespace hodhod {
namespace {

constexpr std::string_view kTraining = "training", kRecord = "run.json", kLock = "lock";
constexpr const char* kBusy =
    "a run in this directory is under way; wait for its end, or give another directory with `out`";

// Names of the files of a model and its tokenizer, of this program and of others.
constexpr std::array<std::string_view, 14> kModelFiles = {"config.json",
                                                          "generation_config.json",
                                                          "tokenizer.json",
                                                          "tokenizer_config.json",
                                                          "special_tokens_map.json",
                                                          "vocab.json",
                                                          "vocab.txt",
                                                          "merges.txt",
                                                          "metrics.jsonl",
                                                          "encoder.json",
                                                          "vocab.bpe",
                                                          "added_tokens.json",
                                                          "adapter_config.json",
                                                          "chat_template.json"};
constexpr std::array<std::string_view, 14> kModelEndings = {".safetensors", ".safetensors.index.json",
                                                            ".bin",         ".bin.index.json",
                                                            ".pt",          ".pth",
                                                            ".ckpt",        ".gguf",
                                                            ".model",       ".spm",
                                                            ".h5",          ".msgpack",
                                                            ".onnx",        ".jinja"};
// How the names of files begin that are read beside a saved model or in its place, and that saving does not
// replace.
constexpr std::array<std::string_view, 15> kReadBeside = {
    "pytorch_model",  "adapter_",        "tf_model",       "flax_model",   "consolidated.",
    "chat_template.", "vocab.",          "merges.txt",     "encoder.json", "added_tokens.json",
    "spiece.model",   "tokenizer.model", "sentencepiece.", "source.spm",   "target.spm"};

// The files of a model in the directory.
std::vector<std::string> model_files_in(const std::string& directory) {
  std::vector<std::string> files;
  if (!is_directory(directory)) return files;
  for (const std::string& name : list_directory(directory)) {
    const bool named = std::find(kModelFiles.begin(), kModelFiles.end(), name) != kModelFiles.end();
    const bool ends = std::any_of(kModelEndings.begin(), kModelEndings.end(),
                                  [&](std::string_view ending) { return name.ends_with(ending); });
    if (named || ends) files.push_back(name);
  }
  return files;
}

bool same_directory(const std::string& a, const std::string& b) {
  std::error_code problem;
  return std::filesystem::equivalent(a, b, problem) && !problem;
}

// Error when training here would replace a model that is not this run's.
void check_ours(const std::string& directory, const RunStart& start) {
  if (start.overwrite) return;
  check(start.from.empty() || !same_directory(start.from, directory),
        "{}: is the model to start from, and training would replace it; give another directory with `out`, "
        "or `overwrite` if it may be replaced",
        directory);
  const std::string training = join_path(directory, kTraining);
  if (file_exists(join_path(training, kRecord)) || has_training_state(directory)) return;
  const std::vector<std::string> found = model_files_in(directory);
  check(found.empty(),
        "{}: holds {} and was not trained by this program here (there is no {}/{}); give another directory "
        "with `out`, or `overwrite` if its contents may be replaced",
        directory, found.empty() ? "" : found[0], kTraining, kRecord);
}

}  // namespace

RunDirectory::RunDirectory(std::string directory, RunRecord record, const RunStart& start)
    : path_(std::move(directory)), record_(std::move(record)), overwrite_(start.overwrite) {
  check_ours(path_, start);
  const std::string training = join_path(path_, kTraining);
  make_directories(training);
  lock_.emplace(file(kLock), kBusy);
  for (const std::string& written : {path_, training}) remove_leftovers(written);
  const bool known = file_exists(file(kRecord)), ours = known || goes_on();
  if (known && !start.restart && go_on(stored_record())) return;
  if (ours && (known || start.restart)) {
    begin_anew();
  } else if (ours) {
    notes_.push_back(
        fmt::format("{}: the run here was begun by a version that did not store its options; those given now "
                    "are taken for them",
                    path_));
  }
  store();
}

std::string RunDirectory::file(std::string_view name) const {
  return join_path(join_path(path_, kTraining), name);
}

bool RunDirectory::goes_on() const { return has_training_state(path_); }

RunRecord RunDirectory::stored_record() const {
  try {
    return read_run_record(file(kRecord));
  } catch (const Error& error) {
    fail("{}; `restart` starts the run again", error.what());
  }
}

bool RunDirectory::has_results(const RunRecord& run) const {
  // A model that is there before the first step of the run is an older one.
  const bool has_begun = !run.model.is_unknown();
  return has_training_state(path_) || (has_begun && file_exists(join_path(path_, "config.json")));
}

bool RunDirectory::go_on(RunRecord begun) {
  // Without a checkpoint to go on from, other options make another run, which may not replace this one's
  // model.
  if (!has_training_state(path_)) begun.diverged_at = 0;
  const auto changes = forbidden_changes(begun, record_);
  if (!changes.empty() && !has_results(begun)) return false;
  refuse(changes);
  if (!begun.program.empty() && !record_.program.empty() && begun.program != record_.program) {
    notes_.push_back(fmt::format("{}: the run here was begun with {} and goes on with {}", path_,
                                 begun.program, record_.program));
  }
  record_.model = std::move(begun.model);
  return true;
}

void RunDirectory::begin_anew() {
  // The record is removed last, so that a run that is half removed still has its options.
  const std::string training = join_path(path_, kTraining);
  for (const std::string& name : list_directory(training)) {
    if (name != kLock && name != kRecord) remove_tree(join_path(training, name));
  }
}

void RunDirectory::refuse(const std::vector<std::string>& changes) const {
  check(changes.empty(),
        "{}: the run here was begun with {}; give the same to continue it, another directory (`out`) for "
        "another run, or `restart` to start again in this one",
        path_, fmt::join(changes, ", "));
}

void RunDirectory::set_model(ModelRecord model) {
  if (has_results(record_)) refuse(forbidden_changes(record_.model, model));
  record_.model = std::move(model);
}

bool RunDirectory::has_lost_model() const {
  if (record_.model.is_unknown()) return false;
  const std::vector<std::string> files = model_files_in(path_);
  const auto any = [&](auto is) { return std::any_of(files.begin(), files.end(), is); };
  const bool configured =
      any([](const std::string& name) { return name == "config.json" || name == "adapter_config.json"; });
  return !configured ||
         !any([](const std::string& name) { return is_weight_file(name) || name == kNgramFile; });
}

std::string RunDirectory::remove_older_model() const {
  std::vector<std::string> removed;
  if (!overwrite_) return "";
  for (const std::string& name : model_files_in(path_)) {
    const bool beside = std::any_of(kReadBeside.begin(), kReadBeside.end(),
                                    [&](std::string_view start) { return name.starts_with(start); });
    if (!beside || is_directory(join_path(path_, name))) continue;
    remove_tree(join_path(path_, name));
    removed.push_back(name);
  }
  if (removed.empty()) return "";
  return fmt::format("{}: the new model replaces an older one, of which these files are removed: {}", path_,
                     fmt::join(removed, ", "));
}

std::optional<int64_t> RunDirectory::set_diverged(int64_t step, int64_t first_unsound) {
  record_.diverged_at = step;
  store();
  return remove_training_states_from(path_, first_unsound);
}

void RunDirectory::store() const {
  const std::string path = file(kRecord), text = format_run_record(record_);
  if (file_exists(path) && read_file(path) == text) return;
  write_file_atomically(path, text);
}

std::unique_ptr<FileLock> lock_against_run(const std::string& directory) {
  const std::string training = join_path(directory, kTraining);
  if (!is_directory(training)) return nullptr;
  return std::make_unique<FileLock>(join_path(training, kLock), kBusy);
}

}  // namespace hodhod
