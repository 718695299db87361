// SPDX-License-Identifier: Apache-2.0
// Recorded inputs and outputs of reference implementations: directories with io.json, which says what they
// are, and io.safetensors (and model.safetensors) with the tensors.
//
// A test asks for every directory of a family, so that a new directory of the same form is tested without a
// change.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::golden {

class Recording {
 public:
  explicit Recording(std::string directory);

  const std::string& directory() const { return directory_; }
  const Json& about() const { return about_; }

  // Of io.safetensors, or else of model.safetensors. A tensor of its own, free to write; fails if there is
  // none.
  Tensor tensor(const std::string& name) const;
  bool contains(const std::string& name) const;
  // All names of io.safetensors, or of model.safetensors, that begin with `prefix`.
  std::vector<std::string> io_names(const std::string& prefix = "") const;
  std::vector<std::string> model_names(const std::string& prefix = "") const;

  // What a float32 implementation should keep to: max(1e-5, 10 × max_abs_diff_float64 of the tensor).
  double tolerance(const std::string& name) const;
  // `got` has the shape of the recorded tensor and lies within the tolerance, or within `bound` where that is
  // given.
  void expect_close(const std::string& name, const Tensor& got, std::optional<double> bound = {}) const;

 private:
  std::string directory_;
  Json about_;
  TensorFile io_;
  std::optional<TensorFile> model_;
};

// Directories with an io.json below golden_directories(), root after root, in the order of their names.
std::vector<std::string> directories();
// Those whose io.json names `family`.
std::vector<std::string> directories_of(const std::string& family);

// The last part of a directory's path as the name of a test.
std::string test_name(const std::string& directory);

// Runs body(recording) for every directory of the family; skips the test when there is none.
template <class Body>
void for_each_recording(const std::string& family, Body&& body) {
  const std::vector<std::string> found = directories_of(family);
  if (found.empty()) GTEST_SKIP() << "no recordings of " << family;
  for (const std::string& directory : found) {
    SCOPED_TRACE(directory);
    body(Recording(directory));
  }
}

}  // namespace hodhod::golden
