// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/unigram_lattice.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

// Calls edge(begin, end, id, score) for every piece of the text, in order of begin, then of end; the unknown
// piece of a character comes after the others that begin there.
template <class Start, class Edge>
void for_each_edge(const UnigramTable& table, std::string_view text, Start start, Edge edge) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t character = read_character(text, begin).size;
    start(begin);
    bool known = false;
    table.trie.prefixes(text.substr(begin), [&](size_t length, int32_t id) {
      edge(begin, begin + length, id, table.scores[static_cast<size_t>(id)]);
      known |= length == character;
    });
    if (!known) edge(begin, begin + character, kUnknownPiece, table.unknown_score);
    begin += character;
  }
}

// Appends the pieces that lead to the end.
template <class Node>
void trace_back(const std::vector<Node>& nodes, size_t size, std::vector<Token>& out) {
  const size_t first = out.size();
  for (size_t end = size; end > 0; end = nodes[end].begin) {
    out.push_back({nodes[end].id, nodes[end].begin, static_cast<uint32_t>(end)});
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
}

constexpr uint32_t kUnreached = UINT32_MAX;

}  // namespace

double best_segmentation(const UnigramTable& table, std::string_view text, UnigramBuffers& buffers,
                         std::vector<Token>& out) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  auto& nodes = buffers.nodes;
  nodes.assign(text.size() + 1, {0, kInfinity, kUnreached, 0});
  double here = 0;
  for_each_edge(
      table, text, [&](size_t begin) { here = nodes[begin].score; },
      [&](size_t begin, size_t end, int32_t id, double score) {
        auto& node = nodes[end];
        const double candidate = score + here;
        if (node.begin == kUnreached) {
          node = {candidate, kInfinity, static_cast<uint32_t>(begin), id};
        } else if (candidate > node.score) {
          node = {candidate, candidate - node.score, static_cast<uint32_t>(begin), id};
        } else {
          node.gap = std::min(node.gap, node.score - candidate);
        }
      });
  double gap = kInfinity;
  for (size_t end = text.size(); end > 0; end = nodes[end].begin) gap = std::min(gap, nodes[end].gap);
  trace_back(nodes, text.size(), out);
  return gap;
}

float best_segmentation_in_float(const UnigramTable& table, std::string_view text, float score,
                                 UnigramBuffers& buffers, std::vector<Token>& out) {
  auto& nodes = buffers.float_nodes;
  nodes.assign(text.size() + 1, {0, kUnreached, 0});
  nodes[0].score = score;
  float here = 0;
  for_each_edge(
      table, text, [&](size_t begin) { here = nodes[begin].score; },
      [&](size_t begin, size_t end, int32_t id, double piece_score) {
        auto& node = nodes[end];
        // SentencePiece compares the sum in double with the best one rounded; the unknown piece's sum is
        // rounded.
        double candidate = piece_score + static_cast<double>(here);
        if (id == kUnknownPiece) candidate = static_cast<float>(candidate);
        if (node.begin == kUnreached || candidate > static_cast<double>(node.score)) {
          node = {static_cast<float>(candidate), static_cast<uint32_t>(begin), id};
        }
      });
  trace_back(nodes, text.size(), out);
  return nodes[text.size()].score;
}

void sample_segmentation(const UnigramTable& table, std::string_view text, double alpha, Rng& rng,
                         std::vector<Token>& out) {
  struct Edge {
    uint32_t begin, end;
    int32_t id;
    double weight;  // log of the sum over all ways that end with this piece
  };
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  const auto add_logs = [](double a, double b) {
    if (a < b) std::swap(a, b);
    return b == kNone ? a : a + std::log1p(std::exp(b - a));
  };
  std::vector<Edge> edges;
  std::vector<double> total(text.size() + 1, kNone);
  total[0] = 0;
  for_each_edge(
      table, text, [](size_t) {},
      [&](size_t begin, size_t end, int32_t id, double score) {
        const double weight = total[begin] + alpha * score;
        edges.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), id, weight});
        total[end] = add_logs(total[end], weight);
      });
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.end < b.end; });
  const size_t first = out.size();
  auto last = edges.end();
  for (size_t end = text.size(); end > 0;) {
    last = std::upper_bound(edges.begin(), last, end, [](size_t at, const Edge& e) { return at < e.end; });
    auto edge = last;
    double rest = rng.uniform_double();
    do {
      --edge;
      rest -= std::exp(edge->weight - total[end]);
    } while (rest > 0 && edge != edges.begin() && std::prev(edge)->end == end);
    out.push_back({edge->id, edge->begin, edge->end});
    end = edge->begin;
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
}

std::vector<Segmentation> best_segmentations(const UnigramTable& table, std::string_view text, size_t n) {
  // A* from the end: the best way from the start to every position is known, so partial ways leave the queue
  // in order of the best whole way that contains them.
  struct Edge {
    uint32_t begin, end;
    int32_t id;
    double score;
  };
  struct Way {
    double bound;    // score of the best whole way through here
    double score;    // of the pieces so far
    uint32_t begin;  // where they begin
    int64_t next;    // the way this one extends, in `ways`; −1 at the end of the text
    uint32_t edge;
  };
  std::vector<Edge> edges;
  std::vector<double> best(text.size() + 1, -std::numeric_limits<double>::infinity());
  best[0] = 0;
  for_each_edge(
      table, text, [](size_t) {},
      [&](size_t begin, size_t end, int32_t id, double score) {
        edges.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), id, score});
        best[end] = std::max(best[end], best[begin] + score);
      });
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.end < b.end; });
  std::vector<Way> ways{{best[text.size()], 0, static_cast<uint32_t>(text.size()), -1, 0}};
  const auto worse = [&](size_t a, size_t b) {
    return ways[a].bound != ways[b].bound ? ways[a].bound < ways[b].bound : a > b;
  };
  std::priority_queue<size_t, std::vector<size_t>, decltype(worse)> queue(worse);
  queue.push(0);
  std::vector<Segmentation> result;
  while (!queue.empty() && result.size() < n) {
    const size_t top = queue.top();
    queue.pop();
    const Way way = ways[top];
    if (way.begin == 0) {
      Segmentation found{.tokens = {}, .score = way.score};
      for (int64_t at = static_cast<int64_t>(top); ways[static_cast<size_t>(at)].next >= 0;
           at = ways[static_cast<size_t>(at)].next) {
        const Edge& edge = edges[ways[static_cast<size_t>(at)].edge];
        found.tokens.push_back({edge.id, edge.begin, edge.end});
      }
      result.push_back(std::move(found));
      continue;
    }
    auto edge = std::lower_bound(edges.begin(), edges.end(), way.begin,
                                 [](const Edge& e, uint32_t end) { return e.end < end; });
    for (; edge != edges.end() && edge->end == way.begin; ++edge) {
      const double score = way.score + edge->score;
      ways.push_back({best[edge->begin] + score, score, edge->begin, static_cast<int64_t>(top),
                      static_cast<uint32_t>(edge - edges.begin())});
      queue.push(ways.size() - 1);
    }
  }
  return result;
}

}  // namespace hodhod::text
