// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/seed_pieces.h"

#include <algorithm>
#include <bit>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod::text {
namespace {

// The places of all characters, sorted by the up to `longest` codes from there on to the end of the segment.
class Suffixes {
 public:
  Suffixes(const Segments& segments, size_t longest) : codes_(segments.codes), longest_(longest) {
    sort(segments);
  }

  size_t size() const { return places_.size(); }
  uint32_t place(size_t rank) const { return places_[rank]; }
  // Codes that the suffixes of ranks r − 1 and r have in common; 0 at both ends.
  uint8_t common(size_t rank) const { return common_[rank]; }
  uint8_t length(uint32_t place) const {
    size_t length = 0;
    while (length < longest_ && codes_[place + length] != 0) ++length;
    return static_cast<uint8_t>(length);
  }
  // Whether the segment ends after the suffix's codes.
  bool is_whole(uint32_t place, size_t length) const { return codes_[place + length] == 0; }

 private:
  struct Item {
    uint64_t key;  // the first codes, packed
    uint32_t place;
  };

  void sort(const Segments& segments) {
    const int bits = std::max(1, static_cast<int>(std::bit_width(segments.alphabet.size())));
    const size_t packed = std::min<size_t>(static_cast<size_t>(64 / bits), longest_);
    // Buckets by first code: sorted apart, in parallel.
    std::vector<size_t> starts(segments.alphabet.size() + 2, 0);
    for (const uint16_t code : codes_) ++starts[code + 1u];
    starts[1] = 0;
    for (size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
    std::vector<Item> items(starts.back());
    std::vector<size_t> next(starts.begin(), starts.end() - 1);
    for (size_t place = 0; place < codes_.size(); ++place) {
      if (codes_[place] == 0) continue;
      uint64_t key = 0;
      bool ended = false;
      for (size_t i = 0; i < packed; ++i) {
        const uint16_t code = ended ? uint16_t{0} : codes_[place + i];
        ended |= code == 0;
        key = key << bits | code;
      }
      items[next[codes_[place]]++] = {key, static_cast<uint32_t>(place)};
    }
    const uint64_t last = (uint64_t{1} << bits) - 1;
    const auto before = [&](const Item& a, const Item& b) {
      if (a.key != b.key) return a.key < b.key;
      const bool ended = (a.key & last) == 0;  // within the key; what follows is another segment's
      for (size_t i = packed; !ended && i < longest_; ++i) {
        const uint16_t left = codes_[a.place + i], right = codes_[b.place + i];
        if (left != right) return left < right;
        if (left == 0) break;
      }
      return a.place < b.place;
    };
    const auto buckets = static_cast<int64_t>(starts.size()) - 1;
    parallel_for(buckets, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto at = [&](int64_t bucket) {
          return items.begin() + static_cast<std::ptrdiff_t>(starts[static_cast<size_t>(bucket)]);
        };
        std::sort(at(i), at(i + 1), before);
      }
    });
    places_.resize(items.size());
    for (size_t i = 0; i < items.size(); ++i) places_[i] = items[i].place;
    items = {};
    common_.assign(places_.size() + 1, 0);
    parallel_for(static_cast<int64_t>(places_.size()), 4096, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(std::max<int64_t>(begin, 1)); i < static_cast<size_t>(end); ++i) {
        size_t length = 0;
        while (length < longest_ && codes_[places_[i] + length] != 0 &&
               codes_[places_[i] + length] == codes_[places_[i - 1] + length]) {
          ++length;
        }
        common_[i] = static_cast<uint8_t>(length);
      }
    });
  }

  const std::vector<uint16_t>& codes_;
  size_t longest_;
  std::vector<uint32_t> places_;
  std::vector<uint8_t> common_;
};

// A node of the suffix tree: ranks [first, last) begin with the same `length` codes.
struct Node {
  uint32_t first = 0;
  uint32_t last = 0;
  uint8_t length = 0;
};

// The nodes of length 2 and more; the end of a segment counts as a continuation unlike any other.
std::vector<Node> find_nodes(const Suffixes& suffixes) {
  std::vector<Node> nodes, open;
  for (size_t rank = 0; rank < suffixes.size(); ++rank) {
    const auto here = static_cast<uint32_t>(rank);
    const uint8_t left = suffixes.common(rank), right = suffixes.common(rank + 1);
    if (const uint8_t length = suffixes.length(suffixes.place(rank));
        length >= 2 && length > left && length > right && suffixes.is_whole(suffixes.place(rank), length)) {
      nodes.push_back({here, here + 1, length});
    }
    uint32_t first = here;
    while (!open.empty() && open.back().length > right) {
      open.back().last = here + 1;
      first = open.back().first;
      nodes.push_back(open.back());
      open.pop_back();
    }
    if (right >= 2 && (open.empty() || open.back().length < right)) open.push_back({first, 0, right});
  }
  return nodes;
}

// How often the suffixes before each rank come, in all.
std::vector<int64_t> sum_counts(const Segments& segments, const Suffixes& suffixes) {
  std::vector<int64_t> sums(suffixes.size() + 1, 0);
  const auto& begins = segments.begins;
  parallel_for(static_cast<int64_t>(suffixes.size()), 4096, [&](int64_t begin, int64_t end) {
    for (auto rank = static_cast<size_t>(begin); rank < static_cast<size_t>(end); ++rank) {
      const auto segment =
          std::upper_bound(begins.begin(), begins.end(), suffixes.place(rank)) - begins.begin() - 1;
      sums[rank + 1] = segments.counts[static_cast<size_t>(segment)];
    }
  });
  for (size_t rank = 0; rank < suffixes.size(); ++rank) sums[rank + 1] += sums[rank];
  return sums;
}

}  // namespace

SeedPieces find_seed_pieces(const Segments& segments, size_t longest, size_t most) {
  check(longest >= 1 && longest < (1u << kLengthBits), "train: `max_token_length` is {}; give 1 to {}",
        longest, (1u << kLengthBits) - 1);
  const Suffixes suffixes(segments, longest);
  std::vector<Node> nodes = find_nodes(suffixes);
  const std::vector<int64_t> sums = sum_counts(segments, suffixes);
  const auto count = [&](const Node& node) { return sums[node.last] - sums[node.first]; };
  std::erase_if(nodes, [&](const Node& node) { return count(node) < 2; });
  const auto in_order = [](const Node& a, const Node& b) {
    return a.first != b.first ? a.first < b.first : a.length < b.length;
  };
  if (nodes.size() > most) {
    const auto better = [&](const Node& a, const Node& b) {
      const int64_t left = count(a) * a.length, right = count(b) * b.length;
      return left != right ? left > right : in_order(a, b);
    };
    std::nth_element(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(most), nodes.end(), better);
    nodes.resize(most);
  }
  std::sort(nodes.begin(), nodes.end(), in_order);

  SeedPieces pieces;
  const size_t characters = segments.alphabet.size();
  check(characters + nodes.size() < (1u << (32 - kLengthBits)),
        "train: {} seed pieces are too many; lower `seed_size`", nodes.size());
  pieces.begins.assign(characters, 0);
  pieces.lengths.assign(characters, 1);
  pieces.counts.assign(characters, 0);
  for (size_t rank = 0; rank < suffixes.size(); ++rank) {
    const size_t character = segments.codes[suffixes.place(rank)] - 1u;
    pieces.begins[character] = suffixes.place(rank);
    pieces.counts[character] += sums[rank + 1] - sums[rank];
  }
  pieces.offsets.assign(segments.codes.size() + 1, 0);
  for (const Node& node : nodes) {
    pieces.begins.push_back(suffixes.place(node.first));
    pieces.lengths.push_back(node.length);
    pieces.counts.push_back(count(node));
    for (uint32_t rank = node.first; rank < node.last; ++rank) ++pieces.offsets[suffixes.place(rank) + 1];
  }
  for (size_t place = 0; place < segments.codes.size(); ++place)
    pieces.offsets[place + 1] += pieces.offsets[place];

  // By length, so that the edges of a place come in order of theirs.
  std::vector<uint32_t> next(pieces.offsets.begin(), pieces.offsets.end() - 1);
  pieces.edges.resize(pieces.offsets.back());
  for (size_t length = 2; length <= longest; ++length) {
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].length != length) continue;
      const auto edge = static_cast<uint32_t>((characters + i) << kLengthBits | length);
      for (uint32_t rank = nodes[i].first; rank < nodes[i].last; ++rank) {
        pieces.edges[next[suffixes.place(rank)]++] = edge;
      }
    }
  }
  return pieces;
}

}  // namespace hodhod::text
