// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "hodhod/base/error.h"
#include "hodhod/base/test_directories.h"

namespace hodhod::golden {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const TensorFile& reader, const std::string& prefix) {
  std::vector<std::string> names;
  for (const TensorEntry& entry : reader.entries()) {
    if (entry.name.starts_with(prefix)) names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Recording::Recording(std::string directory)
    : directory_(std::move(directory)),
      about_(read_json(directory_ + "/io.json")),
      io_(directory_ + "/io.safetensors") {
  if (fs::exists(directory_ + "/model.safetensors") ||
      fs::exists(directory_ + "/model.safetensors.index.json")) {
    model_.emplace(directory_);
  }
}

bool Recording::contains(const std::string& name) const {
  return io_.contains(name) || (model_ && model_->contains(name));
}

Tensor Recording::tensor(const std::string& name) const {
  if (io_.contains(name)) return io_.load(name).clone();
  check(model_ && model_->contains(name), "golden: {} records no tensor {}", directory_, name);
  return model_->load(name).clone();
}

std::vector<std::string> Recording::io_names(const std::string& prefix) const {
  return names_of(io_, prefix);
}

std::vector<std::string> Recording::model_names(const std::string& prefix) const {
  return model_ ? names_of(*model_, prefix) : std::vector<std::string>();
}

double Recording::tolerance(const std::string& name) const {
  const Json* differences = about_.find("max_abs_diff_float64");
  const Json* difference = differences == nullptr ? nullptr : differences->find(name);
  return difference == nullptr ? 1e-5 : std::max(1e-5, 10 * difference->get<double>());
}

void Recording::expect_close(const std::string& name, const Tensor& got, std::optional<double> bound) const {
  ASSERT_TRUE(got.defined()) << name;
  const Tensor want = tensor(name);
  ASSERT_EQ(got.shape(), want.shape()) << name;
  const std::vector<double> left = got.values(), right = want.values();
  const double allowed = bound.value_or(tolerance(name));
  for (size_t i = 0; i < right.size(); ++i) {
    // Not a comparison of the difference alone: infinities may be equal, and a NaN is never near.
    ASSERT_TRUE(left[i] == right[i] || std::fabs(left[i] - right[i]) <= allowed)
        << name << " element " << i << ": got " << left[i] << ", recorded " << right[i] << ", allowed "
        << allowed;
  }
}

std::vector<std::string> directories() {
  std::vector<std::string> found;
  for (const std::string& root : golden_directories()) {
    if (!fs::is_directory(root)) continue;
    std::vector<std::string> here;
    for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
      if (fs::exists(entry.path() / "io.json")) here.push_back(entry.path().string());
    }
    std::sort(here.begin(), here.end());
    found.insert(found.end(), here.begin(), here.end());
  }
  return found;
}

std::vector<std::string> directories_of(const std::string& family) {
  std::vector<std::string> found;
  for (const std::string& directory : directories()) {
    if (read_json(directory + "/io.json").value("family", "") == family) found.push_back(directory);
  }
  return found;
}

std::string test_name(const std::string& directory) {
  std::string name = directory.substr(directory.rfind('/') + 1);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

}  // namespace hodhod::golden
