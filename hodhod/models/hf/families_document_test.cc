// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/families_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"

namespace hodhod {
namespace {

TEST(FamiliesDocument, IsWhatTheTablesSay) {
  EXPECT_EQ(read_file(join_path(source_directory(), "docs/families.md")), hf::families_document())
      << "write it again: hodhod describe --families > docs/families.md";
}

TEST(FamiliesDocument, NamesWhatAFamilyReadsAndRefuses) {
  const std::string text = hf::families_document();
  const size_t at = text.find("\n## `gemma2`");
  ASSERT_NE(at, std::string::npos);
  const std::string section = text.substr(at, text.find("\n## ", at + 1) - at);
  for (const char* part : {"`Gemma2ForCausalLM`", "`attn_logit_softcapping`", "`layer_types`",
                           "`rope_interleaved: false`", "`model.layers.N.pre_feedforward_layernorm.weight`"})
    EXPECT_THAT(section, testing::HasSubstr(part));
}

}  // namespace
}  // namespace hodhod
