// Expressions as people and dashboards write them: read to an error with its place, or to a tree
// whose normal form reads back as itself, and that can be asked without end or crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "promql/promql.h"
#include "tsdb/testing/memory_store.h"

namespace {

using vigie::Code;
using vigie::Labels;
using vigie::Millis;
using vigie::promql::Engine;
using vigie::promql::EngineOptions;
using vigie::promql::Expr;
using vigie::tsdb::MemoryStore;

constexpr int64_t kNow = 1'000'000;
constexpr size_t kTextMax = 4'096;
constexpr uint64_t kSamplesMax = 100'000;

MemoryStore small_world() {
  MemoryStore store;
  for (int64_t at = kNow - 120'000; at <= kNow; at += 15'000) {
    const auto value = static_cast<double>(at % 7'000);
    store.add(Labels{{"__name__", "up"}, {"job", "a"}}, vigie::wall_from_millis(at), 1);
    store.add(Labels{{"__name__", "c_total"}, {"job", "a"}}, vigie::wall_from_millis(at), value);
    store.add(Labels{{"__name__", "c_total"}, {"job", "b"}}, vigie::wall_from_millis(at), -value);
    for (const char* le : {"0.1", "1", "+Inf"}) {
      store.add(Labels{{"__name__", "h_bucket"}, {"le", le}}, vigie::wall_from_millis(at), value);
    }
  }
  return store;
}

/// "line:column: what": editors and `vigie check` jump there.
bool has_place(std::string_view what) {
  const size_t colon = what.find(':');
  return colon != std::string_view::npos && colon > 0 && what[0] >= '0' && what[0] <= '9';
}

void check_normal_form(const Expr& expr) {
  const std::string normal = vigie::promql::format(expr);
  const auto again = vigie::promql::parse(normal);
  ASSERT(again, "{} came from an expression and is none: {}", normal, again.error().what);
  ASSERT(again->type() == expr.type(), "{} has another type", normal);
  // Prometheus writes a literal infinity with its sign, which before ^ reads back as an operator:
  // the same value in another form.
  if (normal.find("+Inf") != std::string::npos) { return; }
  ASSERT(vigie::promql::format(*again) == normal, "{} is no normal form", normal);
}

void ask(const Expr& expr) {
  static const MemoryStore store = small_world();
  static const Engine engine(EngineOptions{.samples_max = kSamplesMax, .points_max = 100});
  const auto now = vigie::wall_from_millis(kNow);
  const auto result = engine.instant(expr, now, store);
  ASSERT(result || result.error().code != Code::corrupt, "{}", result.error().what);
  const auto range = engine.range(
      expr, {.start = now - Millis{60'000}, .end = now, .step = Millis{20'000}}, store);
  static_cast<void>(range.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kTextMax) { return 0; }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expr = vigie::promql::parse(text);
  if (!expr) {
    ASSERT(has_place(expr.error().what), "an error without its place: {}", expr.error().what);
    return 0;
  }
  check_normal_form(*expr);
  static_cast<void>(vigie::promql::reads_of(*expr));
  static_cast<void>(vigie::promql::selectors_of(*expr));
  ask(*expr);
  return 0;
}
