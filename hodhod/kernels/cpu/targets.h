// SPDX-License-Identifier: Apache-2.0
// Which SIMD instruction sets a kernel file is compiled for. Included first of all by every file in this
// folder, before any Highway header:
//
//   #include "hodhod/kernels/cpu/targets.h"
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/family.cc"
//   #include <hwy/foreach_target.h>
//   #include <hwy/highway.h>
//
// On x86 these are SSE4 (the least that is supported: SSE4.2 with AES, 2010), AVX2 with FMA, and AVX-512; on
// Arm NEON (SVE vectors have no size, so they cannot be members of Lanes). Every further one would cost build
// time and gain these kernels nothing, and with SSE4 as the baseline no kernel needs a scalar form.
#pragma once

#include <hwy/detect_compiler_arch.h>

// Highway reads these when detect_targets.h is first included. The names in them are its bits, defined there.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE_256 | HWY_SVE2 | HWY_SVE2_128 | HWY_EMU128 | HWY_SCALAR)
#if HWY_ARCH_X86
#define HWY_BASELINE_TARGETS HWY_SSE4
#endif
