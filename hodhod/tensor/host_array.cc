// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/host_array.h"

namespace hodhod {

HostArray::HostArray(const Tensor& values) {
  if (!values.defined()) return;
  check(values.dtype() == DType::i64 || values.dtype() == DType::i32,
        "lengths, offsets and places are whole numbers; give i64 or i32, not {} {}", name_of(values.dtype()),
        values.shape());
  check(values.device() == Device::cpu,
        "lengths, offsets and places are read by the host; give them on the {}, not on {}",
        name_of(Device::cpu), name_of(values.device()));
  values_ = values.converted(DType::i64).dense();
}

}  // namespace hodhod
