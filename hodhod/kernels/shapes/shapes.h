// SPDX-License-Identifier: Apache-2.0
// The kernels of the device `shapes`: they touch no memory and count what they would have computed.
#pragma once

namespace hodhod::kernels::shapes {

// Floating-point operations of this thread's kernels on the device so far, of which differences are of use. A
// multiply-add counts as two. Products, attention (of each query the keys that it sees) and recurrences are
// counted, forward and backward as the CPU's kernels do them; work by the element, below a percent in models
// of use, is not.
double operations();

}  // namespace hodhod::kernels::shapes
