// SPDX-License-Identifier: Apache-2.0
// Alignments against the cross-attention of recorded translation models.
#include "hodhod/tasks/alignment.h"

#include "hodhod/models/directory.h"
#include "hodhod/ops/shape.h"
#include "tests/golden/golden.h"

namespace hodhod {
namespace {

std::vector<int64_t> row_of(const Tensor& ids, int64_t row) {
  const auto all = ids.values<int64_t>();
  return {all.begin() + row * ids.dim(1), all.begin() + (row + 1) * ids.dim(1)};
}

TEST(Alignment, AttentionIsTheRecordedMeanOverHeads) {
  golden::for_each_recording("marian", [](const golden::Recording& recorded) {
    const auto loaded = load_model(recorded.directory());
    const Tensor sources = recorded.tensor("fwd.in.input_ids"),
                 mask = recorded.tensor("fwd.in.attention_mask"),
                 inputs = recorded.tensor("fwd.in.decoder_input_ids");
    for (int64_t layer = 0; recorded.contains(fmt::format("fwd.out.cross_attentions.{}", layer)); ++layer) {
      const std::string name = fmt::format("fwd.out.cross_attentions.{}", layer);
      const Tensor theirs = recorded.tensor(name);  // [B, H, T, S]
      const int64_t heads = theirs.dim(1), times = theirs.dim(2), longest = theirs.dim(3);
      for (int64_t b = 0; b < sources.dim(0); ++b) {
        auto source = row_of(sources, b);
        const auto seen = row_of(mask, b);
        source.resize(static_cast<size_t>(std::count(seen.begin(), seen.end(), 1)));
        const Tensor ours = cross_attention(*loaded.model, source, row_of(inputs, b), layer);
        ASSERT_EQ(ours.shape(), (Shape{times, static_cast<int64_t>(source.size())}));
        for (int64_t t = 0; t < times; ++t) {
          double row = 0;
          for (int64_t s = 0; s < ours.dim(1); ++s) {
            double mean = 0;
            for (int64_t h = 0; h < heads; ++h)
              mean += theirs.data<float>()[((b * heads + h) * times + t) * longest + s] /
                      static_cast<double>(heads);
            const double value = ours.data<float>()[t * ours.dim(1) + s];
            EXPECT_NEAR(value, mean, recorded.tolerance(name)) << name << " " << b << " " << t << " " << s;
            row += value;
          }
          EXPECT_NEAR(row, 1, 1e-5);
        }
      }
    }
    EXPECT_THROW(cross_attention(*loaded.model, {1}, {1}, 9), Error);
  });
}

}  // namespace
}  // namespace hodhod
