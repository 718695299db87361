// SPDX-License-Identifier: Apache-2.0
// The machine's processor.
#pragma once

#include <string>
#include <string_view>

namespace hodhod {

// "NAME, 8 processors".
std::string processor_name();
// The name in the text of /proc/cpuinfo, or of its kind ("x86_64") if it has none.
std::string processor_in(std::string_view cpuinfo);

}  // namespace hodhod
