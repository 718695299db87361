// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/processor.h"

#include <gtest/gtest.h>
#include <sys/utsname.h>

namespace hodhod {
namespace {

TEST(Processor, IsNamedAsLinuxDoes) {
  EXPECT_EQ(processor_in("processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nmodel name\t: Other\n"),
            "Some CPU @ 2.00GHz");
  utsname machine{};
  ASSERT_EQ(uname(&machine), 0);
  EXPECT_EQ(processor_in("processor : 0\nBogoMIPS : 50\n"), machine.machine);
  EXPECT_EQ(processor_in("model name :"), machine.machine);
  EXPECT_NE(processor_name().find(" processors"), std::string::npos);
}

}  // namespace
}  // namespace hodhod
