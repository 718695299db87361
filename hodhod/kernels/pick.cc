// SPDX-License-Identifier: Apache-2.0
// Limited by memory and indices, so plain loops serve both precisions.
#include "hodhod/kernels/pick.h"

#include <cstring>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/grain.h"

namespace hodhod::kernels {
namespace {

// Calls body(e, offset(e) + ids[e] · step) for the elements [begin, end) of the nest.
template <class Body>
void for_each_picked(const Nest<1>& nest, int64_t step, const int64_t* ids, int64_t begin, int64_t end,
                     const Body& body) {
  const int64_t inner = nest.strides[0][nest.rank - 1];
  int64_t e = begin;
  for_each_piece(nest, begin, end, [&](const auto& at, int64_t length) {
    for (int64_t i = 0; i < length; ++i, ++e) body(e, at[0] + i * inner + ids[e] * step);
  });
}

template <class U>
void gather_as(const GatherArgs& args) {
  const Nest<1> nest = coalesce(args.nest);
  const U* from = static_cast<const U*>(args.from);
  U* to = static_cast<U*>(args.to);
  parallel_for(nest.count(), kGrain, [&](int64_t begin, int64_t end) {
    for_each_picked(nest, args.step, args.ids, begin, end,
                    [&](int64_t e, int64_t place) { to[e] = from[place]; });
  });
}

// On one thread: two elements may have the same place.
template <class T>
void scatter_add_as(const ScatterAddArgs<T>& args) {
  const Nest<1> nest = coalesce(args.nest);
  for_each_picked(nest, args.step, args.ids, 0, nest.count(),
                  [&](int64_t e, int64_t place) { args.x[place] += args.dy[e]; });
}

template <class T>
void masked_fill_as(const MaskedFillArgs<T>& args) {
  parallel_for(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) args.y[i] = args.mask[i] ? args.value : args.x[i];
  });
}

}  // namespace

namespace cpu {

void take_rows(const TakeRowsArgs& args) {
  if (args.bytes == 0) return;
  const auto* from = static_cast<const std::byte*>(args.from);
  auto* to = static_cast<std::byte*>(args.to);
  parallel_for(args.count, row_grain(args.bytes), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      std::memcpy(to + i * args.bytes, from + args.ids[i] * args.bytes, static_cast<size_t>(args.bytes));
    }
  });
}

void gather(const GatherArgs& args) {
  switch (args.size) {
    case 1:
      return gather_as<uint8_t>(args);
    case 2:
      return gather_as<uint16_t>(args);
    case 4:
      return gather_as<uint32_t>(args);
    default:
      return gather_as<uint64_t>(args);
  }
}

void scatter_add(const ScatterAddArgs<float>& args) { scatter_add_as(args); }
void masked_fill(const MaskedFillArgs<float>& args) { masked_fill_as(args); }

}  // namespace cpu

namespace reference {
void scatter_add(const ScatterAddArgs<double>& args) { scatter_add_as(args); }
void masked_fill(const MaskedFillArgs<double>& args) { masked_fill_as(args); }
}  // namespace reference

}  // namespace hodhod::kernels
